import GRDB
import Testing

@testable import Shared
@testable import Storage

/// Pages of long lists.
@Suite struct NewestRowsTests {
  @Test func `rows are counted as far as anybody wants to know`() throws {
    let type = try #require(Schema.mission[type: "note"])
    let database = try DatabaseQueue()
    let (few, many) = try database.write { db in
      try db.execute(sql: "CREATE TABLE note(_row INTEGER PRIMARY KEY)")
      let all = NewestRows(TypedTable(type), by: "_row", where: "1", Bindings([]))
      return (try fill(db, 99, all), try fill(db, Limits.counted + 50, all))
    }
    #expect(few.count == 99 && few.keys == [97, 96])
    #expect(many.count == Limits.counted + 1)
    #expect(many.keys == [Int64(Limits.counted + 48), Int64(Limits.counted + 47)])
  }

  private func fill(_ db: Database, _ rows: Int, _ all: NewestRows) throws -> (
    keys: [Int64], count: Int
  ) {
    try db.execute(
      sql: """
        WITH RECURSIVE number(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM number WHERE n < ?)
        INSERT OR IGNORE INTO note SELECT n FROM number
        """, arguments: [rows])
    return try all.find(db, skip: 2, limit: 2, holds: nil)
  }
}
