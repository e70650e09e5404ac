import GRDB
import Shared

// News of records whose deletion waits here to be sent: what the deletion hides moves on, what
// its author had seen does not.

extension Applying {
  /// The record without a row that has this handle.
  func hiddenID(_ handle: Int64, _ type: String) throws -> String? {
    guard hasPending || state.shape.tables[type] == nil else { return nil }
    return try db.row(
      "SELECT id FROM _hidden WHERE type = ? AND handle = ?", [type, handle])?[0]
  }

  /// Removes a record that this device may no longer hold. A deletion that was not sent yet goes to the
  /// refused list, so that it is not lost.
  mutating func loseHidden(_ id: String) throws {
    if try state.isPending(id, Settling.deletion), let hidden = try state.hidden(id) {
      try db.run(
        "INSERT INTO _refused(type, id, field, code, sentence, refused) VALUES (?, ?, '*', ?, '', ?)",
        [hidden.type, id, Problem.Code.scope_not_granted.rawValue, state.now])
    }
    try dropHidden(id, withHistory: true)
  }

  /// Forgets a record without a row; with its history, that nothing of it can be read any more.
  mutating func dropHidden(_ id: String, withHistory: Bool = false) throws {
    if withHistory {
      try db.run("DELETE FROM _history WHERE record = ?", [id])
      try db.run("DELETE FROM _conflict WHERE record = ?", [id])
      report.purged += 1
    }
    guard let hidden = try state.hidden(id) else { return }
    if let stamps = try FieldStamps(hidden.stamps) {
      state.ledger.remove(hidden.scope, RecordID(id)!, stamps)
    }
    try db.run("DELETE FROM _pending WHERE id = ?", [id])
    try state.forgetHidden(id)
  }

  /// News of a record whose deletion waits here: what the deletion hides moves on, what its
  /// author had seen does not.
  mutating func updateHidden(
    _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable
  ) throws {
    guard let id = try hiddenID(change.handle, table.type.name) else { return }
    try state.moveHidden(id, by: change, group)
  }

  mutating func replaceHidden(
    _ hidden: HiddenRecord, _ change: RecordChange, _ group: ChangeGroup
  ) throws {
    let id = RecordID(hidden.id)!
    if let stamps = try FieldStamps(hidden.stamps) { state.ledger.remove(hidden.scope, id, stamps) }
    let stamps = change.stamps(in: group)
    let hidden = HiddenRecord(change, group, stamps)
    try state.hide(hidden)
    state.ledger.add(hidden.scope, id, stamps)
  }
}

extension HiddenRecord {
  /// A record that came whole.
  init(_ change: RecordChange, _ group: ChangeGroup, _ stamps: FieldStamps) {
    self.init(
      id: change.id!.description, type: group.type, handle: change.handle.databaseValue,
      stamps: stamps.stored,
      values: Dictionary(
        uniqueKeysWithValues: change.fields.map { (group.fields[$0.field], $0.value.stored) }))
  }
}
