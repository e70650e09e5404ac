import GRDB
import Shared

// Settling turns the journal that the triggers wrote into pending changes: one for each field
// that differs from what the hub has told, with the value's *first* predecessor (`base`,
// `seen`) and the *last* edit's stamp. A record entered here is one pending change with the
// field "", a deletion one with the field "*".
//
// It runs inside the transaction that needs it (before sending, applying, or counting what is
// unsent), so a crash leaves either the journal or the pending changes, never half of each.

struct Settling {
  static let creation = ""
  static let deletion = "*"

  private var state: ConfirmedState
  private var displaced: [String: HiddenRecord] = [:]
  /// The fields of records that went before the hub heard of them: they may be entered again.
  private var dropped: [String: Set<String>] = [:]
  /// Ids that were given anew because the type has a natural key, or they were no UUIDs.
  private var renamed: [String: String] = [:]
  /// Confirmed records whose row was entered again in this journal: what differs in the row as it
  /// is now waits already, later lines of the journal included.
  private var revived: Set<String> = []
  /// The whole journal, where in it each row occurs, and the event that is being settled.
  private let events: [CapturedEvent]
  private let occurrences: [RowPlace: [Int]]
  private var current = 0
  /// The clock value that the edits of one moment share, and that moment.
  private var moment: (wall: Int64, clock: UInt64)?

  private let noting: RepeatedStatement

  private init(_ state: ConfirmedState, _ events: [CapturedEvent]) throws {
    self.state = state
    self.events = events
    noting = try RepeatedStatement(state.db, Self.note(or: "IGNORE"))
    var occurrences: [RowPlace: [Int]] = [:]
    // Edits alone are settled one by one.
    if !events.allSatisfy(\.isUpdate) {
      for (index, event) in events.enumerated() {
        occurrences[event.place, default: []].append(index)
      }
    }
    self.occurrences = occurrences
  }

  /// Settles everything captured so far. Returns the state for further work in the transaction.
  @discardableResult
  static func run(_ db: Database, _ shape: ReplicaShape, now: Int64) throws -> ConfirmedState {
    let state = try ConfirmedState(db, shape, now: now)
    let events = try CapturedEvent.all(db, shape)
    guard !events.isEmpty else {
      // Emptying an empty table writes its page, and waits for the disk.
      if try db.row("SELECT 1 FROM _journal LIMIT 1") != nil { try db.run("DELETE FROM _journal") }
      return state
    }
    var settling = try Settling(state, events)
    try db.withoutCapture {
      for (index, event) in events.enumerated() {
        settling.current = index
        try settling.settle(event)
      }
      try settling.state.refuseStrays(settling.suspects(events))
      try db.run("DELETE FROM _journal")
      try settling.state.save()
    }
    settling.state.ledger = ScopeLedger()
    return settling.state
  }

  private var db: Database { state.db }

  /// What may have written a stray into a row, with the id that its record has now.
  private func suspects(_ events: [CapturedEvent]) -> [(id: String, event: CapturedEvent)] {
    events.lazy.filter(\.isSuspect).compactMap { event in
      switch event.what {
      case .inserted, .updated: (renamed[event.id] ?? event.id, event)
      case .deleted, .displaced: nil
      }
    }
  }

  private mutating func settle(_ event: CapturedEvent) throws {
    let table = try state.shape.table(event.type)
    var event = event
    event.id = renamed[event.id] ?? event.id
    switch event.what {
    case .inserted: try insert(event, table)
    case .updated(let field, let old): try update(event, table, field, old)
    case .deleted(let values): try delete(event, table, values)
    case .displaced(let values): displaced[event.id] = HiddenRecord(event, values)
    }
    try state.touch(event.type, event.row)
  }

  // MARK: One event

