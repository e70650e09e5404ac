import GRDB
import Shared
import SyncServer

// Canaries: worlds broken on purpose, one or more for each invariant. A simulation that does not
// notice them would notice nothing.

/// A way in which a world is broken on purpose.
package enum Sabotage: String, CaseIterable, Sendable {
  /// A value is changed on its way to a device, its stamp is not.
  case garbledValue
  /// What replaced a value is written down, what it replaced is not.
  case forgottenHistory
  /// Of two writes that did not know of each other the loser is thrown away.
  case droppedLoser
  /// Of two writes that did not know of each other the merge calls the later one known.
  case deafMerge
  /// The hub's clock is ten years ahead, and devices believe it.
  case futureHub
  /// Devices are told new cursors without the rows before them.
  case emptyPage
  /// The hub answers a request of which only the beginning came.
  case takenCut
  /// Devices never hear that a record left a scope.
  case silentLeave
  /// The hub lets devices read more than they were granted.
  case wideGrant
  /// The hub's proof is of something else.
  case wrongProof
  /// The same once, after all that might differ were seen to hold the same.
  case lateDoubt
  /// Deleted records live again.
  case walkingDead
  /// A refused change takes all of its request with it.
  case refusedTogether
  /// The hub acknowledges what it did not admit.
  case hollowWord
  /// The hub lets in whom it shut out.
  case openDoor
  /// The hub drops what not everybody has heard of.
  case hastyBroom
  /// Laptops forget to send what they deleted.
  case mutedDeletion
  /// Laptops forget to send that they emptied a field.
  case mutedEmptying
  /// Laptops put records back in silence that somebody moved.
  case mutedMove
  /// A laptop that is built anew forgets what it had to send.
  case forgetfulRebuilding

  /// What must be found broken.
  package var invariant: Invariant {
    switch self {
    case .garbledValue: .equal
    case .forgottenHistory, .hastyBroom, .mutedDeletion, .mutedEmptying, .mutedMove: .kept
    case .futureHub: .clocks
    case .emptyPage, .silentLeave: .cursors
    case .takenCut: .messages
    case .wideGrant, .openDoor: .scopes
    case .wrongProof, .lateDoubt: .digests
    case .walkingDead: .deletions
    case .refusedTogether: .progress
    case .hollowWord, .droppedLoser, .deafMerge, .forgetfulRebuilding: .acknowledged
    }
  }

  var hubsError: Int64 { self == .futureHub ? 10 * 365 * 86_400_000 : 0 }

  // MARK: At the hub

  /// What the hub decides with.
  var merging: Merging {
    guard self == .deafMerge else { return { merge($0, $1, $2) } }
    return { current, incoming, field in
      let outcome = merge(current, incoming, field)
      guard case .conflict = outcome else { return outcome }
      return .superseded
    }
  }

  /// The store that the hub gets.
  func store(_ store: SQLiteHubStore) throws -> any HubStore {
    let forgetful: [Sabotage: String] = [.forgottenHistory: "_history", .droppedLoser: "_conflict"]
    if let table = forgetful[self] {
      try store.pool.writeWithoutTransaction { db in
        try db.execute(
          sql: """
            CREATE TEMP TRIGGER forgetful BEFORE INSERT ON main.\(table) BEGIN
              SELECT RAISE(IGNORE);
            END
            """)
      }
    }
    if self == .wideGrant {
      try store.pool.write { try $0.execute(sql: "UPDATE _device SET everything = 1") }
    }
    return self == .refusedTogether ? TouchyStore(store: store) : store
  }

  func afterStep(_ world: World) throws {
    switch self {
    case .walkingDead:
      try world.hub.store().pool.write { db in
        try db.execute(sql: "UPDATE memo SET _deleted = 0 WHERE _deleted")
      }
    case .openDoor:
      try world.hub.store().pool.write {
        try $0.execute(sql: "UPDATE _device SET state = 'active'")
      }
    case .mutedDeletion, .mutedEmptying, .mutedMove: try world.laptops.forEach(mute)
    default: break
    }
  }

  func afterCompacting(_ world: World) throws {
    guard self == .hastyBroom else { return }
    try world.hub.store().pool.write { db in
      for type in world.typeNames {
        try db.execute(sql: "DELETE FROM \"\(type)\" WHERE _deleted = 1")
      }
    }
  }

  func afterRebuilding(_ laptop: Laptop) {
    guard self == .forgetfulRebuilding else { return }
    try? laptop.sql("DELETE FROM _pending")
  }

  // MARK: On the way

  /// What the hub says without having looked; nil when it looks.
  func forged(_ request: [UInt8], _ time: Int64) -> [UInt8]? {
    switch self {
    case .hollowWord:
      guard let request = Self.request(request), !request.push.isEmpty else { return nil }
      var answer = SyncAnswer(hubClock: time)
      for record in request.push.groups.flatMap(\.records) where record.kind == .create {
        answer.handles.append(Int64(record.id!.low & 0xffff_ffff))
      }
      return Compression.compress(answer.encoded)
    case .takenCut:
      guard Self.request(request) == nil, !BodyName.isName(request) else { return nil }
      return Compression.compress(SyncAnswer(hubClock: time).encoded)
    default: return nil
    }
  }

  /// The answer as it arrives.
  func answer(_ body: [UInt8], in world: World) -> [UInt8] {
    guard [.garbledValue, .emptyPage, .silentLeave, .wrongProof, .lateDoubt].contains(self),
      let parts = try? Parts.expand(body, isWhole: true, limit: Limits.expandedBody).messages,
      let answers = try? parts.map({ try SyncAnswer(encoded: $0) }),
      self != .lateDoubt || world.sowsDoubt(answers)
    else { return body }
    return Parts.compress(answers.map { altered($0).encoded })
  }

  private func altered(_ answer: SyncAnswer) -> SyncAnswer {
    var answer = answer
    switch self {
    case .garbledValue: answer.pull = Self.garbled(answer.pull)
    case .emptyPage:
      answer.pull = Changeset()
      answer.pages = answer.pages.map { ScopePage(cursor: $0.cursor, proof: nil) }
    case .silentLeave:
      answer.leaves = []
      answer.pages = answer.pages.map { ScopePage(cursor: $0.cursor, proof: nil) }
    case .wrongProof, .lateDoubt:
      answer.pages = answer.pages.map { page in
        let proof = ScopePage.Proof(digest: Digest(high: 1, low: 1), records: 1)
        return ScopePage(cursor: page.cursor, proof: page.proof == nil ? nil : proof)
      }
    default: break
    }
    return answer
  }

  private static func garbled(_ changes: Changeset) -> Changeset {
    let groups = changes.groups.map { group in
      let records = group.records.map { record in
        let fields = record.fields.map { change in
          let isOwn = change.value.text?.hasPrefix("w") ?? false
          return FieldChange(
            field: change.field, value: isOwn ? "garbled" : change.value, stamp: change.stamp,
            seen: change.seen)
        }
        return RecordChange(
          kind: record.kind, id: record.id, handle: record.handle, stamp: record.stamp,
          fields: fields, seen: record.seen)
      }
      return ChangeGroup(type: group.type, fields: group.fields, records: records)
    }
    return Changeset(groups: groups)
  }

  private static func request(_ body: [UInt8]) -> SyncRequest? {
    guard let plain = try? Compression.expand(body, limit: Limits.expandedBody) else { return nil }
    return try? SyncRequest(encoded: plain)
  }
}

extension World {
  /// Whether now is the time for the one wrong proof, and these have one.
  fileprivate func sowsDoubt(_ answers: [SyncAnswer]) -> Bool {
    guard tally[OutcomeOfSync.shownEqual.rawValue] > 0, !mayDiffer, !isDoubtSown,
      answers.contains(where: { $0.pages.contains { $0.proof != nil } })
    else { return false }
    isDoubtSown = true
    return true
  }
}

/// A store that takes back a whole exchange when one change in it was refused.
private struct TouchyStore: HubStore {
  let store: SQLiteHubStore

  var schema: Schema { store.schema }

  func write<T>(_ body: (any HubTransaction) throws -> T) throws(Problem) -> T {
    try store.write { transaction in
      let result = try body(transaction)
      let verdicts = (result as? [SyncAnswer])?.first?.verdicts ?? []
      if verdicts.contains(where: { $0.kind == .refused }) { throw Problem(.invalid_value) }
      return result
    }
  }

  func read<T>(_ body: (any HubTransaction) throws -> T) throws(Problem) -> T {
    try store.read(body)
  }

  func check() throws(Problem) { try store.check() }
  func together(_ body: () -> Void) throws(Problem) { try store.together(body) }
  func purge() throws(Problem) { try store.purge() }
}
