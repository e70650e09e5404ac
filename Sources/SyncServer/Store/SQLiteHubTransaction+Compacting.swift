import GRDB
import Shared
import Storage

extension SQLiteHubTransaction {
  func reached(_ device: UInt32) throws -> [Scope: Int64] {
    let rows = try db.rows("SELECT scope, seq FROM _reached WHERE device = ?", [Int64(device)])
    return Dictionary(
      uniqueKeysWithValues: rows.compactMap { row in
        Scope(row[0] as String).map { ($0, row[1]) }
      })
  }

  func noteReached(_ device: UInt32, _ scope: Scope, _ seq: Int64) throws {
    try db.run(
      "INSERT OR REPLACE INTO _reached(device, scope, seq) VALUES (?, ?, ?)",
      [Int64(device), scope.description, seq])
  }

  func compact(_ scope: Scope, below seq: Int64) throws -> Int {
    try db.run(
      "DELETE FROM _reached WHERE scope = ? AND seq < ?", [scope.description, seq])
    var dropped = 0
    for table in tables.values.map(\.typed) {
      // The highest handle stays, so that SQLite never gives it again.
      try db.run(
        """
        DELETE FROM \(table.name) WHERE _deleted = 1 AND scope = ? AND _seq <= ?
          AND _handle < (SELECT max(_handle) FROM \(table.name))
          AND NOT EXISTS (SELECT 1 FROM _conflict WHERE type = ? AND handle = _handle
            AND status IN ('open', 'proposal'))
        """, [scope.description, seq, table.type.name])
      dropped += db.changesCount
    }
    try db.run(
      "DELETE FROM _feed WHERE scope = ? AND kind = 1 AND last <= ?", [scope.description, seq])
    dropped += db.changesCount
    for table in tables.values.map(\.typed) {
      try db.run(
        """
        DELETE FROM _feed WHERE scope = ?1 AND kind = 0 AND seq = last AND type = ?2
          AND NOT EXISTS (SELECT 1 FROM \(table.name)
            WHERE _handle = handle AND _seq = _feed.seq AND scope = ?1)
        """, [scope.description, table.type.name])
    }
    return dropped
  }
}
