import GRDB
import Shared

// Strays go to the refused list before anything is sent: a field shows again what it held before,
// and a new record that needs the field goes there whole.

extension ConfirmedState {
  /// Sets aside what no field takes of the records that these events wrote.
  func refuseStrays(_ suspects: [(id: String, event: CapturedEvent)]) throws {
    var looked: Set<String> = []
    for (id, event) in suspects where looked.insert(id).inserted {
      let table = try shape.table(event.type)
      let strays = try strays(id, table)
      if !strays.isEmpty { try refuse(strays, id, table, event.wall) }
    }
  }

  private func strays(_ id: String, _ table: TypedTable) throws -> [StrayValue] {
    let columns = try db.strays(table.select([], where: "id = ?"), [id]).dropFirst()
    return zip(table.type.fields, columns).compactMap { field, readable in
      readable.map { StrayValue(field: field.name, readable: $0) }
    }
  }

  private func refuse(
    _ strays: [StrayValue], _ id: String, _ table: TypedTable, _ wall: Int64
  ) throws {
    var before: [String: DatabaseValue] = [:]
    for stray in strays { before[stray.field] = try valueBefore(id, stray.field) }
    let isNew = try isPending(id, Settling.creation)
    let isIncomplete = strays.contains { stray in
      before[stray.field] == nil && table.type.needs(stray.field)
    }
    if isNew && isIncomplete { return try refuseWhole(strays, id, table, wall) }
    for stray in strays {
      try db.run(
        table.update([stray.field], where: "id = ?"), [before[stray.field] ?? .null, id])
      try db.run("DELETE FROM _pending WHERE id = ? AND field = ?", [id, stray.field])
      _ = try note(stray.field, stray.readable.databaseValue, id, table, wall, part: nil)
    }
  }

  /// What stood in a field before its pending edits; nil when nothing did that it can hold.
  private func valueBefore(_ id: String, _ field: String) throws -> DatabaseValue? {
    let base = "SELECT base FROM _pending WHERE id = ? AND field = ?"
    guard try db.strays(base, [id, field]).compactMap(\.self).isEmpty,
      let value: DatabaseValue = try db.row(base, [id, field])?[0]
    else { return nil }
    return value.isNull ? nil : value
  }

  private func refuseWhole(
    _ strays: [StrayValue], _ id: String, _ table: TypedTable, _ wall: Int64
  ) throws {
    let row = try db.row(table.select(["_row"], where: "id = ?"), [id])!
    let part = try note(nil, .null, id, table, wall, part: nil)
    let readable = Dictionary(uniqueKeysWithValues: strays.map { ($0.field, $0.readable) })
    for (position, field) in table.type.fields.enumerated() {
      let value = readable[field.name]?.databaseValue ?? (row[position + 2] as DatabaseValue)
      if !value.isNull { _ = try note(field.name, value, id, table, wall, part: part) }
    }
    try db.run("DELETE FROM \(table.name) WHERE _row = ?", [row[1] as Int64])
    try db.run("DELETE FROM _pending WHERE id = ?", [id])
  }

  private func note(
    _ field: String?, _ value: DatabaseValue, _ id: String, _ table: TypedTable, _ wall: Int64,
    part: Int64?
  ) throws -> Int64 {
    try db.run(
      """
      INSERT INTO _refused(type, id, field, value, code, sentence, refused, part)
      VALUES (?, ?, ?, ?, ?, '', ?, ?)
      """,
      [
        table.type.name, id, field, value, Problem.Code.wrong_type.rawValue, wall, part,
      ])
    return db.lastInsertedRowID
  }
}

extension CapturedEvent {
  /// Whether its record has to be looked at: all of a new one, and of an edited one when the field
  /// that was written holds a stray.
  var isSuspect: Bool {
    if case .updated = what { isStray } else { true }
  }
}

extension RecordType {
  /// Whether a new record is nothing without this field.
  fileprivate func needs(_ name: String) -> Bool {
    self[field: name]?.required ?? false || name == "scope" || key.contains(name)
  }
}
