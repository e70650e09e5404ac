import Shared

/// Collects what a device has not seen: for each scope it may read, the records that changed
/// after its cursor, in the order of arrival, up to the budget. Where that is not all, the alerts and
/// whatever else cannot wait come before it, and once more in their turn. A device that takes parts gets
/// several answers at once: each brings its cursors as far as it goes, so that the ones before a
/// cut count.
struct Collecting {
  private let transaction: any HubTransaction
  private let schema: Schema
  private let device: HubDevice
  private let request: SyncRequest
  private let admission: Admission
  /// Bytes of changes in one part, before compression.
  private let partSize: Int
  /// The parts that are full, and the one that is being filled.
  private var full: [SyncAnswer] = []
  private var answer: SyncAnswer
  private var draft = AnswerDraft()
  private var spentBefore = 0
  private var sent: Set<Admission.RecordKey> = []
  /// Scopes whose collection went on over several answers. Meanwhile a change moves a record in
  /// the feed from before the cursor to behind it or leaves it behind, so that nobody can say
  /// which records, and which of their fields, such a device has: it gets them whole. Its cursor
  /// carries the complement of the newest mark that this hub had: the device may hold changes of
  /// its own up to there, and a hub that was restored to before them does not know that mark.
  private var midway: Set<Scope> = []
  /// Scopes of which something came before its turn.
  private var hurried: Set<Scope> = []

  init(
    _ transaction: any HubTransaction, _ schema: Schema, _ device: HubDevice,
    _ request: SyncRequest, _ admission: Admission, into answer: SyncAnswer, partSize: Int
  ) {
    self.transaction = transaction
    self.schema = schema
    self.device = device
    self.request = request
    self.admission = admission
    self.answer = answer
    self.partSize = partSize
  }

  /// The answers, in order.
  ///
  /// - Parameter reached: how far the device said it had come, before this request.
  mutating func run(reached: [Scope: Int64]) throws -> [SyncAnswer] {
    let states = try readableStates()
    let cursors = Dictionary(
      request.cursors.map { ($0.scope, $0) }, uniquingKeysWith: { first, _ in first })
    // Also of scopes that are not there, for a hub that lost them must not look complete, and of those that
    // the device may not read any more: by its handles an older hub would find other records.
    for cursor in request.cursors {
      // A copy of the folder may have come further: compaction waited for that one.
      let isFollowed = reached[cursor.scope].map { $0 <= cursor.seq } ?? false
      try check(cursor, states[cursor.scope], isFollowed: isFollowed)
    }
    let hasMoreNews = try fillNews()
    var hasMore = false
    let scopes = readable(states).map { scope in
      (cursors[scope] ?? Cursor(scope: scope), states[scope] ?? ScopeState())
    }
    try hurry(scopes)
    for (cursor, state) in scopes {
      let page = try collect(cursor.scope, cursor, state)
      if page.proof == nil { hasMore = true }
      reach(page)
    }
    let left = admission.resend.subtracting(sent)
    for key in left.sorted(by: { ($0.type, $0.handle) < ($1.type, $1.handle) }) {
      try resend(key)
    }
    answer.pull = draft.changeset
    answer.hasMore = hasMore || hasMoreNews
    return full + [answer]
  }

  private var spent: Int { spentBefore + draft.spent }

  /// How far the answer comes in a scope; it may have begun there.
  private mutating func reach(_ page: ScopePage) {
    answer.pages.removeAll { $0.cursor.scope == page.cursor.scope }
    answer.pages.append(page)
  }

  // MARK: What cannot wait

  /// Bytes of a record, about, before compression.
  private static let roughRecord: Int64 = 100

  /// Begins with what cannot wait where the answer does not take all. A device that is in the midst of its
  /// collection has had it; whoever gets some of it begins its collection with it, and what becomes of it
  /// meanwhile is told as in any.
  private mutating func hurry(_ scopes: [(cursor: Cursor, state: ScopeState)]) throws {
    let waiting = scopes.reduce(0) { $0 + max(0, $1.state.seq - $1.cursor.seq) }
    guard waiting > Int64(request.budget) / Self.roughRecord else { return }
    let urgent = Dictionary(grouping: schema.types.filter { $0.priority < 2 }, by: \.priority)
    for (_, types) in urgent.sorted(by: { $0.key < $1.key }) {
      for (cursor, state) in scopes where !midway.contains(cursor.scope) {
        let before = sent.count
        let newest = try transaction.newest(
          of: types.map(\.name), in: cursor.scope, after: cursor.seq, limit: Limits.urgentRecords)
        for entry in newest where entry.kind == .changed && spent < request.budget / 2 {
          try take(entry, cursor.scope, cursor)
        }
        guard sent.count > before else { continue }
        hurried.insert(cursor.scope)
        reach(ScopePage(cursor: try midway(cursor, state), proof: nil))
      }
    }
  }

