import FieldClient
import Shared
import Terminal

/// Syncs, waits, and syncs again, until it is cancelled or Bamako no longer wants this device.
struct Watching: Sendable {
  /// Seconds between two looks for local changes, which any program may have written.
  private static let glance = 5.0

  let client: FieldClient
  let printer: Printer
  let every: Double

  /// Ends by throwing: `CancellationError` when it was told to stop, else the `Problem` that no
  /// further try can mend.
  func run() async throws {
    var pace = RetryPace(every: every)
    while true {
      do {
        let report = try await sync()
        try await wait(seconds: pace.succeeded(), after: report)
      } catch let problem as Problem {
        // A sync that was cut by the signal says `.interrupted`, like one that the link cut.
        try Task.checkCancellation()
        if problem.isFinal { throw problem }
        try client.checkMayStay()
        var chance = SystemRandomNumberGenerator()
        let delay = max(
          pace.failed(random: chance.next()), Double(problem.retryAfter ?? 0))
        tell(problem, delay)
        try await Task.sleep(for: .seconds(delay))
      }
    }
  }

  /// Refused changes and differing digests are told; only an unfinished exchange is tried again
  /// before its time.
  private func sync() async throws(Problem) -> SyncReport {
    let report = try await client.sync(language: printer.language)
    if printer.json { try printer.out(report.json) }
    tell(report)
    do {
      try report.throwIfUnfinished()
    } catch {
      if error.code == .interrupted { throw error }
      printer.report(error)
    }
    return report
  }

  /// Waits, but not longer than until something new is there to send.
  private func wait(seconds: Double, after report: SyncReport) async throws {
    let left = report.pending == 0 ? [:] : try client.waiting()
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
      let glance = min(clock.now + .seconds(Self.glance), end)
      try await Task.sleep(until: glance, clock: clock)
      let waiting = try client.waiting()
      if !waiting.isEmpty, waiting != left { return }
    }
  }

  private func tell(_ report: SyncReport) {
    let now = Moments.text(milliseconds: client.now, printer.language)
    printer.say(
      fr: "\(now)  Synchronisé : \(report.sent) envoyées, \(report.received) reçues, "
        + "\(report.pending) non envoyées.",
      en: "\(now)  Synced: \(report.sent) sent, \(report.received) received, "
        + "\(report.pending) unsent.")
  }

  private func tell(_ problem: Problem, _ delay: Double) {
    let now = Moments.text(milliseconds: client.now, printer.language)
    let wait = Amounts.duration(seconds: delay)
    printer.say(
      fr: "\(now)  \(problem.sentence(.fr)) Nouvel essai dans \(wait).",
      en: "\(now)  \(problem.sentence(.en)) Next try in \(wait).")
  }
}

extension Problem {
  /// Whether no further try can mend it.
  fileprivate var isFinal: Bool {
    switch code {
    case .revoked, .wiped, .unauthorised, .not_enrolled: true
    default: false
    }
  }
}

extension FieldClient {
  /// Milliseconds since 1970 by this machine's clock.
  fileprivate var now: Int64 { Surroundings.door.now() }
}
