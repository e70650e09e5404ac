import GRDB
import Shared

// A creation does not name what is empty. Where the answer to one was lost, the hub may have the record with
// what was emptied since: the next one is silent about it, so the emptying is an edit that goes after it.

extension ConfirmedState {
  /// The fields of a new record of which the hub may have something from a request that it answered in
  /// vain.
  func sentFields(of record: HiddenRecord) throws -> Set<String> {
    let creation = try db.row(
      "SELECT sent FROM _pending WHERE id = ? AND field = ''", [record.id])
    guard let creation, creation[0] == 1 else { return [] }
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
  /// Whether something of a new record waits beside its creation, and whether no earlier request carried that.
  func besideCreation(
    _ id: String, _ stamp: Stamp
  ) throws -> (wait: Bool, areOfFirst: Bool) {
    var others = (wait: false, areOfFirst: true)
    for row in try db.rows("SELECT n, field, clock FROM _pending WHERE id = ?", [id]) {
      if row[1] == Settling.creation && row[2] == stamp.storedClock {
        others.areOfFirst = page.firstSent.contains(row[0])
      } else {
        others.wait = true
      }
    }
    return others
  }

  /// A creation does not name what was empty when it was sent: what was emptied before is settled
  /// with it, what was filled since has replaced nothing. The hub may have one from before, whose answer
  /// was lost, that named what was emptied since: then the emptying is an edit that waits.
  func settleEmptied(
    _ id: String, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ row: StoredRow, isFirst: Bool
  ) throws {
    let sent = Set(change.fields.map { group.fields[$0.field] })
    for (position, field) in table.type.fields.enumerated() where !sent.contains(field.name) {
      let isEmpty = (row[position + 2] as DatabaseValue).isNull
      let sql =
        isEmpty && isFirst
        ? "DELETE FROM _pending WHERE id = ? AND field = ?"
        : "UPDATE _pending SET base = NULL, seen = NULL WHERE id = ? AND field = ?"
      try db.run(sql, [id, field.name])
    }
  }
}