  // MARK: In the order of arrival

  /// Ends the part at a cursor when it is full and something follows.
  private mutating func closePart(at cursor: Cursor, _ state: ScopeState) throws {
    guard draft.spent >= partSize, spent < request.budget, cursor.seq < state.seq else { return }
    answer.pull = draft.changeset
    answer.hasMore = true
    reach(ScopePage(cursor: try midway(cursor, state), proof: nil))
    full.append(answer)
    spentBefore = spent
    draft = AnswerDraft()
    var next = SyncAnswer(hubClock: answer.hubClock)
    next.examined = answer.examined
    next.isBehind = answer.isBehind
    next.dictionary = answer.dictionary
    answer = next
  }

  /// A cursor in mid-collection.
  private func midway(_ cursor: Cursor, _ state: ScopeState) throws -> Cursor {
    let mark = try state.seq == 0 ? 0 : transaction.mark(cursor.scope, at: state.seq) ?? 0
    return Cursor(scope: cursor.scope, seq: cursor.seq, mark: ~mark)
  }

  private func readableStates() throws -> [Scope: ScopeState] {
    if device.grant.everything { return try transaction.scopes() }
    return try device.grant.read.reduce(into: [:]) { $0[$1] = try transaction.state(of: $1) }
  }

  private func readable(_ states: [Scope: ScopeState]) -> [Scope] {
    device.grant.everything ? states.keys.sorted() : device.grant.read.sorted()
  }

  /// A mark that is not the hub's own: the hub was restored from an older copy.
  private mutating func check(
    _ cursor: Cursor, _ state: ScopeState?, isFollowed: Bool
  ) throws {
    switch try transaction.standing(of: cursor, in: state, isFollowed: isFollowed) {
    case .known: break
    case .midway: midway.insert(cursor.scope)
    case .unknown where isBehind:
      // A repair would have the device hold what this hub can hold, and no more.
      throw Problem(.hub_behind)
    case .unknown, .tooOld: throw Problem(.cursor, at: cursor.scope.description)
    }
  }

  /// Whether the device has a newer schema than this hub.
  private var isBehind: Bool { request.schemaVersion > schema.version }

  private mutating func collect(
    _ scope: Scope, _ cursor: Cursor, _ state: ScopeState
  ) throws -> ScopePage {
    var reached = cursor
    var isComplete = cursor.seq >= state.seq
    while !isComplete && spent < request.budget {
      let entries = try transaction.feed(scope, after: reached.seq, limit: 256)
      for entry in entries where spent < request.budget {
        try take(entry, scope, cursor)
        reached.seq = entry.seq
        try closePart(at: reached, state)
      }
      guard entries.count == 256 || spent >= request.budget else {
        reached.seq = state.seq
        break
      }
      isComplete = reached.seq >= state.seq
    }
    isComplete = reached.seq >= state.seq
    let isBegun = reached.seq != cursor.seq || hurried.contains(scope)
    if isComplete || isBegun || !request.push.isEmpty {
      reached = try midway(reached, state)
      if isComplete { reached.mark = ~reached.mark }
    }
    let proof = ScopePage.Proof(digest: state.digest, records: state.records)
    return ScopePage(cursor: reached, proof: isComplete ? proof : nil)
  }

  private mutating func take(_ entry: FeedEntry, _ scope: Scope, _ cursor: Cursor) throws {
    let key = Admission.RecordKey(type: entry.type, handle: entry.handle)
    if entry.kind == .left {
      draft.spent += 12
      // A device that begins holds nothing of this scope but what it brings itself.
      if cursor.seq > 0 || midway.contains(scope) || admission.resend.contains(key) {
        answer.leaves.append(Leave(scope: scope, type: entry.type, handle: entry.handle))
      }
      return
    }
    guard !isOwn(key, upTo: cursor.seq) else { return }
    guard let type = schema[type: entry.type],
      let record = try transaction.record(type, handle: entry.handle),
      record.seq == entry.seq, record.scope == scope
    else { return }
    try send(record, type, after: cursor.seq)
  }

