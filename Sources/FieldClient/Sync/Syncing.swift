public import Shared
import Storage

extension FieldClient {
  /// Exchanges with Bamako until both sides hold the same, or as far as the link allows.
  ///
  /// Whatever stops it, what went through is kept, what did not stays pending, and the next
  /// call goes on from there.
  ///
  /// - Parameters:
  ///   - maximumBytes: stop between pages before this many bytes on the wire.
  ///   - language: of the sentences about refused changes.
  ///   - progress: called often, from another thread.
  /// - Throws: `.offline`, `.stalled`, `.interrupted`, `.busy` when another sync of this directory
  ///   runs, `.unauthorised`, `.revoked`, `.untrusted_hub`, `.not_understood`, `.disk_full`;
  ///   `.wiped` when Bamako ordered this device to be wiped and that is done.
  public func sync(
    maximumBytes: Int = .max, language: Language = .fr,
    progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
  ) async throws(Problem) -> SyncReport {
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    let awaitsAnswer = try replica.awaitedBundles() > 0
    return try await carryOut {
      SyncRun(client: self, maximumBytes: maximumBytes, language: language, progress: progress)
    } _: { run throws(Problem) in
      try await run.complete()
      if run.report.complete { await run.renewKeys(mayBeLost: awaitsAnswer) }
    }
  }

  /// Goes through with a run, and once more under the former token when the hub, restored from an
  /// older copy, does not know this one.
  func carryOut(
    _ begin: () -> SyncRun, _ body: (inout SyncRun) async throws(Problem) -> Void
  ) async throws(Problem) -> SyncReport {
    var run = begin()
    do {
      try await body(&run)
    } catch {
      switch error.code {
      case .wipe_ordered: try await obeyWipe(run.line)
      case .unauthorised where try takeFormerToken():
        run = begin()
        try await body(&run)
      default: throw error
      }
    }
    return run.report
  }

  /// Records that the next sync would send, by type.
  public func waiting() throws(Problem) -> [String: Int] { try replica.waiting() }
}

/// Carries out what the machine says.
struct SyncRun {
  let client: FieldClient
  private(set) var line: HubLine
  private(set) var report = SyncReport()
  /// Milliseconds since 1970 by the hub's clock, as it last said.
  private var hubTime: Int64?
  /// Whether records were compared one by one.
  private var hasRepaired = false
  private var machine: SyncMachine
  /// What the hub may have whole, though its answer did not come.
  private var unanswered: Asked?

  init(
    client: FieldClient, maximumBytes: Int, language: Language,
    progress: @escaping @Sendable (SyncProgress) -> Void
  ) {
    self.client = client
    line = HubLine(client: client, language: language, progress: progress)
    machine = SyncMachine(maximumBytes: maximumBytes)
  }

  mutating func complete() async throws(Problem) {
    while true {
      switch machine.next() {
      case .exchange(let push, let pull, let correction):
        try await exchange(push: push, pull: pull, correction: correction)
      case .restamp(let hubTime):
        report.restamped += try client.replica.restamp(
          hubTime: hubTime, now: client.surroundings.now(),
          uptime: client.surroundings.uptimeReading)
        machine.restamped()
      case .repair(let scopes): try await repair(scopes)
      case .finish(.clockRefused): throw Problem(.clock)
      case .finish(.cursorRefused): throw Problem(.cursor)
      case .finish(let ending):
        report.complete = ending == .complete
        let status = try client.replica.status()
        report.pending = status.pending
        report.held = status.held
        return
      }
    }
  }

  /// What is not done now is done with another sync, and the old token serves until then.
  ///
  /// - Parameter mayBeLost: whether the hub refused a bundle. A hub that was restored may have lost
  ///   the keys.
  mutating func renewKeys(mayBeLost: Bool) async {
    guard machine.hasRoom, let hubTime else { return }
    try? await client.exchangeKeys(again: hasRepaired || mayBeLost, &line)
    try? await client.renewToken(hubTime: hubTime, &line)
    noteTraffic()
  }

  mutating func repair(_ scopes: [Scope]?) async throws(Problem) {
    hasRepaired = true
    let before = line.bytesSent + line.bytesReceived
    var run = RepairRun(client: client, line: line)
    report.repaired += try await run.repair(scopes)
    if scopes == nil { try client.replica.noteProven() }
    line = run.line
    noteTraffic()
    machine.repaired(bytes: line.bytesSent + line.bytesReceived - before)
  }

  private mutating func exchange(push: Int, pull: Int, correction: Int64) async throws(Problem) {
    var next = unanswered?.named(
      now: client.surroundings.now(), room: machine.room(beside: BodyName.size))
    unanswered = nil
    if next == nil { next = try ask(push: push, pull: pull, correction: correction) }
    guard let asked = next else { return }
    let began = client.surroundings.now()
    guard let response = try await post(asked) else { return }
    if asked.isNamed, !response.answers.isEmpty { line.redeem(asked.body.count) }
    try take(response, began: began, asked)
    guard let cut = response.traffic.cut else { return }
    if response.answers.isEmpty, response.traffic.isPosted { unanswered = asked }
    guard mayGoOn(after: cut, response, asked) else { throw cut }
  }

