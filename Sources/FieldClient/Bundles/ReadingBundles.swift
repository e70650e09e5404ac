public import Shared
import Storage

extension FieldClient {
  /// Takes the hub's answer to a bundle: what it admitted is confirmed, and what is new there
  /// arrives.
  ///
  /// An answer that was overtaken, by a later one or over the network, changes nothing.
  ///
  /// - Returns: as of a sync. It is not complete when there was more in Bamako than a file carries.
  /// - Throws: `.not_a_bundle`, `.bundle_damaged`, `.bundle_foreign`, `.bundle_old`,
  ///   `.bundle_other_way`, `.file_newer`, `.bundle_unready`, `.file_missing`, `.not_a_file`,
  ///   `.busy`, `.disk_full`.
  public func readBundle(from path: String) throws(Problem) -> SyncReport {
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    return try take(
      answer: DurableFile.read(path, upTo: Limits.bundleFile), by: BundleIdentity(directory))
  }

  /// The same, for what the file holds.
  package func take(
    answer file: [UInt8], by identity: BundleIdentity
  ) throws(Problem) -> SyncReport {
    let bundle = try SealedBundle(file: file, going: .down)
    guard bundle.head.hub == identity.hub.fingerprint,
      bundle.head.device == (try replica.status().device)
    else { throw Problem(.bundle_foreign) }
    let content = try bundle.open(by: identity.hub, with: identity.secret)
    guard let awaited = try replica.awaited(bundle: bundle.head.number) else {
      throw Problem(.bundle_old)
    }
    let answer = try BundleAnswer(encoded: content)
    // A copy of this folder may have written a bundle of the same number.
    guard answer.bundle == awaited.digest else { throw Problem(.bundle_foreign) }
    return try take(answer, to: awaited, number: bundle.head.number)
  }

  /// Page after page, each complete in itself, as over HTTP.
  private func take(
    _ answer: BundleAnswer, to awaited: AwaitedBundle, number: UInt64
  ) throws(Problem) -> SyncReport {
    var report = SyncReport()
    var last: SyncAnswer?
    for (index, frame) in answer.frames.enumerated() {
      let page = try SyncAnswer(
        encoded: Compression.expand(frame, limit: Limits.expandedBody))
      guard try replica.isNews(page) else { continue }
      if !page.schema.isEmpty { try replica.take(schema: page.schema) }
      let pushed = index < awaited.pages.count ? awaited.pages[index] : PendingPage()
      let applied = try replica.apply(
        [page], to: pushed, now: surroundings.now(), isLate: true)
      report.add(page, pushed, applied)
      last = page
    }
    guard let last else { throw Problem(.bundle_old) }
    report.complete = !last.hasMore
    try replica.settle(bundle: number, complete: last.hasMore ? nil : last.hubClock)
    try Contact.note(hubTime: last.hubClock, clockError: nil, directory, surroundings)
    let status = try replica.status()
    report.pending = status.pending
    report.held = status.held
    return report
  }
}
