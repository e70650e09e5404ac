import Shared

/// What one device took of the hub on one day.
package struct DayTraffic: Sendable, Hashable {
  /// Days since 1970, UTC.
  package var day: Int64 = 0
  package var requests = 0
  /// Of the bodies both ways, as they crossed the wire.
  package var bytes = 0
  /// Bytes of the requests when they were opened, which is what they can leave on the hub's disk. Begins
  /// at nothing when the hub starts.
  package var opened = 0

  package init(day: Int64 = 0, requests: Int = 0, bytes: Int = 0) {
    self.day = day
    self.requests = requests
    self.bytes = bytes
  }

  /// As it is at a time, in milliseconds since 1970: a new day begins at nothing.
  package func at(_ time: Int64) -> DayTraffic {
    let today = time / Self.length
    return day == today ? self : DayTraffic(day: today)
  }

  /// Whether a device has had its share of the day.
  package var isSpent: Bool {
    requests >= Limits.requestsOfDay || max(bytes, opened) >= Limits.bytesOfDay
  }

  /// Seconds until the next day begins.
  static func untilTomorrow(_ time: Int64) -> Int { Int((length - time % length + 999) / 1000) }

  /// Milliseconds.
  private static let length: Int64 = 86_400_000
}

extension Hub {
  /// Writes down what a device took today, for people to see.
  func note(_ traffic: DayTraffic, of device: HubDevice) throws(Problem) {
    try store.write { transaction in
      guard var device = try transaction.device(tokenHash: device.tokenHash) else { return }
      device.traffic = traffic
      try transaction.noteExchange(of: device)
    }
  }
}
