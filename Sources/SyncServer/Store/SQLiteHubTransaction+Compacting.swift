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
      let records = try select(
        table.type,
        where: """
          _deleted = 1 AND scope = ? AND _seq <= ?
            AND _handle < (SELECT max(_handle) FROM \(table.name))
            AND NOT EXISTS (SELECT 1 FROM _conflict WHERE type = ? AND handle = _handle
              AND status IN ('open', 'proposal'))
          """, [scope.description, seq, table.type.name])
      for record in records { try drop(record, table) }
      dropped += records.count
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

  /// Takes a deleted record out of the way of everything but its own id.
  private func drop(_ record: StoredRecord, _ table: TypedTable) throws {
    let type = table.type.name
    try db.run(
      "INSERT OR REPLACE INTO _dropped(type, id, handle, stamps) VALUES (?, ?, ?, ?)",
      [type, record.id.description, record.handle, record.stamps.stored])
    for (field, value) in record.values {
      try db.run(
        "INSERT OR REPLACE INTO _was(type, handle, field, value) VALUES (?, ?, ?, ?)",
        [type, record.handle, field, value.stored])
    }
    try db.run("DELETE FROM \(table.name) WHERE _handle = ?", [record.handle])
  }

  func hasDropped() throws -> Bool { try db.row("SELECT 1 FROM _dropped LIMIT 1") != nil }

  func dropped(_ type: RecordType, prefix: String) throws -> [StoredRecord] {
    let prefix = prefix.lowercased()
    let rows = try db.rows(
      """
      SELECT id, handle, stamps FROM _dropped WHERE type = ? AND id >= ? AND id < ?
      ORDER BY id LIMIT 2
      """, [type.name, prefix, prefix + "\u{10FFFF}"])
    return try rows.map { row in
      let was = try db.rows(
        "SELECT field, value FROM _was WHERE type = ? AND handle = ?",
        [type.name, row[1] as Int64])
      return StoredRecord(
        handle: row[1], id: RecordID(row[0] as String)!,
        values: Dictionary(uniqueKeysWithValues: was.map { ($0[0], Value($0[1]) ?? .null) }),
        stamps: try FieldStamps(row[2] as DatabaseValue)!, seq: 0, entered: 0, isDeleted: true)
    }
  }

  func bringBack(_ record: StoredRecord, _ type: RecordType) throws {
    let deleted: Int64 = 1
    let own = [
      record.id.description.databaseValue, record.handle.databaseValue, record.stamps.stored,
      record.seq.databaseValue, record.entered.databaseValue, deleted.databaseValue,
    ]
    let values = type.fields.map { record.values[$0.name]?.stored ?? .null }
    try db.run(
      table(type).insert(["_handle", "_stamps", "_seq", "_entered", "_deleted"]),
      Bindings(own + values))
    try db.run(
      "DELETE FROM _dropped WHERE type = ? AND id = ?", [type.name, record.id.description])
    try db.run("DELETE FROM _was WHERE type = ? AND handle = ?", [type.name, record.handle])
  }
}
