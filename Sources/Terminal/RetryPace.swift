/// How long a program that stays waits before it tries again.
package struct RetryPace: Sendable {
  /// Seconds after the first failure; each further one in a row doubles it.
  private static let first = 1.0
  /// Seconds. A link that came back is noticed within five minutes.
  private static let longest = 300.0

  /// Seconds between two tries while all goes well.
  private let every: Double
  private var failures = 0

  package init(every seconds: Double) {
    precondition(seconds > 0, "an interval is more than nothing")
    every = seconds
  }

  /// Seconds to wait after a try that went well.
  package mutating func succeeded() -> Double {
    failures = 0
    return every
  }

  /// Seconds to wait after a failure: between half of its turn's delay and the whole, so that the
  /// devices of a base do not all come back in the same second.
  ///
  /// - Parameter random: 64 random bits.
  package mutating func failed(random: UInt64) -> Double {
    // Two to the power of a week of failures would leave the range of numbers.
    let delay = min(Self.first * Double(1 << min(failures, 20)), Self.longest)
    failures += 1
    return delay * (0.5 + 0.5 * Double(random >> 11) / Double(1 << 53))
  }
}
