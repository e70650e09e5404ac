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
  ///   runs, `.unauthorised`, `.revoked`, `.untrusted_hub`, `.not_understood`, `.disk_full`.
  public func sync(
    maximumBytes: Int = .max, language: Language = .fr,
    progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
  ) async throws(Problem) -> SyncReport {
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    var run = SyncRun(
      client: self, maximumBytes: maximumBytes, language: language, progress: progress)
    return try await run.complete()
  }

  /// Records that the next sync would send, by type.
  public func waiting() throws(Problem) -> [String: Int] { try replica.waiting() }
}

/// Carries out what the machine says.
private struct SyncRun {
  let client: FieldClient
  let language: Language
  let progress: @Sendable (SyncProgress) -> Void
  private var machine: SyncMachine
  private var report = SyncReport()

  init(
    client: FieldClient, maximumBytes: Int, language: Language,
    progress: @escaping @Sendable (SyncProgress) -> Void
  ) {
    self.client = client
    self.language = language
    self.progress = progress
    machine = SyncMachine(maximumBytes: maximumBytes)
  }

  mutating func complete() async throws(Problem) -> SyncReport {
    while true {
      switch machine.next() {
      case .exchange(let push, let pull, let correction):
        try await exchange(push: push, pull: pull, correction: correction)
      case .restamp(let hubTime):
        report.restamped += try client.replica.restamp(
          hubTime: hubTime, now: client.surroundings.now())
        machine.restamped()
      case .finish(.clockRefused): throw Problem(.clock)
      case .finish(let ending):
        report.complete = ending == .complete
        report.pending = try client.replica.status().pending
        return report
      }
    }
  }

  private mutating func exchange(push: Int, pull: Int, correction: Int64) async throws(Problem) {
    let replica = client.replica
    let page = try replica.collectPending(upTo: push, now: client.surroundings.now())
    let position = try replica.position()
    let asked = client.surroundings.now()
    let request = SyncRequest(
      deviceClock: asked, correction: correction, schemaVersion: position.schemaVersion,
      program: client.surroundings.program, grantVersion: position.grantVersion,
      noticeCursor: position.noticeCursor, knownDevices: position.knownDevices, budget: pull,
      waiting: page.waiting, cursors: position.cursors, push: page.changeset)
    let response = try await send(request)
    let received = client.surroundings.now()
    let answer = try SyncAnswer(
      encoded: Compression.expand(response.body, limit: Limits.expandedBody))
    if !answer.schema.isEmpty { try replica.adopt(Schema(json: answer.schema)) }
    let applied = try replica.apply(answer, to: page, now: received)
    note(answer, page, applied, response, clockError: (asked + received) / 2 - answer.hubClock)
    try replica.noteExchange(
      hubTime: answer.hubClock, clockError: report.clockError,
      complete: answer.examined && page.waiting == 0 && !answer.hasMore)
  }

  private func send(_ request: SyncRequest) async throws(Problem) -> HTTPAnswer {
    let before = report
    let progress = progress
    let response = try await client.transport.exchange(
      HTTPRequest(
        path: "/v1/sync",
        headers: [
          ("Authorization", "Bearer " + client.token),
          ("Content-Type", "application/vnd.djoliba.sync"),
          ("Accept-Language", language.rawValue),
        ], body: Compression.compress(request.encoded), responseLimit: Limits.expandedBody)
    ) { now in
      progress(
        SyncProgress(
          bytesSent: before.bytesSent + now.bytesSent,
          bytesReceived: before.bytesReceived + now.bytesReceived,
          bytesExpectedToSend: now.bytesExpectedToSend,
          bytesExpectedToReceive: now.bytesExpectedToReceive, pages: before.requests))
    }
    if let problem = problem(from: response) { throw problem }
    return response
  }

  private mutating func note(
    _ answer: SyncAnswer, _ page: PendingPage, _ applied: ApplyReport, _ response: HTTPAnswer,
    clockError: Int64
  ) {
    report.requests += 1
    report.bytesSent += response.bytesSent
    report.bytesReceived += response.bytesReceived
    report.seconds += response.seconds
    report.clockError = clockError
    report.received += applied.received
    report.left += applied.left
    if answer.examined { count(answer, page) }
    if applied.compared > 0 { report.digestsEqual = applied.unequal.isEmpty }
    report.unequal = applied.unequal
    machine.exchanged(
      SyncMachine.Exchanged(
        hubTime: answer.hubClock, clockError: clockError, examined: answer.examined,
        hasMore: answer.hasMore, waiting: page.waiting, bytesSent: response.bytesSent,
        bytesReceived: response.bytesReceived, bytesPerSecondUp: response.bytesPerSecondUp,
        bytesPerSecondDown: response.bytesPerSecondDown))
  }

  /// Counts records: one that was refused and superseded in different fields counts in both.
  private mutating func count(_ answer: SyncAnswer, _ page: PendingPage) {
    func records(_ kinds: Set<Verdict.Kind>) -> Set<[Int]> {
      Set(answer.verdicts.filter { kinds.contains($0.kind) }.map { [$0.group, $0.record] })
    }
    let notAdmitted = records([.superseded, .lost, .proposed, .refused])
    report.sent += page.changeset.recordCount
    report.admitted += page.changeset.recordCount - notAdmitted.count
    report.superseded += records([.superseded, .proposed]).count
    report.conflicts += records([.lost, .won]).count
    report.refused += records([.refused]).count
  }
}
