import GRDB
package import Shared

/// What one request carries, and what the device needs to understand the verdicts on it.
package struct PendingPage: Sendable {
  package let changeset: Changeset
  /// For each group and each of its records: the record's id.
  package let ids: [[String]]
  /// Records with pending changes that are not in this page.
  package let waiting: Int
  /// Records of which something waits for a hub with a newer schema.
  package internal(set) var held = 0
  /// Changes that went to the refused list because no field takes what was written.
  package internal(set) var setAside = 0
  /// Pending changes that no earlier request carried: when the hub leaves this one unexamined, it
  /// has not heard of them.
  let firstSent: [Int64]

  package init(changeset: Changeset = Changeset(), ids: [[String]] = [], waiting: Int = 0) {
    self.init(changeset: changeset, ids: ids, waiting: waiting, firstSent: [])
  }

  init(changeset: Changeset, ids: [[String]], waiting: Int, firstSent: [Int64]) {
    self.changeset = changeset
    self.ids = ids
    self.waiting = waiting
    self.firstSent = firstSent
  }
}

extension Replica {
  /// The next pending changes in the order of sending, up to about `bytes` before compression
  /// (at least one record). Marks them as sent, so that an answer that gets lost is harmless.
  ///
  /// - Parameter passed: records that an earlier page of the same message carries.
  package func collectPending(
    upTo bytes: Int, now: Int64, without passed: Set<String> = []
  ) throws(Problem) -> PendingPage {
    try write { db, shape in
      let refused = try Self.refusedCount(db)
      let state = try Settling.run(db, shape, now: now)
      var collector = PendingCollector(state: state, budget: bytes, passed: passed)
      var page = try collector.collect()
      page.held = try Self.heldCount(db)
      page.setAside = try Self.refusedCount(db) - refused
      return page
    }
  }
}

extension Replica {
  /// Takes what was handed over off the list, in a replica that is about to be wiped.
  package func forget(_ page: PendingPage) throws(Problem) {
    try write { db, _ in
      for id in page.ids.joined() { try db.run("DELETE FROM _pending WHERE id = ?", [id]) }
    }
  }
}

/// Bytes of a change beside its values, before compression, about.
private enum RoughSize {
  /// A record named by its id, with its stamp; what a deletion saw is little.
  static let record = 32
  static let handle = 8
  static let seen = 6
}

private struct PendingCollector {
  let state: ConfirmedState
  let budget: Int
  private let passed: Set<String>
  private var groups: [Draft] = []
  private var spent = 0
  private var firstSent: [Int64] = []

  init(state: ConfirmedState, budget: Int, passed: Set<String>) {
    self.state = state
    self.passed = passed
    self.budget = budget
  }

  private var db: Database { state.db }

  /// A group under construction. A class, so that adding to it never copies what it holds.
  private final class Draft {
    let table: TypedTable
    var fields: [String] = []
    var records: [RecordChange] = []
    var ids: [String] = []

    init(table: TypedTable) { self.table = table }

    func position(of field: String) -> Int {
      if let known = fields.firstIndex(of: field) { return known }
      fields.append(field)
      return fields.count - 1
    }

    /// By handle, new records first: neighbours differ by little, and what was seen of records
    /// that came together does, too.
    func sort() {
      let order = records.indices.sorted { (records[$0].handle, $0) < (records[$1].handle, $1) }
      records = order.map { records[$0] }
      ids = order.map { ids[$0] }
    }
  }

  mutating func collect() throws -> PendingPage {
    let total = try db.row("SELECT count(DISTINCT id) FROM _pending WHERE NOT held")![0] as Int
    guard total > 0 else { return PendingPage() }
    var taken = passed
    let next = "SELECT type, id FROM _pending WHERE NOT held ORDER BY priority, n"
    try db.visit(next) { row, isEnough in
      let id: String = row[1]
      guard !taken.contains(id) else { return }
      isEnough = spent >= budget
      guard !isEnough else { return }
      taken.insert(id)
      try take(id, try state.shape.table(row[0]))
    }
    try markSent()
    for group in groups { group.sort() }
    return PendingPage(
      changeset: Changeset(
        groups: groups.map {
          ChangeGroup(type: $0.table.type.name, fields: $0.fields, records: $0.records)
        }), ids: groups.map(\.ids), waiting: max(0, total - taken.count),
      firstSent: firstSent)
  }

