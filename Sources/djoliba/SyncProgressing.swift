import FieldClient
import Foundation
import Shared
import Terminal

extension Label {
  static let firstSync = Label(fr: "Première synchronisation", en: "First sync")
  static let sync = Label(fr: "Synchronisation", en: "Sync")
}

extension FieldClient {
  /// Syncs with a progress line on standard error. A signal to stop interrupts it between or in
  /// the middle of pages; what went through is kept.
  func syncShowingProgress(
    title: Label, maximumBytes: Int = .max, _ printer: Printer
  ) async throws -> SyncReport {
    let (steps, continuation) = AsyncStream.makeStream(
      of: SyncProgress.self, bufferingPolicy: .bufferingNewest(1))
    let shown = Task { await Self.show(steps, title: title, printer) }
    let outcome = await Result.catching {
      try await stoppable {
        try await self.sync(
          maximumBytes: maximumBytes, language: printer.language
        ) { continuation.yield($0) }
      }
    }
    continuation.finish()
    // The line must have been left before anything else is said.
    await shown.value
    return try outcome.get()
  }

  private static func show(
    _ steps: AsyncStream<SyncProgress>, title: Label, _ printer: Printer
  ) async {
    var line = ProgressLine(
      title: title, language: printer.language, terminal: TerminalScreen.isTerminal,
      columns: TerminalScreen.columns, at: uptime)
    var (pages, done, before) = (0, 0, 0)
    for await step in steps {
      let turned = step.pages != pages
      if turned { (pages, before) = (step.pages, done) }
      done = step.bytesSent + step.bytesReceived
      let total = step.total(after: before)
      printer.show(
        turned
          ? line.page(done: done, of: total, at: uptime)
          : line.update(done: done, of: total, at: uptime))
    }
    if done > 0 { printer.show(line.end(done: done, at: uptime)) }
  }

  private static var uptime: Double { ProcessInfo.processInfo.systemUptime }
}

extension SyncProgress {
  /// Bytes of everything up to the end of the page under way; nil until its size is known.
  fileprivate func total(after before: Int) -> Int? {
    guard bytesExpectedToReceive > 0 else { return nil }
    let expected = before + bytesExpectedToSend + bytesExpectedToReceive
    return max(expected, bytesSent + bytesReceived)
  }
}

extension Result where Failure == any Error {
  fileprivate static func catching(_ body: () async throws -> Success) async -> Self {
    do {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
}
