import Foundation
import Logging

/// What a logger wrote, kept for the test.
final class Lines: @unchecked Sendable {
  // Guarded by `lock`.
  private var lines: [String] = []
  private let lock = NSLock()

  var all: [String] { lock.withLock { lines } }

  /// A logger at level info that writes here.
  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  fileprivate func append(_ line: String) { lock.withLock { lines.append(line) } }
}

private struct Handler: LogHandler {
  let lines: Lines
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { lines.append("\(event.message)") }
}
