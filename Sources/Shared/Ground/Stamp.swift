/// When and where a field was written.
///
/// A hybrid logical clock (Kulkarni et al., 2014): 48 bits of milliseconds since 1970 and a
/// 16-bit counter in one integer, so that stamps of one device never repeat and never go
/// back, whatever its wall clock does. The device number makes stamps of two devices distinct.
/// Stamps order *edits*; the order of *arrival* is a cursor's business and another type.
public struct Stamp: Hashable, Sendable {
  /// Milliseconds << 16 | counter.
  public let clock: UInt64
  public let device: UInt32

  public init(clock: UInt64, device: UInt32) {
    self.clock = clock
    self.device = device
  }

  /// Older than every edit: the stamp of what nobody wrote yet.
  public static let never = Stamp(clock: 0, device: 0)

  public var milliseconds: Int64 { Int64(clock >> 16) }
}

extension Stamp: Comparable {
  public static func < (a: Stamp, b: Stamp) -> Bool {
    (a.clock, a.device) < (b.clock, b.device)
  }
}

/// The clock that stamps edits. It follows the wall clock and never goes back.
public struct HybridClock: Sendable, Equatable {
  /// The last value given out or seen.
  public private(set) var last: UInt64

  public init(last: UInt64 = 0) { self.last = last }

  /// The clock value for an edit made at `milliseconds` by the wall clock, above everything
  /// given out before and above `seen`. It stops at the largest number rather than going round.
  public mutating func tick(milliseconds: Int64, above seen: UInt64 = 0) -> UInt64 {
    let floor = max(last, seen)
    last = max(Self.reading(milliseconds), floor == .max ? floor : floor + 1)
    return last
  }

  /// Moves up to a clock value received from elsewhere, but not beyond `limit` milliseconds.
  public mutating func witness(_ clock: UInt64, notBeyond limit: Int64) {
    if clock >> 16 <= UInt64(max(0, limit)) { last = max(last, clock) }
  }

  /// The clock value of a wall-clock reading; before 1970 counts as 1970, and what 48 bits
  /// cannot hold as the year 10889.
  public static func reading(_ milliseconds: Int64) -> UInt64 {
    UInt64(min(max(milliseconds, 0), (1 << 48) - 1)) << 16
  }
}
