import Foundation
import GRDB
import Shared

/// What a replica is, and on which page of its file each table begins.
///
/// SQLite finds every table through the file's first pages; when one of those cannot be read,
/// nothing can, though all else is whole. So what they say is kept once more beside the file. It
/// changes with the schema only, and holds no values.
struct Outline: Codable, Equatable {
  struct Table: Codable, Equatable {
    let name: String
    let page: Int
    let sql: String
  }

  let device: UInt32
  /// The schema's source.
  let schema: String
  let tables: [Table]

  static func path(_ replica: String) -> String { replica + ".outline" }

  // MARK: Keeping

  /// Writes it down, unless the one that is there says the same.
  static func keep(_ db: Database, _ schema: Schema, beside replica: String) throws {
    let path = path(replica)
    let title = try title(db, schema)
    guard try FileHandle(forReadingAtPath: path)?.read(upToCount: title.count) != title else {
      return
    }
    let tables = try Row.fetchAll(
      db,
      sql: """
        SELECT name, rootpage, sql FROM sqlite_master
        WHERE \(ownTables) ORDER BY rootpage
        """)
    let outline = Outline(
      device: UInt32(truncatingIfNeeded: try ReplicaState.device.number(db) ?? 0),
      schema: String(decoding: schema.source, as: UTF8.self),
      tables: tables.map { Table(name: $0[0], page: $0[1], sql: $0[2]) })
    try DurableFile.write(title + (try JSONEncoder().encode(outline)), to: path)
  }

  /// The first line, of which two are equal when the rest is: it is looked at whenever a replica
  /// is opened. SQLite's own number for the schema changes without it.
  private static func title(_ db: Database, _ schema: Schema) throws -> Data {
    let tables = try String.fetchOne(
      db,
      sql: """
        SELECT group_concat(name || ':' || rootpage || ':' || length(sql), ' ')
        FROM sqlite_master WHERE \(ownTables)
        """)
    return Data("\(schema.version) \(tables ?? "")\n".utf8)
  }

  /// Those that hold what only this device knows; the search index follows from the others.
  private static let ownTables =
    "type = 'table' AND rootpage > 0 AND name NOT GLOB '_search*'"

  // MARK: Using

  /// Nil when there is none that can be read.
  init?(beside replica: String) {
    guard let text = FileManager.default.contents(atPath: Self.path(replica)),
      let line = text.firstIndex(of: UInt8(ascii: "\n")),
      let outline = try? JSONDecoder().decode(Outline.self, from: text[(line + 1)...])
    else { return nil }
    self = outline
  }

  private init(device: UInt32, schema: String, tables: [Table]) {
    (self.device, self.schema, self.tables) = (device, schema, tables)
  }

  /// Gives a copy of a damaged file first pages that say where the tables are. What they said of
  /// free pages and indexes is gone: it is for reading out alone.
  func layOut(_ copy: String) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: copy))
    try file.write(
      contentsOf: Seal.firstPage(Self.firstPage(Seal.reserve(beside: copy)), beside: copy))
    // SQLite refuses a schema that speaks of pages behind the end.
    let length = Int(try file.seekToEnd())
    let pages = max((length + Self.pageSize - 1) / Self.pageSize, tables.map(\.page).max() ?? 1)
    try file.truncate(atOffset: UInt64(pages * Self.pageSize))
    try file.close()
    let queue = try DatabaseQueue(path: copy)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA writable_schema = ON")
      try db.inTransaction {
        for table in tables {
          try db.execute(
            sql: "INSERT INTO sqlite_master VALUES ('table', ?1, ?1, ?2, ?3)",
            arguments: [table.name, table.page, table.sql])
        }
        return .commit
      }
    }
    try queue.close()
  }

  private static let pageSize = 4096

  /// The header and the root of an empty schema, as the file format has them. The length of the
  /// file is left at 0: SQLite then counts it itself.
  ///
  /// - Parameter reserve: bytes that each page of the file keeps free at its end.
  private static func firstPage(_ reserve: Int) -> Data {
    var page = Data("SQLite format 3\0".utf8)
    page += [UInt8(pageSize >> 8), UInt8(pageSize & 0xff), 2, 2, UInt8(reserve), 64, 32, 32]
    let (counter, length, freeTrunk, freeCount) = (1, 0, 0, 0)
    let (cookie, format, cache, vacuumRoot, utf8) = (1, 4, 0, 0, 1)
    for number in [
      counter, length, freeTrunk, freeCount, cookie, format, cache, vacuumRoot, utf8, 0, 0, 0,
    ] {
      page += withUnsafeBytes(of: UInt32(number).bigEndian) { Data($0) }
    }
    page += Data(count: 100 - page.count)
    let (leaf, free) = (UInt8(13), pageSize - reserve)
    page += [leaf, 0, 0, 0, 0, UInt8(free >> 8), UInt8(free & 0xff), 0]
    return page + Data(count: pageSize - page.count)
  }
}
