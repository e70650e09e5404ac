import GRDB
import Shared

extension Applying {
  /// Forgets a record and all that was known of it, what is pending too. That something was
  /// written here is said in the refused list, without its content.
  mutating func erase(_ change: RecordChange, _ table: TypedTable) throws {
    let row = try find(change.id?.description, or: change.handle, table)
    let hidden = try hiddenID(change.handle, table)
    guard let id = row?[0] as String? ?? hidden ?? change.id?.description else { return }
    if let row {
      if let stamps = try forgetConfirmed(row, table) {
        try state.noteDeletion(id, table, change.stamp, seen: stamps)
      }
      try db.run("DELETE FROM \(table.name) WHERE _row = ?", [row[1] as Int64])
      try state.touch(table.type.name, row[1])
    }
    let isWritten = try hasWritten(id)
    try dropHidden(id)
    for bookkeeping in ["_pending", "_withheld", "_refused"] {
      try db.run("DELETE FROM \(bookkeeping) WHERE id = ?", [id])
    }
    for bookkeeping in ["_history", "_conflict"] {
      try db.run("DELETE FROM \(bookkeeping) WHERE record = ?", [id])
    }
    if isWritten {
      try db.run(
        "INSERT INTO _refused(type, id, field, code, sentence, refused) VALUES (?, ?, '*', ?, '', ?)",
        [table.type.name, id, Problem.Code.erased.rawValue, state.now])
    }
    report.purged += 1
  }

  private func hasWritten(_ id: String) throws -> Bool {
    try db.row(
      """
      SELECT 1 FROM _pending WHERE id = ?1 UNION ALL SELECT 1 FROM _withheld WHERE id = ?1
      UNION ALL SELECT 1 FROM _refused WHERE id = ?1
      """, [id]) != nil
  }
}