  private mutating func insert(_ event: CapturedEvent, _ table: TypedTable) throws {
    let replaced = displaced.removeValue(forKey: event.id)
    let selectRow = table.select(["_handle", "_stamps"], where: "_row = ? AND id = ?")
    guard !isOver(event), let row = try db.row(selectRow, [event.row, event.id]) else {
      if let replaced { try remove(event, table, replaced) }
      // What came and went while a deletion waits changes nothing.
      guard try state.hidden(event.id) == nil else { return }
      return try pend(event, table, Self.creation)
    }
    var named = dropped.removeValue(forKey: event.id) ?? []
    if let replaced {
      if try state.isPending(event.id, Self.creation) {
        named = try state.namedFields(of: replaced)
        // Nothing of it is as it was: an earlier edit's stamp may have been sent with its value.
        try db.run("DELETE FROM _pending WHERE id = ? AND field <> ''", [event.id])
      } else {
        try remove(event, table, replaced)
      }
    }
    let values = table.values(row, from: 3)
    try complete(row, values, event, table)
    // It took the place of a row of its key, and what differs is an edit already.
    guard !revived.contains(event.id) || (row[2] as DatabaseValue).isNull else { return }
    guard let id = try rename(row, values, event, table) else { return }
    if let hidden = try state.hidden(id) {
      return try revive(hidden, event, table, id)
    }
    let (handle, stamps): (DatabaseValue, DatabaseValue) = (row[1], row[2])
    if !handle.isNull || !stamps.isNull {
      try db.run(
        "UPDATE \(table.name) SET _handle = NULL, _stamps = NULL WHERE _row = ?", [event.row])
    }
    try pend(event.renamed(id), table, Self.creation)
    if id == event.id { try pendEmpty(named, event, table) }
  }

  /// Whether the life of the row that an insertion began has ended: the row that is there now may
  /// have its number and its id, and be another one.
  private func isOver(_ insertion: CapturedEvent) -> Bool {
    later(insertion.place).contains { index in
      switch events[index].what {
      case .inserted, .deleted: return true
      case .updated, .displaced: return false
      }
    }
  }

  private func later(_ place: RowPlace) -> [Int] {
    (occurrences[place] ?? []).filter { $0 > current }
  }

  private mutating func update(
    _ event: CapturedEvent, _ table: TypedTable, _ field: String, _ old: DatabaseValue
  ) throws {
    if revived.contains(event.id), try !state.isPending(event.id, field) { return }
    let seen = try FieldStamps(event.stamps)?.stamp(of: field, isEmpty: old.isNull) ?? .never
    try pend(event, table, field, base: old, seen: FieldStamps(record: seen))
  }

  private mutating func delete(
    _ event: CapturedEvent, _ table: TypedTable, _ values: [String: DatabaseValue]
  ) throws {
    displaced[event.id] = nil
    guard renamed.values.contains(event.id),
      let row = try db.row("SELECT _row FROM \(table.name) WHERE id = ?", [event.id])
    else { return try remove(event, table, HiddenRecord(event, values)) }
    try succeed(event, by: row[0], table, values)
  }

  /// A row that was entered beside a record of the same natural key takes its place.
  private mutating func succeed(
    _ event: CapturedEvent, by row: Int64, _ table: TypedTable, _ values: [String: DatabaseValue]
  ) throws {
    guard !event.stamps.isNull else { return }
    try db.run("DELETE FROM _pending WHERE id = ? AND field = ''", [event.id])
    try remove(event, table, HiddenRecord(event, values))
    guard let hidden = try state.hidden(event.id) else { return }
    var successor = event
    successor.row = row
    try revive(hidden, successor, table, event.id)
  }

  /// A record that the hub never heard of goes without a trace; any other one is kept hidden
  /// until the hub has agreed to its deletion.
  private mutating func remove(
    _ event: CapturedEvent, _ table: TypedTable, _ record: HiddenRecord
  ) throws {
    revived.remove(event.id)
    if try state.hidden(event.id) != nil {
      return try db.run("DELETE FROM _pending WHERE id = ? AND field <> '*'", [event.id])
    }
    let creation = try db.row(
      "SELECT sent, clock FROM _pending WHERE id = ? AND field = ''", [event.id])
    if let creation, creation[0] == 0 {
      dropped[event.id] = try state.namedFields(of: record)
      return try db.run("DELETE FROM _pending WHERE id = ?", [event.id])
    }
    let edited = try state.withhold(record)
    var record = record
    for row in try db.rows(
      "SELECT field, base FROM _pending WHERE id = ? AND field NOT IN ('', '*')", [event.id])
    {
      let base: DatabaseValue = row[1]
      record.values[row[0]] = base.isNull ? nil : base
    }
    var seen = try FieldStamps(record.stamps) ?? FieldStamps(record: .never)
    if let creation {
      seen = FieldStamps(record: Stamp(storedClock: creation[1], device: Int64(state.device)))
    }
    try db.run("DELETE FROM _pending WHERE id = ?", [event.id])
    try state.hide(record)
    // An edit of the same moment was before it.
    try pend(event, table, Self.deletion, seen: seen, above: edited)
  }

