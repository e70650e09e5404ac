import Foundation
import GRDB
import Testing

@testable import Shared
@testable import Storage

/// What programs without the library write is pending all the same.
@Suite struct CaptureTests {
  private let desk: Desk

  init() throws { desk = try Desk() }

  private func pending() throws -> [String] {
    try desk.settle()
    return try desk.rows("SELECT field FROM _pending ORDER BY n").map { $0[0] as String }
  }

  private func confirmed() throws -> RecordID {
    let id = try desk.write { try $0.insert("contact", Desk.contact) }
    try desk.exchange()
    #expect(try pending() == [])
    return id
  }

  @Test func `a row written by plain SQL gets an id, a scope and initial values`() throws {
    try desk.sql(
      """
      INSERT INTO contact(display_name, function_title, base_code, contact_type)
      VALUES ('A', 'Maire', 'GAO', 'communautaire'), ('B', 'Maire', 'GAO', 'media')
      """)
    let records = try desk.replica.records(of: "contact")
    #expect(records.map { $0["scope"] } == ["base:GAO", "mission"])
    #expect(records.allSatisfy { $0["status"] == "actif" && $0.isPending })
    #expect(Set(records.map(\.id)).count == 2)
    let today = UInt64(Date().timeIntervalSince1970 * 1000)
    for record in records {
      #expect(record.id.high >> 12 & 15 == 7 && record.id.low >> 62 == 2, "\(record.id)")
      #expect(today - min(today, record.id.high >> 16) < 600_000)
    }
    #expect(try desk.page().changeset.groups.map(\.records.count) == [2])
  }

  @Test func `ten thousand ids made by SQLite are well formed and differ`() throws {
    let made = try desk.rows(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      SELECT \(Capture.freshID) FROM n
      """
    ).map { $0[0] as String }
    #expect(Set(made).count == 10_000)
    let wrong = made.filter { text in
      guard let id = RecordID(text) else { return true }
      return id.high >> 12 & 15 != 7 || id.low >> 62 != 2
    }
    #expect(wrong == [])
  }

  @Test func `a row with a natural key gets the id of that key`() throws {
    try desk.sql(
      "INSERT INTO roadmap_progress(roadmap_code, quarter, progress_pct, rag) VALUES ('FR-1.1', '2026Q1', 5, 'vert')"
    )
    let record = try #require(try desk.replica.records(of: "roadmap_progress").first)
    #expect(record.id == Schema.mission[type: "roadmap_progress"]!.id(record.values))
    try desk.sql(
      "INSERT INTO roadmap_progress(roadmap_code, quarter, progress_pct, rag) VALUES ('FR-1.1', '2026Q1', 9, 'vert')"
    )
    let one = try desk.replica.records(of: "roadmap_progress")
    #expect(one.map(\.id) == [record.id] && one[0]["progress_pct"] == 9)
  }

  @Test func `an id that is no UUID but looks like one is made one`() throws {
    try desk.sql(
      "INSERT INTO contact(id, display_name) VALUES ('------------------------------------', 'A')")
    let record = try #require(try desk.replica.records(of: "contact").first)
    #expect(record.id.high >> 12 & 15 == 5)
  }

  @Test func `several edits are one change with the first seen and the last value`() throws {
    let id = try confirmed()
    let stamp = try #require(
      try FieldStamps(try desk.rows("SELECT _stamps FROM contact")[0][0] as DatabaseValue)
    ).record
    try desk.sql("UPDATE contact SET display_name = 'B' WHERE id = '\(id)'")
    try desk.settle()
    try desk.sql("UPDATE contact SET display_name = 'C'; UPDATE contact SET display_name = 'D'")
    #expect(try pending() == ["display_name"])
    let change = try #require(try desk.page().changeset.groups.first?.records.first)
    #expect(change.kind == .update && change.handle == 1 && change.id == nil)
    #expect(change.fields.map(\.value) == ["D"])
    #expect(change.fields.map(\.seen) == [stamp])
    #expect(change.fields[0].stamp > stamp && change.fields[0].stamp.device == 5)
  }

  @Test func `setting a field to what it holds is no change`() throws {
    let id = try confirmed()
    try desk.sql("UPDATE contact SET display_name = display_name, email = NULL WHERE id = '\(id)'")
    try desk.write { try $0.update("contact", id.description, ["status": "actif"]) }
    #expect(try desk.count("_journal") == 0)
    #expect(try pending() == [])
  }

  @Test func `a record made and removed before any sync leaves nothing`() throws {
    try desk.sql("INSERT INTO contact(display_name) VALUES ('A')")
    try desk.settle()
    try desk.sql("DELETE FROM contact")
    #expect(try pending() == [])
    #expect(try desk.page().changeset.isEmpty)
    #expect(try desk.count("_hidden") == 0)
  }

  @Test func `a deletion is sent with what its author had seen`() throws {
    let id = try confirmed()
    try desk.sql("UPDATE contact SET email = 'a@x.ml' WHERE id = '\(id)'; DELETE FROM contact")
    #expect(try pending() == ["*"])
    let change = try #require(try desk.page().changeset.groups.first?.records.first)
    #expect(change.kind == .delete && change.handle == 1)
    #expect(change.seen?.exceptions == [])
    try desk.exchange()
    #expect(try desk.replica.status().scopes[.mission]?.records == 0)
    #expect(try desk.replica.status().scopes[.mission]?.digest == Digest())
  }

  @Test func `an id cannot be changed by hand`() throws {
    let id = try confirmed()
    #expect(throws: DatabaseError.self) {
      try desk.sql("UPDATE contact SET id = '\(Desk.id(9))' WHERE id = '\(id)'")
    }
    #expect(try pending() == [])
  }

  @Test func `what the hub said is not captured, and all else is, also after it failed`() throws {
    struct Failed: Error {}
    let id = try confirmed()
    func rename(_ name: String) throws {
      try desk.replica.pool.write { db in
        try db.execute(
          sql: "UPDATE contact SET display_name = ? WHERE id = ?",
          arguments: [name, id.description])
      }
    }
    try desk.replica.pool.writeWithoutTransaction { db in
      try db.withoutCapture {
        try db.execute(sql: "UPDATE contact SET display_name = 'A'")
        try db.withCapture { try db.execute(sql: "UPDATE contact SET organisation = 'B'") }
        try db.execute(sql: "UPDATE contact SET display_name = 'C'")
      }
      #expect(throws: Failed.self) { try db.withoutCapture { throw Failed() } }
    }
    #expect(try pending() == ["organisation"])
    try rename("D")
    #expect(try pending() == ["organisation", "display_name"])
  }
}
