package import Shared
import Synchronization

// The hub: the only authority that admits changes. One exchange is one transaction: merge
// first, then collect, then commit, then answer. So an acknowledged change is durable, the
// answer never misses what the same request brought into being, and a hub that dies in
// between has either done all of it or nothing; the device asks again and the second asking
// changes nothing.

package final class Hub: Sendable {
  package let store: any HubStore
  /// Milliseconds since 1970.
  let now: @Sendable () -> Int64
  /// What marks, secrets and turns are drawn from.
  let random: @Sendable () -> UInt64
  /// Bytes of changes in one part of an answer, at least, before compression.
  private let smallestPart: Int
  let merging: Merging

  package init(
    store: any HubStore, now: @escaping @Sendable () -> Int64,
    random: @escaping @Sendable () -> UInt64, smallestPart: Int = Limits.smallestPart,
    merging: @escaping Merging = { merge($0, $1, $2) }
  ) {
    self.store = store
    self.now = now
    self.random = random
    self.smallestPart = smallestPart
    self.merging = merging
  }

  /// One exchange with a device that has been let in, whose answer goes in one piece.
  package func answer(
    _ request: SyncRequest, for device: HubDevice, language: Language
  ) throws(Problem) -> SyncAnswer {
    try answers(request, for: device, language: language, inParts: false)[0]
  }

  /// One exchange with a device that has been let in. The answers are to be taken one after the
  /// other; they are several only `inParts`.
  package func answers(
    _ request: SyncRequest, for device: HubDevice, language: Language, inParts: Bool
  ) throws(Problem) -> [SyncAnswer] {
    try store.write { transaction in
      let time = now()
      let device = try standing(device, transaction)
      let reached = try transaction.reached(device.number)
      let part = max(request.budget / Limits.partsOfAnswer, smallestPart)
      var answers = try exchange(
        request, with: device, language: language,
        isExamined: request.push.isEmpty || isTimely(request, time), time, reached, transaction,
        partSize: inParts ? part : .max)
      try note(request, of: device, time, reached, &answers, transaction)
      return answers
    }
  }

  /// Merges, then collects; whichever way the request came. One answer unless `partSize` says that
  /// there may be several, of so many bytes of changes each.
  func exchange(
    _ request: SyncRequest, with device: HubDevice, language: Language, isExamined: Bool,
    _ time: Int64, _ reached: [Scope: Int64], _ transaction: any HubTransaction,
    partSize: Int = .max
  ) throws -> [SyncAnswer] {
    var request = request
    request.budget = Limits.budget(request.budget)
    var answer = SyncAnswer(hubClock: time)
    answer.examined = isExamined
    answer.dictionary = WireDictionary.newest
    var writing = try HubWriting(
      transaction, store.schema, now: time, language: language, merging: merging)
    var admission = Admission()
    if isExamined {
      admission = try writing.admit(
        request.push, by: Writer(device, isAware: request.grantVersion == device.grantVersion))
      try writing.finish(random: random)
      let isRepeated = request.turn == device.formerTurn && request.turn != device.turn
      try noteRefusals(
        admission.verdicts, of: request.push, by: device, isRepeated: isRepeated, time, transaction)
    }
    answer.handles = admission.handles
    answer.verdicts = admission.verdicts
    answer.leaves = admission.handedOver
    var collecting = Collecting(
      transaction, store.schema, device, request, admission, into: answer, partSize: partSize)
    return try collecting.run(reached: reached)
  }

  /// A device whose clock is off must stamp its changes anew before they are admitted.
  func isTimely(_ request: SyncRequest, _ time: Int64) -> Bool {
    let error = request.deviceClock &+ request.correction &- time
    let isClockRight = error.magnitude <= UInt64(Limits.clockTolerance)
    let latest = request.push.latestStamp
    return isClockRight && latest.milliseconds <= time + Limits.clockTolerance
  }

  private func note(
    _ request: SyncRequest, of device: HubDevice, _ time: Int64, _ reached: [Scope: Int64],
    _ answers: inout [SyncAnswer], _ transaction: any HubTransaction
  ) throws {
    var device = device
    if request.turn != 0, ![device.turn, device.formerTurn].contains(request.turn) {
      device.sharedAt = time
    }
    device.formerTurn = request.turn
    device.turn = UInt32(truncatingIfNeeded: random()) | 1
    for index in answers.indices {
      answers[index].turn = device.turn
      answers[index].isShared = device.sharedAt == time
    }
    for scope in Set(answers.flatMap(\.pages).map(\.cursor.scope)) {
      let seq = request.cursors.first { $0.scope == scope }?.seq ?? 0
      if reached[scope] != seq { try transaction.noteReached(device.number, scope, seq) }
    }
    device.lastSync = time
    device.waiting = request.waiting
    device.clockError = request.deviceClock &- time
    device.program = request.program.programName
    if request.grantVersion == device.grantVersion { device.withdrawn = [] }
    try transaction.noteExchange(of: device)
  }

  /// The device as it is now: it may have been shut out, or given another grant, while its request
  /// waited. Throws `.revoked`.
  func standing(
    _ device: HubDevice, _ transaction: any HubTransaction
  ) throws -> HubDevice {
    guard var now = try transaction.device(tokenHash: device.tokenHash),
      now.number == device.number, now.state == device.state
    else { throw Problem(.revoked) }
    now.traffic = device.traffic
    return now
  }

  /// Writes as the hub itself. Returns what was not simply admitted.
  package func write(_ changes: Changeset, language: Language) throws(Problem) -> Admission {
    try store.write { transaction in
      var writing = try HubWriting(transaction, store.schema, now: now(), language: language)
      let admission = try writing.admit(
        changes, by: Writer(device: 0, role: .hub, grant: .all))
      try writing.finish(random: random)
      return admission
    }
  }
}