  /// The next request; nil when the byte budget has no room for it.
  private mutating func ask(
    push: Int, pull: Int, correction: Int64
  ) throws(Problem) -> Asked? {
    let replica = client.replica
    let page = try replica.collectPending(upTo: push, now: client.surroundings.now())
    let position = try replica.position()
    let made = client.surroundings.now()
    var request = SyncRequest(
      position, of: client.surroundings.program, deviceClock: made, correction: correction,
      budget: pull, waiting: page.waiting + page.held, push: page.changeset)
    let asked = Asked(request, page, position, made: made)
    guard let room = machine.room(beside: asked.body.count) else {
      try replica.takeBack(page)
      guard page.changeset.recordCount > 1 else {
        machine.hasNoRoom()
        return nil
      }
      return try ask(push: push / 2, pull: pull, correction: correction)
    }
    guard room > 0 || !page.changeset.isEmpty else {
      machine.hasNoRoom()
      return nil
    }
    request.budget = min(pull, room)
    return room < pull ? Asked(request, page, position, made: made) : asked
  }

  /// The whole answers to a request, and what they took on the link.
  private struct Response {
    let answers: [SyncAnswer]
    let traffic: HTTPAnswer
  }

  /// Nil when the request has to be put again.
  private mutating func post(_ asked: Asked) async throws(Problem) -> Response? {
    defer { noteTraffic() }
    let before = line.bytesSent + line.bytesReceived
    do {
      let (messages, traffic) = try await line.postForParts("/v1/sync", asked.posted)
      var answers: [SyncAnswer] = []
      for message in messages { answers.append(try SyncAnswer(encoded: message)) }
      return Response(answers: answers, traffic: traffic)
    } catch {
      switch error.code {
      case .cursor: machine.cursorRefused()
      case .interrupted where mayGoOn(after: error, nil, asked): break
      case .wipe_ordered:
        // No hub has heard of what the page was the first to carry: it may be stamped anew.
        if !asked.isNamed { try client.replica.takeBack(asked.page) }
        throw error
      case _ where asked.isNamed && line.isUnreadable(error):
        // Not all of it had arrived, or the hub forgot it.
        machine.wasNotRead(bytes: line.bytesSent + line.bytesReceived - before)
      case _ where asked.dictionary > 0 && line.isUnreadable(error):
        // A program older than the one that said that it knows the dictionary.
        try client.replica.forgetDictionary(unread: asked.page)
        machine.wasNotRead(bytes: line.bytesSent + line.bytesReceived - before)
      default: throw error
      }
      return nil
    }
  }

  /// A link that breaks while something comes through is tried again; one that stands still, or that
  /// somebody broke off, is not.
  private mutating func mayGoOn(
    after cut: Problem, _ response: Response?, _ asked: Asked
  ) -> Bool {
    guard cut.code == .interrupted, !Task.isCancelled else { return false }
    guard let response else { return machine.wasCut(posted: 0, received: 0, bytes: 0) }
    // What brought something was taken like any answer.
    guard response.answers.isEmpty else { return true }
    let traffic = response.traffic
    return machine.wasCut(
      posted: asked.posted.count, received: traffic.bytesReceived,
      bytes: traffic.bytesSent + traffic.bytesReceived)
  }

  private mutating func take(
    _ response: Response, began: Int64, _ asked: Asked
  ) throws(Problem) {
    let page = asked.page
    guard let first = response.answers.first, let last = response.answers.last else { return }
    let received = client.surroundings.now()
    if !first.schema.isEmpty { try client.replica.take(schema: first.schema) }
    let clockError = (began + received) / 2 - first.hubClock
    let hasMore = last.hasMore || response.traffic.cut != nil
    let applied = try client.replica.apply(
      response.answers, to: page, now: received,
      end: ExchangeEnd(
        hubTime: first.hubClock, clockError: clockError,
        isLast: first.examined && page.waiting == 0 && !hasMore))
    hubTime = first.hubClock
    note(first, page, applied, clockError: clockError)
    advance(
      first, hasMore: last.hasMore, page, applied, response.traffic, clockError: clockError,
      isUnproven: asked.isUnproven)
    try Contact.note(
      hubTime: first.hubClock, clockError: clockError, client.directory, client.surroundings)
  }

  private mutating func noteTraffic() {
    report.requests = line.requests
    report.bytesSent = line.bytesSent
    report.bytesReceived = line.bytesReceived
    report.bytesWasted = line.bytesWasted
    report.seconds = line.seconds
  }

  private mutating func note(
    _ answer: SyncAnswer, _ page: PendingPage, _ applied: ApplyReport, clockError: Int64
  ) {
    report.clockError = clockError
    report.add(answer, page, applied)
  }

  private mutating func advance(
    _ answer: SyncAnswer, hasMore: Bool, _ page: PendingPage, _ applied: ApplyReport,
    _ traffic: HTTPAnswer, clockError: Int64, isUnproven: Bool
  ) {
    machine.exchanged(
      SyncMachine.Exchanged(
        hubTime: answer.hubClock, clockError: clockError, examined: answer.examined,
        hasMore: hasMore, isCut: traffic.cut != nil, waiting: page.waiting + applied.released,
        bytesSent: traffic.bytesSent,
        bytesReceived: traffic.bytesReceived, bytesPerSecondUp: traffic.bytesPerSecondUp,
        bytesPerSecondDown: traffic.bytesPerSecondDown, unequal: applied.unequal,
        isUnproven: isUnproven))
  }
}
