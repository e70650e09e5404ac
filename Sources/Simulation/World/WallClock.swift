/// The clock of a machine: off by any amount, or standing still.
struct WallClock: Sendable, Equatable {
  /// Milliseconds to add to true time; nil when the clock stands at `stoppedAt`.
  private var offset: Int64? = 0
  private var stoppedAt: Int64 = 0

  static let right = WallClock()

  static func off(by milliseconds: Int64) -> WallClock {
    var clock = WallClock()
    clock.offset = milliseconds
    return clock
  }

  static func stopped(at milliseconds: Int64) -> WallClock {
    var clock = WallClock()
    clock.offset = nil
    clock.stoppedAt = milliseconds
    return clock
  }

  func reading(_ time: Int64) -> Int64 { offset.map { time + $0 } ?? stoppedAt }
}