  /// Entered again after a deletion that the hub has not heard of: what differs is an edit.
  private mutating func revive(
    _ hidden: HiddenRecord, _ event: CapturedEvent, _ table: TypedTable, _ id: String
  ) throws {
    try state.reveal(hidden, table)
    let withheld = try state.withheldFields(of: id)
    try state.forgetWithheld(id)
    try db.run("DELETE FROM _pending WHERE id = ?", [id])
    guard let stamps = try FieldStamps(hidden.stamps) else {
      try pend(event.renamed(id), table, Self.creation)
      // It is hidden because the hub may have it already.
      try db.run("UPDATE _pending SET sent = 1 WHERE id = ?", [id])
      return try pendEmpty(
        Set(hidden.values.keys).union(withheld.keys), event.renamed(id), table)
    }
    revived.insert(id)
    try db.run(
      "UPDATE \(table.name) SET _handle = ?, _stamps = ? WHERE _row = ?",
      [hidden.handle, hidden.stamps, event.row])
    let row = try db.row(table.select([], where: "_row = ?"), [event.row])!
    for (position, field) in table.type.fields.enumerated() {
      let old = hidden.values[field.name] ?? .null
      let new: DatabaseValue = row[position + 1]
      // An edit that was taken back with the row may have been sent.
      guard new != old || withheld[field.name] != nil else { continue }
      let seen = stamps.stamp(of: field.name, isEmpty: old.isNull)
      try pend(
        event.renamed(id), table, field.name, base: old, seen: FieldStamps(record: seen),
        above: withheld[field.name] ?? 0)
    }
  }

  /// Makes edits of those fields of a new record that are empty now: the hub may have what stood there, and an
  /// empty field with the record's own stamp could not be told from one that nobody wrote.
  private mutating func pendEmpty(
    _ fields: Set<String>, _ event: CapturedEvent, _ table: TypedTable
  ) throws {
    let creation = moment?.clock ?? 0
    for field in try state.empty(fields, event.row, table) {
      try pend(event, table, field, above: creation)
    }
  }

  // MARK: A new row

  /// Fills the scope and the initial values that whoever wrote the row left empty.
  private func complete(
    _ row: StoredRow, _ given: [String: Value], _ event: CapturedEvent, _ table: TypedTable
  ) throws {
    var values = given
    var filled: [String] = []
    for (position, field) in table.type.fields.enumerated() {
      guard (row[position + 3] as DatabaseValue).isNull else { continue }
      let number = try table.nextNumber(field, values, db)
      guard let initial = field.initial ?? number.map({ .text($0) }) else { continue }
      values[field.name] = initial
      filled.append(field.name)
    }
    let hasScope = table.type.position(of: "scope").map { !(row[$0 + 3] as DatabaseValue).isNull }
    if hasScope != true, let scope = state.defaultScope(table.type, values) {
      values["scope"] = .text(scope.description)
      filled.append("scope")
    }
    guard !filled.isEmpty else { return }
    try db.run(
      table.update(filled, where: "_row = ?"),
      Bindings(filled.map { values[$0]!.stored } + [event.row.databaseValue]))
  }

