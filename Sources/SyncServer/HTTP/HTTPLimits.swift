import NIOCore

/// What one connection may cost the hub.
package enum HTTPLimits {
  /// Bytes. A page is 1 MiB at the most, and a device may send one before it knows its size.
  static let syncBody = 2 << 20
  /// Bytes. An enrolment is a code, a name and a key.
  static let enrollBody = 64 << 10
  /// Bytes of all header fields. A device sends about 200; browsers with cookies a few thousand.
  static let head = 16 << 10
  /// Fields of one head.
  static let headFields = 64
  /// Bytes of a long answer that go in one TLS record: a second of a satellite phone, so that a cut
  /// costs little of what has arrived. Each record adds 22.
  static let record = 2 << 10
  /// Without a byte in either direction. Satellite and 2G links stall for a minute and go on.
  static let idle = TimeAmount.seconds(120)
  /// Bytes that move in that time on any link that is of use: a body or an answer that moves less is
  /// given up.
  static let progress = 1 << 10
  /// For an invitation's code or a password, over a satellite.
  static let shortBody = TimeAmount.seconds(30)
  /// From the connection to the first whole head, TLS included, over a satellite.
  static let firstHead = TimeAmount.seconds(30)
  /// For the requests in flight when the hub is asked to stop. A device that is cut goes on where it was.
  package static let shutdown = Duration.seconds(15)
  /// Connections at a time unless said otherwise, half of what a process may have open files. More
  /// wait their turn.
  package static let connections = 512
  /// Connections of one address at a time: a base behind one router has a dozen machines.
  static let connectionsOfAddress = 64
  /// Seconds after which a device may ask again when its other requests are being answered.
  static let retrySoon = 5
  /// Seconds after which a device may ask again when the hub is overloaded.
  static let retryAfter = 120
}
