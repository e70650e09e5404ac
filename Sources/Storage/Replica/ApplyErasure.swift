import GRDB
import Shared

extension Applying {
  /// Forgets a record and all that was known of it, what is pending too. That something was
  /// written here is said in the refused list, without its content.
  mutating func erase(_ change: RecordChange, _ type: String) throws {
    let table = state.shape.tables[type]
    let row = try table.flatMap { try find(change.id?.description, or: change.handle, $0) }
    let hidden = try hiddenID(change.handle, type)
    guard let id = row?[0] as String? ?? hidden ?? change.id?.description else { return }
    if let row, let table {
      if let stamps = try forgetConfirmed(row, table) {
        try state.noteDeletion(id, type, change.stamp, seen: stamps)
      }
      try db.run("DELETE FROM \(table.name) WHERE _row = ?", [row[1] as Int64])
      try state.touch(type, row[1])
    }
    let isWritten = try hasWritten(id)
    try dropHidden(id)
    for bookkeeping in ["_pending", "_withheld", "_refused", "_was"] {
      try db.run("DELETE FROM \(bookkeeping) WHERE id = ?", [id])
    }
    for bookkeeping in ["_history", "_conflict"] {
      try db.run("DELETE FROM \(bookkeeping) WHERE record = ?", [id])
    }
    if isWritten {
      try db.run(
        "INSERT INTO _refused(type, id, field, code, sentence, refused) VALUES (?, ?, '*', ?, '', ?)",
        [type, id, Problem.Code.erased.rawValue, state.now])
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
