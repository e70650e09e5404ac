/// One direction of a link: says when what is put in at one end has left it, and when it comes out
/// at the other. It knows no clock; the same calls give the same answers.
package struct Lane: Sendable {
  private let bytesPerSecond: Double
  /// Seconds from one end to the other.
  private let latency: Double
  private let stalls: LinkProfile.Stalls?
  private var state: UInt64
  /// When the sending end is free again, in seconds.
  private var free = 0.0
  private var stall = Double.infinity

  /// - Parameters:
  ///   - bitsPerSecond: how fast the sending end gives bytes away.
  ///   - seed: of the moments at which the link stalls.
  package init(_ profile: LinkProfile, bitsPerSecond: Double, seed: UInt64) {
    bytesPerSecond = bitsPerSecond / 8
    latency = profile.roundTrip / 2
    stalls = profile.stalls
    state = seed
    if let stalls { stall = pause(stalls) }
  }

  /// - Parameters:
  ///   - count: bytes that are put in together.
  ///   - now: seconds since the lane began; never earlier than in the call before.
  /// - Returns: when the last of them has left, and when it arrives.
  package mutating func pass(_ count: Int, at now: Double) -> (left: Double, arrived: Double) {
    var left = max(now, free)
    skipStalls(endingBefore: left)
    left += Double(count) / bytesPerSecond
    while let stalls, stall < left {
      left += stalls.length
      stall += stalls.length + pause(stalls)
    }
    free = left
    return (left, left + latency)
  }

  /// Those that nobody noticed.
  private mutating func skipStalls(endingBefore now: Double) {
    guard let stalls else { return }
    while stall + stalls.length <= now { stall += stalls.length + pause(stalls) }
  }

  /// Between a half and one and a half of the average.
  private mutating func pause(_ stalls: LinkProfile.Stalls) -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return stalls.apart * (0.5 + Double(state >> 40) / Double(1 << 24))
  }
}
