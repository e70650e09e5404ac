import GRDB
import Shared

// A deletion takes the record's pending edits out of the way, but they are not gone: if the hub
// refuses the deletion, or the record lives because somebody else wrote in it, they are pending
// again, as if the deletion had never been. They end with a deletion that goes through.

extension ConfirmedState {
  /// Keeps the pending edits of a record that is about to be hidden, as it stands in its table.
  /// Returns the clock of the latest, 0 where there is none.
  func withhold(_ record: HiddenRecord) throws -> UInt64 {
    let pending = try db.rows(
      "SELECT field, seen, wall, clock FROM _pending WHERE id = ? AND field NOT IN ('', '*')",
      [record.id])
    for row in pending {
      let field: String = row[0]
      let value = record.values[field] ?? .null
      try db.run(
        """
        INSERT OR REPLACE INTO _withheld(id, type, field, value, seen, wall, clock)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
          record.id, record.type, field, value, row[1] as DatabaseValue, row[2] as Int64,
          row[3] as Int64,
        ])
    }
    return pending.map { UInt64(bitPattern: $0[3] as Int64) }.max() ?? 0
  }

  /// The fields of a hidden record's edits, with their clocks.
  func withheldFields(of id: String) throws -> [String: UInt64] {
    let rows = try db.rows("SELECT field, clock FROM _withheld WHERE id = ?", [id])
    return Dictionary(
      uniqueKeysWithValues: rows.map { ($0[0], UInt64(bitPattern: $0[1] as Int64)) })
  }

  func forgetWithheld(_ id: String) throws {
    try db.run("DELETE FROM _withheld WHERE id = ?", [id])
  }

  /// Settles an edit that was on its way when its record was deleted. Returns whether it was the
  /// field's last one; otherwise the later one has seen what was admitted.
  func settleWithheld(
    _ id: String, _ field: String, _ change: FieldChange, isAdmitted: Bool
  ) throws -> Bool {
    try db.run(
      "DELETE FROM _withheld WHERE id = ? AND field = ? AND clock = ?",
      [id, field, change.stamp.storedClock])
    if db.changesCount > 0 { return true }
    if isAdmitted {
      try db.run(
        "UPDATE _withheld SET seen = ? WHERE id = ? AND field = ?",
        [FieldStamps(record: change.stamp).stored, id, field])
    }
    return false
  }

  /// Makes the edits of records that are no longer hidden pending again. Of a record that left
  /// this device they go to the refused list.
  func bringBackWithheld() throws {
    let lines = try db.rows(
      "SELECT * FROM _withheld WHERE id NOT IN (SELECT id FROM _hidden) ORDER BY clock")
    for line in lines {
      let table = try shape.table(line["type"])
      let id: String = line["id"]
      let select = "SELECT _row, \(TypedTable.quote(line["field"])) FROM \(table.name) WHERE id = ?"
      if let row = try db.row(select, [id]) {
        try pendAgain(line, on: row, table)
      } else {
        try db.run(
          """
          INSERT INTO _refused(type, id, field, value, code, sentence, refused)
          VALUES (?, ?, ?, ?, ?, '', ?)
          """,
          [
            table.type.name, id, line["field"] as String, line["value"] as DatabaseValue,
            Problem.Code.scope_not_granted.rawValue, now,
          ])
      }
      try forgetWithheld(id, line["field"])
    }
  }

  private func forgetWithheld(_ id: String, _ field: String) throws {
    try db.run("DELETE FROM _withheld WHERE id = ? AND field = ?", [id, field])
  }

  private func pendAgain(_ line: StoredRow, on row: StoredRow, _ table: TypedTable) throws {
    let field: String = line["field"]
    let (value, base): (DatabaseValue, DatabaseValue) = (line["value"], row[1])
    guard value != base else { return }
    try db.run(
      """
      INSERT OR IGNORE INTO _pending(priority, type, id, field, base, seen, wall, clock)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        table.type.priority, table.type.name, line["id"] as String, field, base,
        line["seen"] as DatabaseValue, line["wall"] as Int64, line["clock"] as Int64,
      ])
    guard db.changesCount > 0 else { return }
    try db.run(table.update([field], where: "_row = ?"), [value, row[0] as Int64])
    try touch(table.type.name, row[0])
  }
}
