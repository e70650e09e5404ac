import GRDB
package import Shared

/// A record as the hub told it to this device, whatever is pending on top of it.
package struct ConfirmedCopy: Sendable {
  package let id: RecordID
  package let type: String
  package let handle: Int64
  package let stamps: FieldStamps
  package let values: [String: Value]

  package var scope: String { values["scope"]?.text ?? "" }

  package func state(of field: String) -> FieldState {
    stamps.state(of: field, in: values)
  }
}

extension ConfirmedState {
  /// Each confirmed record in some ranges of ids, type by type, hidden ones included.
  func visitConfirmed(_ ranges: [IDRange], _ body: (ConfirmedCopy) throws -> Void) throws {
    let under = try valuesNotInRows()
    for range in ranges { try visitConfirmed(range, under, body) }
  }

  private func visitConfirmed(
    _ range: IDRange, _ under: [String: [String: DatabaseValue]],
    _ body: (ConfirmedCopy) throws -> Void
  ) throws {
    let bounds: Bindings = [range.texts.first, range.texts.end]
    for table in shape.tables.values.sorted(by: { $0.name < $1.name }) {
      let sql = table.select(
        ["_handle", "_stamps"], where: "id >= ? AND id < ? AND _stamps NOT NULL")
      try db.visit(sql, bounds) { row in
        if let copy = try copy(row, table, under) { try body(copy) }
      }
    }
    for row in try db.rows("SELECT id FROM _hidden WHERE id >= ? AND id < ?", bounds) {
      if let copy = try hidden(row[0]).flatMap(ConfirmedCopy.init) { try body(copy) }
    }
  }

  func confirmedCopies(of ids: some Sequence<RecordID>) throws -> [RecordID: ConfirmedCopy] {
    var found: [RecordID: ConfirmedCopy] = [:]
    try visitConfirmed(ids.map { IDRange(first: $0, end: $0.next) }) { found[$0.id] = $0 }
    return found
  }

  private func copy(
    _ row: StoredRow, _ table: TypedTable, _ under: [String: [String: DatabaseValue]]
  ) throws -> ConfirmedCopy? {
    guard let id = RecordID(row[0] as String), let stamps = try FieldStamps(row[2] as DatabaseValue)
    else { return nil }
    var values = table.values(row, from: 3)
    for (field, base) in under[row[0]] ?? [:] {
      values[field] = Value(base).flatMap { $0.isNull ? nil : $0 }
    }
    return ConfirmedCopy(
      id: id, type: table.type.name, handle: row[1] ?? 0, stamps: stamps, values: values)
  }

  /// By record and field: the confirmed value under each pending change, and those without a
  /// column.
  private func valuesNotInRows() throws -> [String: [String: DatabaseValue]] {
    var under: [String: [String: DatabaseValue]] = [:]
    let sql = """
      SELECT id, field, base FROM _pending WHERE field NOT IN ('', '*') UNION ALL
      SELECT id, field, value FROM _was WHERE id NOT IN (SELECT id FROM _hidden)
      """
    for row in try db.rows(sql) {
      under[row[0], default: [:]][row[1]] = row[2] as DatabaseValue
    }
    return under
  }
}

extension ConfirmedCopy {
  fileprivate init?(_ hidden: HiddenRecord) throws {
    guard let id = RecordID(hidden.id), let stamps = try FieldStamps(hidden.stamps) else {
      return nil
    }
    self.init(
      id: id, type: hidden.type, handle: Int64.fromDatabaseValue(hidden.handle) ?? 0,
      stamps: stamps, values: hidden.values.compactMapValues { Value($0) })
  }
}

extension RecordID {
  /// The id after this one; nil after the last.
  fileprivate var next: RecordID? {
    if low < .max { return RecordID(high: high, low: low + 1) }
    return high < .max ? RecordID(high: high + 1, low: 0) : nil
  }
}
