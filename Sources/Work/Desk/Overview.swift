package import Shared

/// How a desk's data stand, for the page « Synchronisation » and for the lights.
package struct Overview: Sendable {
  /// A laptop that exchanges with the hub, as the hub knows it.
  package struct Device: Sendable {
    package let number: UInt32
    package let name: String
    package let base: String
    package let role: Role
    package let lastSync: Int64?
    package let waiting: Int
    package let clockError: Int64
    package let program: String
    package let isActive: Bool
    package let isRetired: Bool
    package let isShared: Bool
    /// On the wire, both ways, today.
    package let bytesToday: Int64
    /// Changes that were refused in the last thirty days, by reason.
    package let refused: [(code: Problem.Code, count: Int)]

    package init(
      number: UInt32, name: String, base: String, role: Role, lastSync: Int64?, waiting: Int,
      clockError: Int64, program: String, isActive: Bool, isRetired: Bool, isShared: Bool,
      bytesToday: Int64,
      refused: [(code: Problem.Code, count: Int)]
    ) {
      self.number = number
      self.name = name
      self.base = base
      self.role = role
      self.lastSync = lastSync
      self.waiting = waiting
      self.clockError = clockError
      self.program = program
      self.isActive = isActive
      self.isRetired = isRetired
      self.isShared = isShared
      self.bytesToday = bytesToday
      self.refused = refused
    }
  }

  /// When the data were last equal to the hub's, in milliseconds since 1970; nil before the
  /// first sync. At the hub it is now.
  package var asOf: Int64?
  package var unsent = 0
  package var refused = 0
  package var openConflicts = 0
  /// The laptop's clock minus the hub's, in milliseconds.
  package var clockError: Int64?
  /// Bytes of the database.
  package var size: Int64 = 0
  package var scopes: [(scope: Scope, records: Int)] = []
  /// At the hub, those of the sitter's bases; empty on a laptop.
  package var devices: [Device] = []

  package init() {}
}

extension Overview {
  /// When a base was last heard of.
  ///
  /// At the hub, a base with a laptop of its own is heard through it, and a sub-base that never had one
  /// through its base's. A base whose laptops were all shut out is heard of no more; one that was put
  /// out of service in good order is as if it never was. On a laptop the mission is as old as its last
  /// sync, but its own base speaks here and now.
  package func heard(_ base: Record, at sitter: Sitter) -> Day? {
    guard let code = base.text("code") else { return nil }
    if let own = sitter.base {
      let isHere = code == own || base.text("parent_code") == own
      return isHere ? sitter.today : asOf.map { Day(milliseconds: $0) }
    }
    if base.text("kind") == "capitale" { return sitter.today }
    let own = devices.filter { $0.base == code && !$0.isRetired }
    let heard = own.isEmpty ? devices.filter { $0.base == base.text("parent_code") } : own
    return heard.filter(\.isActive).compactMap(\.lastSync).max().map { Day(milliseconds: $0) }
  }
}
