package import Shared

/// What decides one field: `merge`, or a broken one for whoever sees to it that this is noticed.
package typealias Merging = @Sendable (FieldState, IncomingChange, Field) -> Outcome

/// The hub's writing in one transaction: sequence numbers, digests, feed, history.
package struct HubWriting {
  let transaction: any HubTransaction
  let schema: Schema
  /// Milliseconds since 1970.
  let now: Int64
  /// The last day that may be written down, ISO: today anywhere on earth.
  let today: String
  let language: Language
  let merging: Merging
  /// Those that this transaction touched.
  private var scopes: [Scope: ScopeState] = [:]
  private var moved: Set<Scope> = []
  private var runs: [Scope: FeedRun] = [:]
  /// The device that gives back what is being admitted.
  var giver: UInt32?
  /// How often each record was spoken of in what is being admitted.
  var named: [Admission.RecordKey: Int] = [:]
  private var clock: HybridClock
  /// Whether any record was compacted: most hubs need not look for one.
  let hasDropped: Bool

  package init(
    _ transaction: any HubTransaction, _ schema: Schema, now: Int64, language: Language,
    merging: @escaping Merging = { merge($0, $1, $2) }
  ) throws {
    self.transaction = transaction
    self.schema = schema
    self.now = now
    self.language = language
    self.merging = merging
    today = CivilDay.iso(milliseconds: now + Limits.clockTolerance)
    clock = HybridClock(last: UInt64(bitPattern: try transaction.counter(.clock)))
    hasDropped = try transaction.hasDropped()
  }

  /// A stamp of the hub's own, above everything given.
  mutating func stamp(above other: Stamp...) -> Stamp {
    let seen = other.map(\.clock).max() ?? 0
    return Stamp(clock: clock.tick(milliseconds: now, above: seen), device: 0)
  }

  /// The lowest stamp of the hub's own above another: what is younger than that one stays so.
  mutating func stamp(justAbove other: Stamp) -> Stamp {
    var next = HybridClock(last: other.clock)
    let stamp = Stamp(clock: next.tick(milliseconds: 0), device: 0)
    witness(stamp)
    return stamp
  }

  mutating func witness(_ stamp: Stamp) {
    clock.witness(stamp.clock, notBeyond: now + Limits.clockTolerance)
  }

  mutating func nextSeq(_ scope: Scope) throws -> Int64 {
    moved.insert(scope)
    try know(scope)
    scopes[scope]!.seq += 1
    return scopes[scope]!.seq
  }

  private mutating func know(_ scope: Scope) throws {
    guard scopes[scope] == nil else { return }
    scopes[scope] = try transaction.state(of: scope) ?? ScopeState()
  }

  /// Puts a new record into its scope.
  mutating func insert(_ record: StoredRecord, _ type: RecordType) throws -> StoredRecord {
    var record = record
    record.seq = try nextSeq(record.scope)
    record.entered = record.seq
    record.handle = try transaction.insert(record, type)
    try count(record, by: 1)
    try feed(record, type)
    return record
  }

  /// Writes what became of a record: its place in the feed, its scope's digest.
  ///
  /// - Parameter old: the record before.
  mutating func update(
    _ old: StoredRecord, to new: StoredRecord, fields: [String], _ type: RecordType
  ) throws -> StoredRecord {
    var new = new
    if !old.isDeleted { try count(old, by: -1) }
    if !new.isDeleted { try count(new, by: 1) }
    let returns = old.isDeleted && !new.isDeleted
    try writeDownCreation(of: old, type)
    if old.scope != new.scope {
      let left = FeedEntry(
        seq: try nextSeq(old.scope), type: type.name, handle: old.handle, kind: .left)
      try feed(left, old.scope)
    }
    new.seq = try nextSeq(new.scope)
    if returns || old.scope != new.scope { new.entered = new.seq }
    try transaction.update(new, fields: fields, type)
    try feed(new, type)
    return new
  }

  private mutating func feed(_ record: StoredRecord, _ type: RecordType) throws {
    try feed(
      FeedEntry(seq: record.seq, type: type.name, handle: record.handle, kind: .changed),
      record.scope)
  }

  private mutating func feed(_ entry: FeedEntry, _ scope: Scope) throws {
    if runs[scope]?.extend(by: entry) ?? false { return }
    if let run = runs.updateValue(FeedRun(entry), forKey: scope) {
      try transaction.addFeed(run, scope)
    }
  }

  private mutating func count(_ record: StoredRecord, by one: Int) throws {
    try know(record.scope)
    scopes[record.scope]!.digest ^= Digest(of: record.id, record.stamps)
    scopes[record.scope]!.records += one
  }

  /// What was admitted of a record, in order.
  ///
  /// A creation has no line of its own while nothing else happened to its record: the stamps say
  /// who wrote it and when, the mark of its batch when it came.
  func history(of record: StoredRecord, _ type: RecordType) throws -> [HubHistoryLine] {
    let lines = try transaction.history(type.name, record.handle)
    return try lines.isEmpty ? [creation(of: record, type)] : lines
  }

  private func creation(of record: StoredRecord, _ type: RecordType) throws -> HubHistoryLine {
    HubHistoryLine(
      type: type.name, handle: record.handle, field: "", replaced: .null, replacedStamp: .never,
      stamp: record.stamps.record,
      received: try transaction.received(record.scope, at: record.entered) ?? now,
      seq: record.entered)
  }

  func writeDownCreation(of record: StoredRecord, _ type: RecordType) throws {
    guard record.seq == record.entered,
      try !transaction.hasHistory(type.name, record.handle)
    else { return }
    try transaction.addHistory(creation(of: record, type))
  }

  func remember(
    _ record: StoredRecord, _ type: RecordType, _ field: String, replaced: FieldState,
    by stamp: Stamp, seq: Int64
  ) throws {
    try transaction.addHistory(
      HubHistoryLine(
        type: type.name, handle: record.handle, field: field, replaced: replaced.value,
        replacedStamp: replaced.stamp, stamp: stamp, received: now, seq: seq, giver: giver))
  }

  func keep(
    _ record: StoredRecord, _ type: RecordType, _ field: String, status: HubConflict.Status,
    winner: FieldState, loser: FieldState
  ) throws {
    let version = try transaction.counter(.conflictVersion) + 1
    try transaction.set(.conflictVersion, version)
    try transaction.addConflict(
      HubConflict(
        id: 0, version: version, type: type.name, handle: record.handle, record: record.id,
        scope: record.scope, field: field, status: status.rawValue, winner: winner,
        loser: loser, received: now))
  }

  /// Writes sequences, digests and a fresh mark for each scope that moved.
  ///
  /// - Parameter random: what marks are drawn from.
  package mutating func finish(random: () -> UInt64) throws {
    guard !moved.isEmpty else { return try saveClock() }
    let seal = try transaction.markSeal(now: now, random: random)
    for scope in moved.sorted() {
      if let run = runs.removeValue(forKey: scope) { try transaction.addFeed(run, scope) }
      try transaction.save(scope, scopes[scope]!)
      try transaction.addMark(
        scope, seq: scopes[scope]!.seq, mark: seal.mark(scope, around: random()), received: now)
    }
    moved = []
    try saveClock()
  }

  private func saveClock() throws {
    try transaction.set(.clock, Int64(bitPattern: clock.last))
  }
}
