import Shared
import Synchronization

/// Who held which token a moment ago. A request is let in by it without a question to the database: a
/// device that may not exchange any more is turned away by the exchange itself, which asks again.
final class Doorkeeper: Sendable {
  private struct Seen {
    let device: HubDevice
    let time: Int64
  }

  private let seen = Mutex<[[UInt8]: Seen]>([:])
  /// Milliseconds.
  static let moment: Int64 = 5_000
  /// More than any mission has; then it begins anew.
  private static let most = 10_000

  /// - Parameters:
  ///   - tokenHash: of the token.
  ///   - time: milliseconds since 1970.
  func device(_ tokenHash: [UInt8], at time: Int64) -> HubDevice? {
    seen.withLock { seen in
      guard let found = seen[tokenHash], 0..<Self.moment ~= time - found.time else { return nil }
      return found.device
    }
  }

  func note(_ device: HubDevice, _ tokenHash: [UInt8], at time: Int64) {
    seen.withLock { seen in
      if seen.count >= Self.most { seen = [:] }
      seen[tokenHash] = Seen(device: device, time: time)
    }
  }
}
