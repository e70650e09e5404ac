import GRDB
import Shared

// The answer to a bundle comes days after it, and what it says of a change may have been heard since:
// by another bundle's answer, or over the network. Whatever is settled already is passed over; what
// is left is acknowledged like any other.

extension Acknowledging {
  /// A change without what of it was settled before; nil when nothing is left.
  ///
  /// - Parameter isAdmitted: whether the hub took a field, by its position in the group; the whole
  ///   record for nil.
  func unsettled(
    _ change: RecordChange, _ id: String, _ group: ChangeGroup, _ table: TypedTable,
    isAdmitted: (Int?) -> Bool
  ) throws -> RecordChange? {
    switch change.kind {
    case .create where try isOpen(creation: change, id, table, isAdmitted(nil)): return change
    case .delete, .erase:
      return try isOpen(deletion: change, id, table, isAdmitted(nil)) ? change : nil
    // What was written before the creation was confirmed went with the next one, too.
    case .create where !isAdmitted(nil): return nil
    case .create, .update: break
    }
    let fields = try change.fields.filter { field in
      try isOpen(field, id, group.fields[field.field], table, isAdmitted(field.field))
    }
    guard !fields.isEmpty else { return nil }
    return RecordChange(
      kind: .update, id: change.id, handle: change.handle, stamp: change.stamp, fields: fields)
  }

  private func isOpen(
    creation: RecordChange, _ id: String, _ table: TypedTable, _ isAdmitted: Bool
  ) throws -> Bool {
    // One that was refused may have been corrected and entered again since.
    guard isAdmitted else { return try clock(of: id, "") == creation.stamp.storedClock }
    guard let confirmed = try confirmedStamps(id, table) else {
      return try state.isDeletedUnheard(
        id, FieldStamps(record: creation.fields.map(\.stamp).max() ?? creation.stamp))
    }
    return confirmed == nil
  }

  private func isOpen(
    deletion: RecordChange, _ id: String, _ table: TypedTable, _ isAdmitted: Bool
  ) throws -> Bool {
    if let pending = try clock(of: id, Settling.deletion) {
      return isAdmitted || pending == deletion.stamp.storedClock
    }
    // The record was entered again since, unless this was heard and somebody revived it.
    let confirmed = try confirmedStamps(id, table) ?? nil
    return isAdmitted && confirmed.map { $0.latest < deletion.stamp } ?? false
  }

  private func isOpen(
    _ field: FieldChange, _ id: String, _ name: String, _ table: TypedTable, _ isAdmitted: Bool
  ) throws -> Bool {
    let pending = try clock(of: id, name)
    if pending == field.stamp.storedClock { return true }
    guard let confirmed = try confirmedStamps(id, table), let stamps = confirmed else {
      return false
    }
    let row = try db.row(table.select([], where: "id = ?"), [id])
    let visible = row.flatMap { table.values($0)[name] } ?? .null
    let base = try state.confirmed(id, name, visible: visible.stored)
    guard stamps.stamp(of: name, isEmpty: base.isNull) < field.stamp else { return false }
    if pending == nil, row != nil {
      // It was refused before, and taken now.
      guard isAdmitted else { return false }
      try pendAgain(field, id, name, table, over: base)
    }
    return true
  }

  private func pendAgain(
    _ field: FieldChange, _ id: String, _ name: String, _ table: TypedTable,
    over base: DatabaseValue
  ) throws {
    try db.run(
      """
      INSERT INTO _pending(priority, type, id, field, base, wall, clock, sent)
      VALUES (?, ?, ?, ?, ?, ?, ?, 1)
      """,
      [
        table.type.priority, table.type.name, id, name, base, state.now,
        field.stamp.storedClock,
      ])
    try db.run(table.update([name], where: "id = ?"), [field.value.stored, id])
  }

  private func clock(of id: String, _ field: String) throws -> Int64? {
    try db.row("SELECT clock FROM _pending WHERE id = ? AND field = ?", [id, field])?[0]
  }

  /// The stamps that the hub has confirmed of a record, also of a hidden one; within, nil for one
  /// that was never confirmed; nil for one that is not here.
  private func confirmedStamps(_ id: String, _ table: TypedTable) throws -> FieldStamps?? {
    if let hidden = try state.hidden(id) { return .some(try FieldStamps(hidden.stamps)) }
    let row = try db.row("SELECT _stamps FROM \(table.name) WHERE id = ?", [id])
    return try row.map { try FieldStamps($0[0] as DatabaseValue) }
  }
}
