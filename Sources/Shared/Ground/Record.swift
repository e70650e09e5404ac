/// A record as a person sees it: what the hub has confirmed, overlaid with what was written
/// here and is not sent yet.
public struct Record: Hashable, Sendable {
  public let type: String
  public let id: RecordID
  /// True while something of it has not been acknowledged by the hub.
  public let isPending: Bool
  /// The fields that are not empty, `scope` and `sensitivity` among them.
  public let values: [String: Value]

  public init(type: String, id: RecordID, isPending: Bool, values: [String: Value]) {
    self.type = type
    self.id = id
    self.isPending = isPending
    self.values = values
  }

  public subscript(field: String) -> Value { values[field] ?? .null }

  public var scope: Scope? { self["scope"].text.flatMap { Scope($0) } }
}

/// One value that a field had, and how it came there.
public struct HistoryEntry: Hashable, Sendable {
  public let field: String
  public let value: Value
  public let stamp: Stamp
  /// The device's name, when it is known here.
  public let device: String
  /// Milliseconds since 1970; nil for a value that came with the record.
  public let received: Int64?
  public let replaced: Value

  public init(
    field: String, value: Value, stamp: Stamp, device: String, received: Int64?, replaced: Value
  ) {
    self.field = field
    self.value = value
    self.stamp = stamp
    self.device = device
    self.received = received
    self.replaced = replaced
  }
}

/// A conflict with both its values.
public struct ConflictRecord: Hashable, Sendable {
  public struct Side: Hashable, Sendable {
    public let value: Value
    public let device: String
    public let stamp: Stamp

    public init(value: Value, device: String, stamp: Stamp) {
      self.value = value
      self.device = device
      self.stamp = stamp
    }
  }

  public let id: Int64
  public let type: String
  public let record: RecordID
  public let field: String
  /// `open`, `noted`, `proposal`, `kept` or `restored`.
  public let status: String
  public let winner: Side
  public let loser: Side

  public init(
    id: Int64, type: String, record: RecordID, field: String, status: String, winner: Side,
    loser: Side
  ) {
    self.id = id
    self.type = type
    self.record = record
    self.field = field
    self.status = status
    self.winner = winner
    self.loser = loser
  }
}
