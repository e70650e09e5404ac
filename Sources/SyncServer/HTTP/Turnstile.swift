import Shared
import Synchronization

// What keeps one caller from taking the hub away from the others. Devices are counted by number,
// everybody else by address. Whoever is too early is told when to come back (429, Retry-After).

final class Turnstile: Sendable {
  private let devices: Pacing<UInt32>
  private let strangers: Pacing<String>
  private let codes: Pacing<String>
  private let signIns: Pacing<String>
  private let pages: Pacing<String>
  private let inside = Mutex<[UInt32: Int]>([:])

  /// - Parameter uptime: milliseconds from any moment on.
  init(uptime: @escaping @Sendable () -> Int64) {
    devices = Pacing(PaceLimits.device, uptime: uptime)
    strangers = Pacing(PaceLimits.stranger, uptime: uptime)
    codes = Pacing(PaceLimits.code, uptime: uptime)
    signIns = Pacing(PaceLimits.signIn, uptime: uptime)
    pages = Pacing(PaceLimits.page, uptime: uptime)
  }

  /// Throws `.too_many_requests`.
  func stranger(_ address: String) throws(Problem) { try Self.pass(strangers.take(address)) }
  func signIn(_ address: String) throws(Problem) { try Self.pass(signIns.take(address)) }
  func page(_ address: String) throws(Problem) { try Self.pass(pages.take(address)) }

  /// Tries an invitation's code: wrong ones are counted, and after too many none is tried. One that is
  /// being tried counts as wrong, or as many could be tried as there are connections.
  func trying<T: Sendable>(
    from address: String, _ body: () async throws -> T
  ) async throws -> T {
    try Self.pass(codes.take(address))
    do {
      let result = try await body()
      codes.giveBack(address)
      return result
    } catch {
      if !((error as? Problem)?.code.isWrongCode ?? false) { codes.giveBack(address) }
      throw error
    }
  }

  /// Does something for a device. Throws `.too_many_requests` also while its other requests are
  /// being answered.
  func device<T: Sendable>(
    _ number: UInt32, _ body: () async throws -> T
  ) async throws -> T {
    try Self.pass(devices.take(number))
    let isFree = inside.withLock { inside in
      guard inside[number, default: 0] < PaceLimits.devicesRequests else { return false }
      inside[number, default: 0] += 1
      return true
    }
    guard isFree else { throw Problem(.too_many_requests, retryAfter: HTTPLimits.retrySoon) }
    defer {
      inside.withLock { inside in
        inside[number]! -= 1
        if inside[number] == 0 { inside[number] = nil }
      }
    }
    return try await body()
  }

  private static func pass(_ wait: Int?) throws(Problem) {
    if let wait { throw Problem(.too_many_requests, retryAfter: wait) }
  }
}

extension Problem.Code {
  fileprivate var isWrongCode: Bool {
    // Who sends what is none pays as for a wrong one.
    [.invitation_unknown, .invitation_used, .invitation_expired, .not_understood].contains(self)
  }
}
