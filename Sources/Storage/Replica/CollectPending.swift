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
  let firstSent: RangeSet<Int64>

  package init(changeset: Changeset = Changeset(), ids: [[String]] = [], waiting: Int = 0) {
    self.init(changeset: changeset, ids: ids, waiting: waiting, firstSent: RangeSet())
  }

  init(changeset: Changeset, ids: [[String]], waiting: Int, firstSent: RangeSet<Int64>) {
    self.changeset = changeset
    self.ids = ids
    self.waiting = waiting
    self.firstSent = firstSent
  }
}

extension PendingPage {
  /// Notes that the hub did not hear of what this page was the first to carry.
  func takeBack(_ db: Database) throws { try db.note(firstSent, areSent: false) }
}

extension Database {
  /// Notes whether a request carried pending changes. Neighbours by one statement: what was written
  /// together has numbers that follow each other.
  fileprivate func note(_ numbers: RangeSet<Int64>, areSent: Bool) throws {
    for range in numbers.ranges {
      try run(
        "UPDATE _pending SET sent = ? WHERE n >= ? AND n < ?",
        [areSent, range.lowerBound, range.upperBound])
    }
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
  /// The next pending changes of a replica that is about to be wiped, as `collectPending`. Nothing waits
  /// here any longer: what was held back for a newer hub goes too, and the edits beneath a deletion
  /// go before it, as they count where it is refused. All of it is named by ids: somebody may look at it much later,
  /// at a hub that was restored from an older copy.
  package func collectParcel(upTo bytes: Int, now: Int64) throws(Problem) -> PendingPage {
    try write { db, shape in
      let state = try Settling.run(db, shape, now: now)
      try db.run("UPDATE _pending SET held = 0 WHERE held = 1")
      var collector = PendingCollector(state: state, budget: bytes, isParcel: true)
      return try collector.collect()
    }
  }

  /// Takes what was handed over off the list, in a replica that is about to be wiped.
  package func forget(_ page: PendingPage) throws(Problem) {
    try write { db, _ in
      for id in page.ids.joined() { try db.run("DELETE FROM _pending WHERE id = ?", [id]) }
    }
  }

  /// Notes that the hub did not hear of what a page was the first to carry.
  package func takeBack(_ page: PendingPage) throws(Problem) {
    try write { db, _ in try page.takeBack(db) }
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
  /// What somebody in Bamako looks at one day: with the edits beneath a deletion, and without handles.
  private let isParcel: Bool
  private var groups: [Draft] = []
  private var spent = 0
  private var firstSent: [Int64] = []

  init(
    state: ConfirmedState, budget: Int, passed: Set<String> = [], isParcel: Bool = false
  ) {
    self.state = state
    self.passed = passed
    self.isParcel = isParcel
    self.budget = budget
  }

  private var db: Database { state.db }

  /// A group under construction. A class, so that adding to it never copies what it holds.
  private final class Draft {
    let table: TypedTable
    /// What waits of one record, beside what stands in its row.
    let pending: RepeatedStatement
    let whole: RepeatedStatement
    var fields: [String] = []
    var records: [RecordChange] = []
    var ids: [String] = []

    init(table: TypedTable, _ db: Database) throws {
      self.table = table
      pending = try RepeatedStatement(
        db,
        """
        SELECT p.field, p.seen, p.clock, p.n, p.sent, p.held, t._row, t._handle, \(table.namedField)
        FROM _pending p LEFT JOIN \(table.name) t ON t.id = p.id WHERE p.id = ?
        """)
      whole = try RepeatedStatement(db, table.select([], where: "id = ?"))
    }

    func position(of field: String) -> Int {
      if let known = fields.firstIndex(of: field) { return known }
      fields.append(field)
      return fields.count - 1
    }

    func add(_ change: RecordChange?, of id: String) {
      guard let change else { return }
      records.append(change)
      ids.append(id)
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
    let firstSent = RangeSet(firstSent.map { $0..<$0 + 1 })
    try db.note(firstSent, areSent: true)
    for group in groups { group.sort() }
    return PendingPage(
      changeset: Changeset(
        groups: groups.map {
          ChangeGroup(type: $0.table.type.name, fields: $0.fields, records: $0.records)
        }), ids: groups.map(\.ids), waiting: max(0, total - taken.count),
      firstSent: firstSent)
  }

  private mutating func take(_ id: String, _ table: TypedTable) throws {
    let draft = try draft(of: table)
    if isParcel { draft.add(try withheld(id, table, draft), of: id) }
    draft.add(try change(id, table, draft), of: id)
  }

  /// The edits that wait beneath the deletion of a record.
  private mutating func withheld(
    _ id: String, _ table: TypedTable, _ draft: Draft
  ) throws -> RecordChange? {
    var pending: [String: PendingField] = [:]
    for row in try db.rows("SELECT field, seen, clock, value FROM _withheld WHERE id = ?", [id]) {
      pending[row[0]] = PendingField(
        stamp: Stamp(storedClock: row[2], device: Int64(state.device)),
        seen: try FieldStamps(row[1] as DatabaseValue), value: Value(row[3]) ?? .null)
    }
    return pending.isEmpty ? nil : update(id, try hiddenHandle(id), pending, table, draft)
  }

  private func hiddenHandle(_ id: String) throws -> Int64? {
    try db.row("SELECT handle FROM _hidden WHERE id = ?", [id])?[0]
  }

  private mutating func draft(of table: TypedTable) throws -> Draft {
    if let draft = groups.first(where: { $0.table.name == table.name }) { return draft }
    let draft = try Draft(table: table, db)
    groups.append(draft)
    return draft
  }

  private mutating func change(
    _ id: String, _ table: TypedTable, _ draft: Draft
  ) throws -> RecordChange? {
    let rows = try draft.pending.rows(id)
    // A new record goes whole.
    let isNew = rows.contains { $0[0] == Settling.creation }
    var pending: [String: PendingField] = [:]
    for row in rows where isNew || row[5] == 0 {
      if row[4] == 0 { firstSent.append(row[3]) }
      pending[row[0]] = PendingField(
        stamp: Stamp(storedClock: row[2], device: Int64(state.device)),
        seen: try FieldStamps(row[1] as DatabaseValue), value: Value(row[8]) ?? .null)
    }
    if let deletion = pending[Settling.deletion] {
      spent += RoughSize.record
      return try self.deletion(id, deletion.stamp, deletion.seen)
    }
    guard rows.first.map({ !($0[6] as DatabaseValue).isNull }) == true else {
      try db.run("DELETE FROM _pending WHERE id = ?", [id])
      return nil
    }
    if let creation = pending[Settling.creation] {
      return try self.creation(id, creation.stamp, pending, table, draft)
    }
    return update(id, rows[0][7], pending, table, draft)
  }

  private func deletion(_ id: String, _ stamp: Stamp, _ seen: FieldStamps?) throws -> RecordChange {
    let handle = isParcel ? nil : try hiddenHandle(id)
    return RecordChange(
      kind: .delete, id: handle == nil ? RecordID(id) : nil, handle: handle ?? 0, stamp: stamp,
      seen: seen)
  }

  private mutating func creation(
    _ id: String, _ stamp: Stamp, _ pending: [String: PendingField], _ table: TypedTable,
    _ draft: Draft
  ) throws -> RecordChange {
    spent += RoughSize.record
    let row = try draft.whole.row(id)!
    var fields: [FieldChange] = []
    for (position, field) in table.type.fields.enumerated() {
      let value = Value(row[position + 1] as DatabaseValue) ?? .null
      let own = pending[field.name]?.stamp ?? stamp
      // What was emptied since is named too: the hub may have a request of before whose answer was lost, or
      // another copy of the folder may send what stood there.
      guard !value.isNull || own != stamp else { continue }
      spent += value.roughBytes
      fields.append(
        FieldChange(field: draft.position(of: field.name), value: value, stamp: own))
    }
    return RecordChange(kind: .create, id: RecordID(id), handle: 0, stamp: stamp, fields: fields)
  }

  private mutating func update(
    _ id: String, _ handle: Int64?, _ pending: [String: PendingField], _ table: TypedTable,
    _ draft: Draft
  ) -> RecordChange {
    let handle = isParcel ? nil : handle
    spent += handle == nil ? RoughSize.record : RoughSize.handle
    let stamp = pending.values.map(\.stamp).max() ?? .never
    var fields: [FieldChange] = []
    for position in pending.keys.compactMap({ table.type.position(of: $0) }).sorted() {
      let name = table.type.fields[position].name
      let field = pending[name]!
      spent += RoughSize.seen + field.value.roughBytes
      fields.append(
        FieldChange(
          field: draft.position(of: name), value: field.value, stamp: field.stamp,
          seen: field.seen?.record ?? .never))
    }
    return RecordChange(
      kind: .update, id: handle == nil ? RecordID(id) : nil, handle: handle ?? 0, stamp: stamp,
      fields: fields)
  }

  /// A field that waits, or with a name of `Settling`'s the whole record.
  private struct PendingField {
    let stamp: Stamp
    let seen: FieldStamps?
    /// As it stands in the row.
    let value: Value
  }
}
