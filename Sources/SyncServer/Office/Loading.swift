package import Shared

// What comes from files takes the road of every change: stamped by the hub's own clock, admitted
// by the same rules, numbered in its scope, kept in the history. The hub has seen whatever
// stands, so a load never makes a conflict, and a row that says what stands already is no
// change. What a device wrote into a field is newer than the file, which the office may load again
// for other reasons: it stays, unless somebody asks for the file's word.

/// A record as a file says it.
package struct LoadRow: Sendable {
  package let type: String
  package let id: RecordID
  /// A field that is not named stays as it is. `.null` empties a field, unless a new record gets
  /// a default there.
  package let values: [String: Value]

  package init(type: String, id: RecordID, values: [String: Value]) {
    self.type = type
    self.id = id
    self.values = values
  }
}

/// What became of the rows of a load.
package struct LoadReport: Sendable {
  /// A row that the hub did not take, or not all of it.
  package struct Refusal: Sendable, Hashable {
    /// Position among the rows that were given.
    package let row: Int
    /// Why, without any value.
    package let sentence: String
  }

  package var created = 0
  package var updated = 0
  package var unchanged = 0
  /// Fields that stay as a device wrote them.
  package var kept = 0
  /// Records that somebody deleted since: a file does not bring them back.
  package var deleted = 0
  package var refusals: [Refusal] = []
}

extension Hub {
  /// Rows in one transaction: devices that sync meanwhile wait for one page, not for the load.
  private static let page = 1_000

  /// Writes records as the hub. Types must be the schema's.
  ///
  /// - Parameter overwrite: take also the place of what devices wrote.
  package func load(
    _ rows: [LoadRow], overwrite: Bool = false, language: Language
  ) throws(Problem) -> LoadReport {
    var report = LoadReport()
    let order = store.schema.loadingOrder(rows)
    for start in stride(from: 0, to: order.count, by: Self.page) {
      let page = order[start..<min(start + Self.page, order.count)]
      report = try store.write { transaction in
        let writing = try HubWriting(transaction, store.schema, now: now(), language: language)
        var loading = Loading(
          transaction: transaction, overwrite: overwrite, writing: writing, report: report)
        for index in page { try loading.load(rows[index], at: index) }
        try loading.writing.finish(random: random)
        return loading.report
      }
    }
    return report
  }
}

/// A load inside one transaction.
private struct Loading {
  let transaction: any HubTransaction
  let overwrite: Bool
  var writing: HubWriting
  var report: LoadReport

  mutating func load(_ row: LoadRow, at index: Int) throws {
    guard let type = writing.schema[type: row.type] else {
      preconditionFailure("a row of no type: \(row.type)")
    }
    guard let current = try transaction.record(type, id: row.id) else {
      return try create(row, type, index)
    }
    if current.isDeleted { return report.deleted += 1 }
    try update(row, current, type, index)
  }

  private mutating func create(_ row: LoadRow, _ type: RecordType, _ index: Int) throws {
    let stamp = writing.stamp(above: .never)
    let filled = type.fields.compactMap { field in
      let value = row.values[field.name] ?? .null
      return (value.isNull ? field.initial : value).map { (field.name, $0) }
    }
    let change = RecordChange(
      kind: .create, id: row.id, handle: 0, stamp: stamp,
      fields: filled.enumerated().map { FieldChange(field: $0, value: $1.1, stamp: stamp) })
    if try admit(change, type, filled.map(\.0), index) { report.created += 1 }
  }

  private mutating func update(
    _ row: LoadRow, _ current: StoredRecord, _ type: RecordType, _ index: Int
  ) throws {
    let different = type.fields.filter { field in
      guard let value = row.values[field.name] else { return false }
      if value.isNull && field.hasDefault { return false }
      return value != current.values[field.name] ?? .null
    }
    let changed = different.filter { overwrite || current.isTheHubs($0.name) }
    report.kept += different.count - changed.count
    guard !changed.isEmpty else { return report.unchanged += 1 }
    let stamp = writing.stamp(above: current.stamps.latest)
    let change = RecordChange(
      kind: .update, id: row.id, handle: current.handle, stamp: stamp,
      fields: changed.enumerated().map { position, field in
        FieldChange(
          field: position, value: row.values[field.name] ?? .null, stamp: stamp,
          seen: current.state(of: field.name).stamp)
      })
    if try admit(change, type, changed.map(\.name), index) { report.updated += 1 }
  }

  /// Whether anything of the change was taken.
  private mutating func admit(
    _ change: RecordChange, _ type: RecordType, _ fields: [String], _ index: Int
  ) throws -> Bool {
    let group = ChangeGroup(type: type.name, fields: fields, records: [change])
    let admission = try writing.admit(
      Changeset(groups: [group]), by: Writer(device: 0, role: .hub, grant: .all))
    let refused = admission.verdicts.filter { $0.kind == .refused }
    report.refusals += refused.map { LoadReport.Refusal(row: index, sentence: $0.sentence) }
    return !refused.contains { $0.field == nil } && refused.count < fields.count
  }
}

extension StoredRecord {
  /// Whether no device wrote what stands in a field.
  fileprivate func isTheHubs(_ field: String) -> Bool { state(of: field).stamp.device == 0 }
}

extension Field {
  /// Whether a new record gets a value here when nothing is given.
  fileprivate var hasDefault: Bool { initial != nil || name == "scope" }
}
