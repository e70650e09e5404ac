public import Shared

/// What a sync did. "Admitted" is only what Bamako has acknowledged.
public struct SyncReport: Sendable, Equatable {
  /// Everything went both ways.
  public var complete = false
  /// HTTP requests that were answered.
  public var requests = 0
  /// Records sent; of them admitted without a remark, superseded, in conflict, refused.
  public var sent = 0
  public var admitted = 0
  public var superseded = 0
  public var conflicts = 0
  public var refused = 0
  /// Records received.
  public var received = 0
  /// Records that left this device's scopes.
  public var left = 0
  /// New records of this device that only Bamako may hold: they were admitted, and are no longer
  /// here.
  public var handedOver = 0
  /// Records that still wait to be sent.
  public var pending = 0
  /// Of them, those that wait until Bamako's hub is as new as this device.
  public var held = 0
  /// Bytes as libcurl counted them, headers included.
  public var bytesSent = 0
  public var bytesReceived = 0
  /// Of them, those that a cut made useless.
  public var bytesWasted = 0
  public var seconds = 0.0
  /// This machine's clock minus the hub's, in milliseconds.
  public var clockError: Int64 = 0
  /// Changes that were stamped anew because the clock was wrong.
  public var restamped = 0
  /// Records that differed from Bamako's and were mended, given back ones included.
  public var repaired = 0
  /// True when every scope's digest equals the hub's; nil when none was compared.
  public var digestsEqual: Bool?
  /// Scopes whose digests differ.
  public var unequal: [Scope] = []
}

/// How far a sync has come.
public struct SyncProgress: Sendable {
  public let bytesSent: Int
  public let bytesReceived: Int
  /// Of the request under way, when they are known; else 0.
  public let bytesExpectedToSend: Int
  public let bytesExpectedToReceive: Int
  /// Exchanges that are complete.
  public let pages: Int
}
