public import Shared
import Storage

// Where there is no link at all, a stick carries what a request would: everything that waits, sealed
// so that only the hub reads it and signed so that only this device can have written it. Nothing
// here changes what is pending: it stays so until the answer is read.

/// What a bundle carries.
public struct BundleReport: Sendable, Equatable {
  /// Records with changes in it.
  public var records = 0
  /// Records for which it had no room; the next bundle takes them.
  public var left = 0
  /// Records that wait until Bamako's hub is as new as this device.
  public var held = 0
  /// Bytes of the file.
  public var bytes = 0
  /// Changes that were stamped anew because the clock was wrong.
  public var restamped = 0
}

extension FieldClient {
  /// Writes everything that Bamako has not acknowledged to a file for a stick, and asks for what is
  /// new there. An older bundle of this device is replaced, nothing else is.
  ///
  /// - Parameter language: of the sentences about refused changes.
  /// - Throws: `.bundle_unready`, `.file_exists`, `.not_a_file`, `.cannot_write`, `.disk_full`,
  ///   `.busy`.
  @discardableResult
  public func writeBundle(
    to path: String, language: Language = .fr
  ) throws(Problem) -> BundleReport {
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    let written = try bundle(by: BundleIdentity(directory), language: language) {
      head throws(Problem) in
      try DurableFile.checkPlace(path, upTo: Limits.bundleFile, isReplacedBy: head)
    }
    try DurableFile.write(written.file, to: path)
    return written.report
  }

  /// The same, without the file's place.
  ///
  /// - Parameter check: refuses the bundle before anything of it is noted.
  package func bundle(
    by identity: BundleIdentity, language: Language,
    check: (BundleHead) throws(Problem) -> Void = { _ throws(Problem) in }
  ) throws(Problem) -> (file: [UInt8], report: BundleReport) {
    let now = surroundings.now()
    let time = try likelyTime(now)
    let status = try replica.status()
    let head = BundleHead(
      way: .up, hub: identity.hub.fingerprint, device: status.device,
      number: try replica.nextBundle(at: time))
    try check(head)
    var report = BundleReport()
    report.restamped = try stampForBundle(time: time, now)
    let pages = try collectBundle(now)
    let content = BundleContent(
      language: language, request: try request(pages, now: now, time: time),
      further: pages.dropFirst().map(\.changeset))
    let file = try SealedBundle.file(
      content.encoded, head, to: identity.hub, by: identity.secret)
    try replica.keep(
      bundle: head.number, digest: SealedBundle.digest(of: file), pages: pages)
    report.records = pages.reduce(0) { $0 + $1.changeset.recordCount }
    report.left = pages.last?.waiting ?? 0
    report.held = pages.last?.held ?? 0
    report.bytes = file.count
    return (file, report)
  }

  /// What time it is, as far as that can be known without asking: the earliest of what the clock
  /// says and of what it says less the error that was measured last, and not before the last sync.
  /// When either is right, the answer is right or too early, and never in the future: such a stamp
  /// may lose a conflict, and then it is kept, but it cannot win one that it should lose.
  private func likelyTime(_ now: Int64) throws(Problem) -> Int64 {
    let status = try replica.status()
    let earliest = status.lastSync ?? 0
    return [now, now - (status.clockError ?? 0)].filter { $0 >= earliest }.min() ?? earliest
  }

  /// As the hub would ask for over HTTP, when the clock cannot be right.
  private func stampForBundle(time: Int64, _ now: Int64) throws(Problem) -> Int {
    let isAhead = try replica.isStamped(after: time + Limits.clockTolerance, now: now)
    guard isAhead || (now - time).magnitude > UInt64(Limits.clockTolerance) else { return 0 }
    return try replica.restamp(hubTime: time, now: now, uptime: surroundings.uptimeReading)
  }

  private func collectBundle(_ now: Int64) throws(Problem) -> [PendingPage] {
    var pages: [PendingPage] = []
    var passed: Set<String> = []
    repeat {
      let page = try replica.collectPending(
        upTo: Limits.bundlePage, now: now, without: passed)
      passed.formUnion(page.ids.joined())
      pages.append(page)
    } while pages.last!.waiting > 0 && pages.count < Limits.pushesOfBundle
    return pages
  }

  private func request(
    _ pages: [PendingPage], now: Int64, time: Int64
  ) throws(Problem) -> SyncRequest {
    SyncRequest(
      try replica.position(), of: surroundings.program, deviceClock: now, correction: time - now,
      budget: Limits.bundlePage,
      waiting: pages[0].waiting + pages[0].held, push: pages[0].changeset)
  }
}
