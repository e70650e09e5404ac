import GRDB
import Shared

// News of fields and types that this program does not know. `KeptAside` says where they go.

extension Applying {
  /// Records of a type without a table.
  mutating func applyStrangers(_ group: ChangeGroup) throws {
    for change in group.records {
      switch change.kind {
      case .create: try takeStranger(change, group)
      case .update: try updateStranger(change, group)
      case .delete: try deleteStranger(change, group)
      case .erase: try erase(change, group.type)
      }
      report.received += 1
    }
  }

  private mutating func takeStranger(_ change: RecordChange, _ group: ChangeGroup) throws {
    guard let id = change.id?.description else { throw Problem(.not_understood, cause: "no id") }
    let fresh = HiddenRecord(id: id, type: group.type, handle: .null, stamps: .null, values: [:])
    try replaceHidden(state.hidden(id) ?? fresh, change, group)
  }

  private mutating func updateStranger(_ change: RecordChange, _ group: ChangeGroup) throws {
    guard let id = try change.id?.description ?? hiddenID(change.handle, group.type),
      let hidden = try state.hidden(id), let stamps = try FieldStamps(hidden.stamps)
    else { return }
    for field in change.fields {
      let name = group.fields[field.field]
      let old = hidden.values[name] ?? .null
      try state.remember(
        group.type, id, name, replaced: old, stamps.stamp(of: name, isEmpty: old.isNull),
        field.stamp)
    }
    try state.moveHidden(id, by: change, group)
  }

  private mutating func deleteStranger(_ change: RecordChange, _ group: ChangeGroup) throws {
    guard let id = try change.id?.description ?? hiddenID(change.handle, group.type),
      let hidden = try state.hidden(id)
    else { return }
    if let stamps = try FieldStamps(hidden.stamps) {
      try state.noteDeletion(id, group.type, change.stamp, seen: change.seen ?? stamps)
    }
    try db.run("DELETE FROM _history WHERE record = ?", [id])
    try dropHidden(id)
  }

  /// A leave of a record that has no row here.
  mutating func applyHidden(_ leave: Leave) throws {
    guard let id = try hiddenID(leave.handle, leave.type) else { return }
    // It may have come to another scope since. A new record may have been given its scope by the hub.
    let scope = try state.hidden(id)?.scope ?? ""
    guard scope == leave.scope.description || scope.isEmpty else { return }
    try loseHidden(id)
    if state.shape.tables[leave.type] == nil { report.left += 1 }
  }

  /// Fields of a known record, some of them without a column.
  mutating func updatePartly(
    _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable
  ) throws {
    let row = try find(change.id?.description, or: change.handle, table)
    guard let row else { return try updateHidden(change, group, table) }
    let (id, number): (String, Int64) = (row[0], row[1])
    guard var stamps = try forgetConfirmed(row, table) else { return }
    for field in change.fields {
      let name = group.fields[field.field]
      let isKnown = table.type[field: name] != nil
      let old =
        try isKnown
        ? state.confirmed(id, name, visible: visible(number, name, table))
        : state.keptAside(id, name)
      try state.remember(
        table.type.name, id, name, replaced: old, stamps.stamp(of: name, isEmpty: old.isNull),
        field.stamp)
      if isKnown {
        try confirm(id, number, name, field.value, table)
      } else {
        try state.keepAside(id, name, field.value)
      }
      stamps.set(name, field.stamp)
    }
    try finish(id, number, handle: change.handle, stamps, table)
  }
}
