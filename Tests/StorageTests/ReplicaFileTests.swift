import Foundation
import GRDB
import Testing

@testable import Shared
@testable import Storage

/// The file as other programs find it.
@Suite struct ReplicaFileTests {
  @Test func `each record type is one ordinary table of an id and its fields`() throws {
    let desk = try Desk()
    let tables = try desk.rows(
      """
      SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'
        AND name NOT LIKE 'sqlite_%' ORDER BY name
      """)
    #expect(Schema.mission.types.count == 21)
    #expect(tables.map { $0[0] as String } == Schema.mission.types.map(\.name).sorted())
    for table in tables {
      let sql: String = table[1]
      #expect(!sql.contains("WITHOUT ROWID") && !sql.contains("STRICT"))
    }
    for type in Schema.mission.types {
      let columns = try desk.rows("SELECT name FROM pragma_table_info('\(type.name)')")
        .map { $0[0] as String }
      #expect(columns == ["id"] + type.fields.map(\.name) + ["_row", "_handle", "_stamps"])
    }
  }

  @Test func `every connection writes through to the disk and the log is on`() throws {
    let desk = try Desk()
    func pragma(_ name: String, _ db: Database) throws -> DatabaseValue {
      try DatabaseValue.fetchOne(db, sql: "PRAGMA \(name)")!
    }
    try desk.replica.write { db, _ throws in
      #expect(try pragma("synchronous", db) == 2.databaseValue)
      #expect(try pragma("journal_mode", db) == "wal".databaseValue)
      #expect(try pragma("secure_delete", db) == 1.databaseValue)
    }
    try desk.replica.read { db, _ throws in
      #expect(try pragma("synchronous", db) == 2.databaseValue)
    }
    let again = try Replica(path: desk.replica.path)
    try again.write { db, _ throws in #expect(try pragma("synchronous", db) == 2.databaseValue) }
  }

  @Test func `the file and those beside it are their owner's alone`() throws {
    let desk = try Desk()
    _ = try desk.write { try $0.insert("contact", Desk.contact) }
    for suffix in ["", "-wal", "-shm"] {
      let path = desk.replica.path + suffix
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(suffix)")
    }
  }

  @Test func `another program's connection finds the log on`() throws {
    let desk = try Desk()
    let queue = try DatabaseQueue(path: desk.replica.path)
    let mode = try queue.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") }
    #expect(mode == "wal")
    try queue.close()
  }

  @Test func `ten thousand contacts take little more than in a plain table`() throws {
    let records = (0..<10_000).map { number in
      (
        id: Desk.id(UInt64(number)),
        values: Desk.contact.merging([
          "display_name": .text("Personne fictive \(number)"), "locality": "Ansongo",
          "organisation": .text("Mairie de la commune \(number % 700)"),
          "phone_orange": .text("+2237\(1_000_000 + number)"),
          "email": .text("contact.\(number)@example.ml"), "languages": "francais+sonrhai",
          "last_verified_on": "2026-05-12",
        ]) { $1 }
      )
    }
    let desk = try Desk()
    for start in stride(from: 0, to: records.count, by: 1_000) {
      try desk.receive(Array(records[start..<start + 1_000]), first: Int64(start + 1))
    }
    #expect(try desk.count("contact") == 10_000)
    let ours = try bytes(desk.replica.path)
    let plain = try bytes(try plainFile(desk.folder + "/plain.sqlite", records))
    let ratio = Double(ours) / Double(plain)
    #expect(ratio <= 1.6, "\(ours) bytes against \(plain): \(ratio)")
  }

  private func plainFile(
    _ path: String, _ records: [(id: RecordID, values: [String: Value])]
  ) throws -> String {
    let fields = Schema.mission[type: "contact"]!.fields.map(\.name)
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in
      try db.execute(
        sql: "CREATE TABLE contact(id TEXT PRIMARY KEY, \(fields.joined(separator: ", ")))")
      let places = Array(repeating: "?", count: fields.count + 1).joined(separator: ", ")
      for record in records {
        let values = fields.map { record.values[$0]?.stored ?? .null }
        try db.execute(
          sql: "INSERT INTO contact VALUES (\(places))",
          arguments: StatementArguments([record.id.description.databaseValue] + values))
      }
    }
    try queue.close()
    return path
  }

  /// Bytes of the pages in use, as they lie in the file once the log is in it.
  private func bytes(_ path: String) throws -> Int {
    let queue = try DatabaseQueue(path: path)
    let pages = try queue.read { db in
      try Int.fetchOne(
        db, sql: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")!
    }
    try queue.close()
    return pages
  }
}
