import Synchronization

/// How often something may happen: so many times at once, then once in an interval.
struct Pace: Sendable {
  let burst: Int64
  /// Milliseconds.
  let interval: Int64
}

/// Holds each caller to a pace. One number a caller is enough: when its past calls will have been
/// paid for (the generic cell rate algorithm).
final class Pacing<Caller: Hashable & Sendable>: Sendable {
  private let pace: Pace
  /// Milliseconds from any moment on.
  private let uptime: @Sendable () -> Int64
  private let paid = Mutex<[Caller: Int64]>([:])

  init(_ pace: Pace, uptime: @escaping @Sendable () -> Int64) {
    self.pace = pace
    self.uptime = uptime
  }

  /// Counts one time. Returns the seconds to wait for one that was too early, which is not counted.
  func take(_ caller: Caller) -> Int? {
    let now = uptime()
    return paid.withLock { paid in
      if paid.count >= PaceLimits.callers { Self.sweep(&paid, now) }
      let before = max(paid[caller] ?? now, now)
      if let wait = wait(before, now) { return wait }
      paid[caller] = before + pace.interval
      return nil
    }
  }

  /// Counts one time less.
  func giveBack(_ caller: Caller) { paid.withLock { $0[caller]? -= pace.interval } }

  private func wait(_ paid: Int64, _ now: Int64) -> Int? {
    let early = paid + pace.interval - now - pace.burst * pace.interval
    return early > 0 ? Int((early + 999) / 1000) : nil
  }

  /// A flood from so many callers is not one that counting callers stops.
  private static func sweep(_ paid: inout [Caller: Int64], _ now: Int64) {
    paid = paid.filter { $0.value > now }
    if paid.count >= PaceLimits.callers { paid = [:] }
  }
}

/// Each with its reason. What is counted by address is shared by whoever sits behind one router, so it
/// never holds up a device whose token is good.
enum PaceLimits {
  /// A device pages through a first sync as fast as the link goes; no honest one goes on like that.
  static let device = Pace(burst: 600, interval: 100)
  /// Tokens that nobody has and looks at `/v1/health`, by address: a monitor looks once a second.
  static let stranger = Pace(burst: 120, interval: 500)
  /// Invitation codes that were wrong, by address: a person pastes the wrong file twice.
  static let code = Pace(burst: 10, interval: 60_000)
  /// Sign-ins, by address: each costs a seventh of a second; an office arrives in the morning.
  static let signIn = Pace(burst: 20, interval: 5_000)
  /// Pages and the files beside them, by address: an office behind one router.
  static let page = Pace(burst: 600, interval: 50)
  /// Requests of one device at a time: one, and one that its sender has given up.
  static let devicesRequests = 2
  /// Callers remembered by each count; about a megabyte.
  static let callers = 10_000
}
