import GRDB
import Shared
import Storage

extension SQLiteHubTransaction {
  func addConflict(_ conflict: HubConflict) throws {
    try db.run(
      """
      INSERT INTO _conflict(version, type, handle, record, scope, field, status, winner,
        winner_clock, winner_device, loser, loser_clock, loser_device, received)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        conflict.version, conflict.type, conflict.handle, conflict.record.description,
        conflict.scope.description, conflict.field, conflict.status,
        conflict.winner.value.stored, conflict.winner.stamp.storedClock,
        Int64(conflict.winner.stamp.device), conflict.loser.value.stored,
        conflict.loser.stamp.storedClock, Int64(conflict.loser.stamp.device), conflict.received,
      ])
  }

  func conflict(_ id: Int64) throws -> HubConflict? {
    try db.row("SELECT * FROM _conflict WHERE id = ?", [id]).flatMap(HubConflict.init)
  }

  func setConflict(_ id: Int64, status: String, version: Int64) throws {
    try db.run(
      "UPDATE _conflict SET status = ?, version = ? WHERE id = ?", [status, version, id])
  }

  func conflicts(after version: Int64, device: UInt32?, limit: Int) throws -> [HubConflict] {
    try db.rows(
      """
      SELECT * FROM _conflict WHERE version > ?1
        AND (?2 IS NULL OR winner_device = ?2 OR loser_device = ?2)
      ORDER BY version LIMIT ?3
      """, [version, device.map { Int64($0) }, limit]
    ).compactMap(HubConflict.init)
  }

  func hasLost(
    _ type: String, _ handle: Int64, _ field: String, _ loser: FieldState
  ) throws -> Bool {
    try db.row(
      """
      SELECT 1 FROM _conflict WHERE type = ? AND handle = ? AND field = ?
        AND loser_clock = ? AND loser_device = ? AND loser IS ?
      """,
      [
        type, handle, field, loser.stamp.storedClock, Int64(loser.stamp.device),
        loser.value.stored,
      ]) != nil
  }

  func forget(_ type: String, _ handle: Int64) throws {
    try db.run("DELETE FROM _history WHERE type = ? AND handle = ?", [type, handle])
    try db.run("DELETE FROM _conflict WHERE type = ? AND handle = ?", [type, handle])
  }

  func openConflictCount() throws -> Int {
    try db.row("SELECT count(*) FROM _conflict WHERE status IN ('open', 'proposal')")![0]
  }
}

extension HubConflict {
  fileprivate init?(_ row: StoredRow) {
    guard let record = RecordID(row["record"] as String), let scope = Scope(row["scope"] as String)
    else { return nil }
    func side(_ name: String) -> FieldState {
      FieldState(
        value: Value(row[name]) ?? .null,
        stamp: Stamp(storedClock: row["\(name)_clock"], device: row["\(name)_device"]))
    }
    self.init(
      id: row["id"], version: row["version"], type: row["type"], handle: row["handle"],
      record: record, scope: scope, field: row["field"], status: row["status"],
      winner: side("winner"), loser: side("loser"), received: row["received"])
  }
}