  /// Whether all that happened to a record since the cursor is what this request brought.
  private func isOwn(_ key: Admission.RecordKey, upTo seq: Int64) -> Bool {
    guard !admission.resend.contains(key) else { return false }
    if admission.brought[key]?.contains("*") ?? false { return true }
    return admission.before[key].map { $0 <= seq } ?? false
  }

  private mutating func send(_ record: StoredRecord, _ type: RecordType, after seq: Int64) throws {
    let key = Admission.RecordKey(type: type.name, handle: record.handle)
    guard sent.insert(key).inserted else { return }
    let mustResend = admission.resend.contains(key)
    if record.isDeleted {
      // A device that has been here may hold an earlier life of the record.
      guard mustResend || seq > 0 || midway.contains(record.scope) else { return }
      if record.isErased { return draft.addErasure(of: record, type) }
      let lines = try transaction.history(type.name, record.handle)
      return draft.addDeletion(
        of: record, type, stamp: lines.last { $0.field == "*" }?.stamp ?? record.stamps.latest,
        named: mustResend)
    }
    let isKnown = record.entered <= seq && !midway.contains(record.scope)
    guard !mustResend && isKnown else { return draft.addWhole(record, type) }
    let changed = try transaction.changedFields(type.name, record.handle, after: seq)
      .subtracting(admission.brought[key] ?? [])
    guard !changed.isEmpty else { return }
    draft.addFields(changed, of: record, type)
  }

  private mutating func resend(_ key: Admission.RecordKey) throws {
    guard let type = schema[type: key.type],
      let record = try transaction.record(type, handle: key.handle),
      device.grant.mayRead(record.scope)
    else { return }
    try send(record, type, after: 0)
  }

  // MARK: What is not records

  /// Returns whether there is more of it than an answer takes.
  private mutating func fillNews() throws -> Bool {
    if request.schemaVersion < schema.version { answer.schema = schema.source }
    answer.isBehind = isBehind
    // What waits comes first: a device that hears of a withdrawn scope drops it.
    let isWaiting = request.waiting > 0 && !isBehind
    if request.grantVersion != device.grantVersion && !isWaiting {
      answer.grant = GrantNews(
        version: device.grantVersion, role: device.role.rawValue,
        everything: device.grant.everything, read: device.grant.read.sorted(),
        write: device.grant.write.sorted())
    }
    answer.names = try transaction.deviceNames(from: request.knownDevices)
      .map { DeviceName(number: $0.key, name: $0.value) }.sorted { $0.number < $1.number }
    let conflicts = try transaction.conflicts(
      after: request.noticeCursor, device: device.number, limit: .max)
    let told = try conflicts.filter(mayTell)
    answer.notices = told.prefix(Limits.noticesInAnswer).map(\.notice)
    return told.count > answer.notices.count
  }

  /// The record may have gone to a scope that this device does not read.
  private func mayTell(_ conflict: HubConflict) throws -> Bool {
    guard device.grant.mayRead(conflict.scope), let type = schema[type: conflict.type],
      let record = try transaction.record(type, handle: conflict.handle)
    else { return false }
    return device.grant.mayRead(record.scope)
  }
}

/// What the hub makes of a cursor.
enum CursorStanding {
  case known, midway
  /// Deletions since then were dropped.
  case tooOld
  /// Not this hub's: it was restored from an older copy.
  case unknown
}

extension HubTransaction {
  /// - Parameters:
  ///   - state: of the cursor's scope; nil where the hub has none.
  ///   - isFollowed: whether compaction left in place what was deleted after this cursor.
  func standing(
    of cursor: Cursor, in state: ScopeState?, isFollowed: Bool
  ) throws -> CursorStanding {
    guard cursor.seq > 0 || cursor.mark != 0 else { return .known }
    let isExact = try mark(cursor.scope, at: cursor.seq) == cursor.mark
    guard try isExact || hasMark(cursor.scope, ~cursor.mark, from: cursor.seq) else {
      return .unknown
    }
    // Who had come to the end of a scope was followed from there on: this is an older place than that.
    if let state, cursor.seq < state.compacted, isExact || !isFollowed { return .tooOld }
    return isExact ? .known : .midway
  }
}

extension HubConflict {
  var notice: ConflictNotice {
    ConflictNotice(
      id: id, version: version, type: type, record: record, field: field, status: status,
      winner: .init(value: winner.value, stamp: winner.stamp),
      loser: .init(value: loser.value, stamp: loser.stamp))
  }
}