/// Who writes, and what they may.
package struct Writer: Sendable {
  package let device: UInt32
  package let role: Role
  package let grant: Grant
  /// As the audit log names it.
  let actor: String
  /// Gives back what the hub had admitted before it was restored from an older copy, in the name
  /// of whoever wrote it.
  let isGiver: Bool
  /// Where it could write, and has not heard that it can no more: what it wrote there waits in Bamako.
  private let withdrawn: Set<Scope>
  private let gatedRole: Role

  /// - Parameter actor: nil for the device itself.
  package init(device: UInt32, role: Role, grant: Grant, actor: String? = nil) {
    self.device = device
    self.role = role
    self.grant = grant
    self.actor = actor ?? "device:\(device)"
    isGiver = false
    withdrawn = []
    gatedRole = role
  }

  init(_ device: HubDevice, isAware: Bool) {
    self.device = device.number
    role = device.role
    grant = device.grant
    actor = device.actor
    isGiver = false
    withdrawn = isAware ? [] : device.withdrawn
    gatedRole = device.role
  }

  /// A device that gives back. It was told by the hub what it may read, so that is what it may
  /// give, as the hub itself would write it; but what only some roles may decide it must be
  /// able to decide itself, or its word is a proposal: somebody could make it up.
  init(giver device: HubDevice) {
    self.device = device.number
    role = .hub
    actor = device.actor
    grant = Grant(
      read: device.grant.read, write: device.grant.read, everything: device.grant.everything)
    isGiver = true
    withdrawn = []
    gatedRole = device.role
  }

  /// Whether a record's handle is one that it can have been told. Handles are small numbers: whoever
  /// counts through them learns nothing of what it may not hold, not even that it is there.
  func mayFollow(_ record: StoredRecord) -> Bool { mayKnow(record.scope) }

  /// Whether it may know that there is something in a scope.
  func mayKnow(_ scope: Scope) -> Bool {
    isGiver || grant.mayRead(scope) || grant.mayWrite(scope) || isUnaware(of: scope)
  }

  /// Whether what it writes into a scope waits in Bamako.
  func isUnaware(of scope: Scope) -> Bool {
    withdrawn.contains(scope) && !grant.mayWrite(scope)
  }

  /// What is Bamako's alone by its nature can be reported by those who may not hold it.
  func mayHandOver(to scope: Scope) -> Bool { scope == .bamako && !grant.mayRead(scope) }

  /// As whom it writes a field.
  func role(for field: Field) -> Role {
    if case .gated = field.policy { return gatedRole }
    return field.gates.isEmpty ? role : gatedRole
  }
}

/// What became of a changeset.
package struct Admission: Sendable {
  package var handles: [Int64] = []
  package var verdicts: [Verdict] = []
  package var admitted = 0
  /// New records that their writer may not hold.
  var handedOver: [Leave] = []
  /// Fields that this changeset brought and that stand, by record: the answer skips them.
  var brought: [RecordKey: Set<String>] = [:]
  /// For a record that this changeset changed within its scope, its sequence number before: a
  /// device that had come so far has nothing of it to collect.
  var before: [RecordKey: Int64] = [:]
  /// Records whose whole state the writer must be told again.
  var resend: Set<RecordKey> = []

  struct RecordKey: Hashable, Sendable {
    let type: String
    let handle: Int64
  }
}