  /// Gives the row the id of its natural key. Nil when that record was here already: then what
  /// was entered became an edit of it.
  private mutating func rename(
    _ row: StoredRow, _ values: [String: Value], _ event: CapturedEvent, _ table: TypedTable
  ) throws -> String? {
    let old: String = row[0]
    guard let id = table.type.properID(old, values)?.description, id != old
    else { return old }
    renamed[old] = id
    guard let twin = try db.row(table.select(["_row", "_stamps"], where: "id = ?"), [id]) else {
      try db.run("UPDATE \(table.name) SET id = ? WHERE _row = ?", [id, event.row])
      return id
    }
    try db.run("DELETE FROM \(table.name) WHERE _row = ?", [event.row])
    try join(row, to: twin, event.renamed(id), table)
    return nil
  }

  private mutating func join(
    _ row: StoredRow, to twin: StoredRow, _ event: CapturedEvent, _ table: TypedTable
  ) throws {
    let number: Int64 = twin[1]
    for (position, field) in table.type.fields.enumerated() {
      let new: DatabaseValue = row[position + 3]
      let old: DatabaseValue = twin[position + 3]
      guard !new.isNull, new != old, !isTwinsLater(field.name, event, number, old)
      else { continue }
      try db.run(table.update([field.name], where: "_row = ?"), [new, number])
      let seen =
        try FieldStamps(twin[2] as DatabaseValue)?.stamp(of: field.name, isEmpty: old.isNull)
        ?? .never
      try pend(event, table, field.name, base: old, seen: FieldStamps(record: seen))
    }
    try state.touch(table.type.name, number)
  }

  /// Whether of two rows for one record the twin's field was written last, as far as the rest of
  /// the journal tells.
  private func isTwinsLater(
    _ field: String, _ own: CapturedEvent, _ twin: Int64, _ twinsValue: DatabaseValue
  ) -> Bool {
    var isTwins = false
    let twins = RowPlace(type: own.type, row: twin)
    for index in (later(own.place) + later(twins)).sorted() {
      let event = events[index]
      switch event.what {
      case .updated(field, _): isTwins = event.row == twin
      case .inserted where event.row == twin && !twinsValue.isNull: isTwins = true
      case .inserted, .updated, .deleted, .displaced: break
      }
    }
    return isTwins
  }

  // MARK: Pending changes

  /// Notes a pending change. What the first edit saw stays; when it was made is the last edit's.
  private mutating func pend(
    _ event: CapturedEvent, _ table: TypedTable, _ field: String, base: DatabaseValue = .null,
    seen: FieldStamps? = nil, above earlier: UInt64 = 0
  ) throws {
    let clock = clock(of: event, above: max(seen?.latest.clock ?? 0, earlier))
    if try pend(noting, event, table, field, base: base, seen: seen, clock, sent: 0) { return }
    let earlier = try db.row(
      "SELECT base, seen, sent FROM _pending WHERE id = ? AND field = ?", [event.id, field])!
    _ = try pend(
      RepeatedStatement(db, Self.note(or: "REPLACE")), event, table, field, base: earlier[0],
      seen: FieldStamps(earlier[1] as DatabaseValue) ?? seen, clock, sent: earlier[2])
  }

  private static func note(or otherwise: String) -> String {
    """
    INSERT OR \(otherwise) INTO _pending(
      priority, type, id, field, base, seen, wall, clock, sent, boot, uptime)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
  }

  /// Returns whether it was written.
  private mutating func pend(
    _ statement: RepeatedStatement, _ event: CapturedEvent, _ table: TypedTable, _ field: String,
    base: DatabaseValue, seen: FieldStamps?, _ clock: UInt64, sent: Int64
  ) throws -> Bool {
    try statement.run(
      table.type.priority, event.type, event.id, field, base, seen?.stored ?? .null, event.wall,
      Int64(bitPattern: clock), sent, event.uptime?.boot, event.uptime?.milliseconds)
    return db.changesCount > 0
  }

  /// What was written at one moment, as one transaction, has one clock value: a field waits once,
  /// so none needs two, and hundreds of equal values cost nothing to send.
  private mutating func clock(of event: CapturedEvent, above seen: UInt64) -> UInt64 {
    if let moment, moment.wall == event.wall, moment.clock > seen { return moment.clock }
    let clock = state.clock.tick(milliseconds: event.wall, above: seen)
    moment = (event.wall, clock)
    return clock
  }
}
