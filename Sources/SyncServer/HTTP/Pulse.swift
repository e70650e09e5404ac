import Shared
import Synchronization

/// Whether the hub is well, asked at most once a second: each asking waits for the disk, and anybody
/// may ask.
final class Pulse: Sendable {
  /// Milliseconds.
  private static let lasts: Int64 = 1000

  private let uptime: @Sendable () -> Int64
  private let ask: @Sendable () throws(Problem) -> [UInt8]
  private let last = Mutex<(at: Int64, result: Result<[UInt8], Problem>)?>(nil)

  init(
    uptime: @escaping @Sendable () -> Int64,
    ask: @escaping @Sendable () throws(Problem) -> [UInt8]
  ) {
    self.uptime = uptime
    self.ask = ask
  }

  func feel() throws(Problem) -> [UInt8] {
    let now = uptime()
    if let last = last.withLock({ $0 }), now - last.at < Self.lasts { return try last.result.get() }
    let result = Result { () throws(Problem) in try ask() }
    last.withLock { $0 = (now, result) }
    return try result.get()
  }
}
