import GRDB
import Shared

// A creation names what is not empty, and what was emptied since the record was entered: where the answer to
// an earlier one was lost, the hub may have the record with what stood there.

extension ConfirmedState {
  /// The fields of a new record that a creation of it named, or would have: the hub may have it from a request
  /// whose answer was lost, or get it from another copy of the folder.
  func namedFields(of record: HiddenRecord) throws -> Set<String> {
    let edited = try db.rows(
      "SELECT field FROM _pending WHERE id = ? AND field NOT IN ('', '*')", [record.id])
    return edited.reduce(into: Set(record.values.keys)) { $0.insert($1[0]) }
  }

  /// Those of some fields that are empty in a row, in the schema's order.
  func empty(_ fields: Set<String>, _ number: Int64, _ table: TypedTable) throws -> [String] {
    guard !fields.isEmpty,
      let row = try db.row(table.select([], where: "_row = ?"), [number])
    else { return [] }
    return table.type.fields.enumerated().compactMap { position, field in
      let isEmpty = (row[position + 1] as DatabaseValue).isNull
      return isEmpty && fields.contains(field.name) ? field.name : nil
    }
  }
}

extension Acknowledging {
  /// Whether something of a new record waits beside its creation.
  func isAnythingBeside(creation id: String, _ stamp: Stamp) throws -> Bool {
    try db.rows("SELECT field, clock FROM _pending WHERE id = ?", [id]).contains {
      $0[0] != Settling.creation || $0[1] != stamp.storedClock
    }
  }

  /// What a creation does not name was empty when it was sent: what was written there since has replaced
  /// nothing.
  func settleUnnamed(
    _ id: String, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable
  ) throws {
    let sent = Set(change.fields.map { group.fields[$0.field] })
    for field in table.type.fields.map(\.name) where !sent.contains(field) {
      try db.run(
        "DELETE FROM _pending WHERE id = ? AND field = ? AND clock = ?",
        [id, field, change.stamp.storedClock])
      try db.run(
        "UPDATE _pending SET base = NULL, seen = NULL WHERE id = ? AND field = ?", [id, field])
    }
  }
}