  /// Neighbours by one statement: what was written together has numbers that follow each other.
  private func markSent() throws {
    for range in RangeSet(firstSent.map { $0..<$0 + 1 }).ranges {
      try db.run(
        "UPDATE _pending SET sent = 1 WHERE n >= ? AND n < ?", [range.lowerBound, range.upperBound])
    }
  }

  private mutating func take(_ id: String, _ table: TypedTable) throws {
    let draft = draft(of: table)
    if let change = try change(id, table, draft) {
      draft.records.append(change)
      draft.ids.append(id)
    }
  }

  private mutating func draft(of table: TypedTable) -> Draft {
    if let draft = groups.first(where: { $0.table.name == table.name }) { return draft }
    let draft = Draft(table: table)
    groups.append(draft)
    return draft
  }

  private mutating func change(
    _ id: String, _ table: TypedTable, _ draft: Draft
  ) throws -> RecordChange? {
    let sql = "SELECT field, seen, clock, n, sent, held FROM _pending WHERE id = ?"
    let pending = try db.rows(sql, [id])
    // A new record goes whole.
    let isNew = pending.contains { $0[0] == Settling.creation }
    var clocks: [String: Stamp] = [:]
    var seen: [String: FieldStamps] = [:]
    for row in pending where isNew || row[5] == 0 {
      if row[4] == 0 { firstSent.append(row[3]) }
      clocks[row[0]] = Stamp(storedClock: row[2], device: Int64(state.device))
      seen[row[0]] = try FieldStamps(row[1] as DatabaseValue)
    }
    if let stamp = clocks[Settling.deletion] {
      spent += RoughSize.record
      return try deletion(id, stamp, seen[Settling.deletion])
    }
    guard let row = try db.row(table.select(["_handle"], where: "id = ?"), [id]) else {
      try db.run("DELETE FROM _pending WHERE id = ?", [id])
      return nil
    }
    if let stamp = clocks[Settling.creation] {
      return creation(id, stamp, table.values(row, from: 2), clocks, table, draft)
    }
    return update(id, row, clocks, seen, table, draft)
  }

  private func deletion(_ id: String, _ stamp: Stamp, _ seen: FieldStamps?) throws -> RecordChange {
    let handle: Int64? = try db.row("SELECT handle FROM _hidden WHERE id = ?", [id])?[0]
    return RecordChange(
      kind: .delete, id: handle == nil ? RecordID(id) : nil, handle: handle ?? 0, stamp: stamp,
      seen: seen)
  }

  private mutating func creation(
    _ id: String, _ stamp: Stamp, _ values: [String: Value], _ clocks: [String: Stamp],
    _ table: TypedTable, _ draft: Draft
  ) -> RecordChange {
    spent += RoughSize.record
    var fields: [FieldChange] = []
    for field in table.type.fields {
      guard let value = values[field.name] else { continue }
      spent += value.roughBytes
      fields.append(
        FieldChange(
          field: draft.position(of: field.name), value: value,
          stamp: clocks[field.name] ?? stamp))
    }
    return RecordChange(kind: .create, id: RecordID(id), handle: 0, stamp: stamp, fields: fields)
  }

  /// - Parameter row: the id, the handle, then every field.
  private mutating func update(
    _ id: String, _ row: StoredRow, _ clocks: [String: Stamp], _ seen: [String: FieldStamps],
    _ table: TypedTable, _ draft: Draft
  ) -> RecordChange {
    let handle: Int64? = row[1]
    spent += handle == nil ? RoughSize.record : RoughSize.handle
    let stamp = clocks.values.max() ?? .never
    var fields: [FieldChange] = []
    for position in clocks.keys.compactMap({ table.type.position(of: $0) }).sorted() {
      let name = table.type.fields[position].name
      let value = Value(row[position + 2] as DatabaseValue) ?? .null
      spent += RoughSize.seen + value.roughBytes
      fields.append(
        FieldChange(
          field: draft.position(of: name), value: value, stamp: clocks[name]!,
          seen: seen[name]?.record ?? .never))
    }
    return RecordChange(
      kind: .update, id: handle == nil ? RecordID(id) : nil, handle: handle ?? 0, stamp: stamp,
      fields: fields)
  }
}
