import GRDB
package import Shared

/// How a replica stands with the hub.
package struct ReplicaStatus: Sendable {
  package struct ScopeStatus: Sendable {
    package let records: Int
    package let seq: Int64
    package let digest: Digest
    package let isWritable: Bool
  }

  package let scopes: [Scope: ScopeStatus]
  /// Whether every scope may be read and written, also those that come later.
  package let everything: Bool
  /// Records with changes that the hub has not acknowledged.
  package let pending: Int
  /// Of them, those of which something waits until the hub is as new as this device.
  package let held: Int
  package let refused: Int
  package let openConflicts: Int
  /// Milliseconds since 1970 by the hub's clock; nil before the first sync.
  package let lastSync: Int64?
  /// This machine's clock minus the hub's, in milliseconds.
  package let clockError: Int64?
  package let device: UInt32
  package let deviceName: String
  package let role: Role?
  /// When the hub last saw another machine with this identity, milliseconds since 1970.
  package let sharedAt: Int64?
  /// Whether the hub has a schema that only a newer program can read.
  package let awaitsProgram: Bool
}

extension Replica {
  package func status() throws(Problem) -> ReplicaStatus {
    try settled { db, _ in
      let device = try ReplicaState.device.number(db) ?? 0
      let everything = try ReplicaState.everything.number(db) == 1
      let role = String.fromDatabaseValue(try ReplicaState.role.get(db))
      return ReplicaStatus(
        scopes: try Self.scopes(db, everything: everything), everything: everything,
        pending: try db.row("SELECT count(DISTINCT id) FROM _pending")![0],
        held: try Self.heldCount(db), refused: try Self.refusedCount(db),
        openConflicts: try db.row(
          "SELECT count(*) FROM _conflict WHERE status IN ('open', 'proposal')")![0],
        lastSync: try ReplicaState.lastSync.number(db),
        clockError: try ReplicaState.clockError.number(db),
        device: UInt32(truncatingIfNeeded: device),
        deviceName: try Self.deviceNames(db)[UInt32(truncatingIfNeeded: device)] ?? "",
        role: role.flatMap(Role.init(rawValue:)), sharedAt: try ReplicaState.sharedAt.number(db),
        awaitsProgram: try ReplicaState.nextVersion.number(db) != nil)
    }
  }

  /// Records with pending changes, by type.
  package func waiting() throws(Problem) -> [String: Int] {
    try settled { db, _ in
      let rows = try db.rows("SELECT type, count(DISTINCT id) FROM _pending GROUP BY type")
      return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
    }
  }

  private static func scopes(
    _ db: Database, everything: Bool
  ) throws -> [Scope: ReplicaStatus.ScopeStatus] {
    var scopes: [Scope: ReplicaStatus.ScopeStatus] = [:]
    for row in try db.rows("SELECT name, records, seq, high, low, writable FROM _scope") {
      guard let scope = Scope(row[0] as String) else { continue }
      scopes[scope] = ReplicaStatus.ScopeStatus(
        records: row[1], seq: row[2], digest: Digest(storedHigh: row[3], storedLow: row[4]),
        isWritable: everything || row[5])
    }
    return scopes
  }

  /// What the next request says of this replica: cursors, versions.
  package func position() throws(Problem) -> ReplicaPosition {
    try read { db, shape in
      let rows = try db.rows("SELECT name, seq, mark FROM _scope ORDER BY name")
      let cursors = rows.compactMap { row -> Shared.Cursor? in
        guard let scope = Scope(row[0] as String) else { return nil }
        return Shared.Cursor(scope: scope, seq: row[1], mark: UInt64(bitPattern: row[2] as Int64))
      }
      let known: Int64 = try db.row("SELECT coalesce(max(number), -1) FROM _device")![0]
      return ReplicaPosition(
        cursors: cursors,
        schemaVersion: max(
          shape.schema.version, Int(try ReplicaState.nextVersion.number(db) ?? 0)),
        grantVersion: try ReplicaState.grantVersion.number(db) ?? -1,
        noticeCursor: try ReplicaState.noticeCursor.number(db) ?? 0,
        knownDevices: UInt32(known + 1),
        turn: UInt32(truncatingIfNeeded: try ReplicaState.turn.number(db) ?? 0),
        dictionary: Int(try ReplicaState.dictionary.number(db) ?? 0),
        isUnproven: try ReplicaState.unproven.number(db) == 1)
    }
  }

  /// Writes without a dictionary until the hub says again that it knows one. What the page brought
  /// was not read, so no hub has heard of it.
  package func forgetDictionary(unread page: PendingPage) throws(Problem) {
    try write { db, _ in
      try ReplicaState.dictionary.set(db, Int64(0))
      try page.takeBack(db)
    }
  }
}

/// What an exchange showed beside its answers.
package struct ExchangeEnd: Sendable {
  private let hubTime: Int64
  private let clockError: Int64
  private let isLast: Bool

  /// - Parameters:
  ///   - hubTime: milliseconds since 1970 by the hub's clock.
  ///   - clockError: this machine's clock minus the hub's, in milliseconds.
  ///   - isLast: whether nothing was left to carry on either side.
  package init(hubTime: Int64, clockError: Int64, isLast: Bool) {
    self.hubTime = hubTime
    self.clockError = clockError
    self.isLast = isLast
  }

  func note(_ db: Database, _ applied: ApplyReport) throws {
    try ReplicaState.clockError.set(db, clockError)
    guard isLast, applied.released == 0 else { return }
    try ReplicaState.lastSync.set(db, hubTime)
    // Whatever bundles carry has arrived.
    try db.run("DELETE FROM _bundle")
  }
}

package struct ReplicaPosition: Sendable {
  package let cursors: [Shared.Cursor]
  /// Of the newest schema that the hub gave, readable or not.
  package let schemaVersion: Int
  package let grantVersion: Int64
  package let noticeCursor: Int64
  /// Device numbers below this are known by name.
  package let knownDevices: UInt32
  /// What the last answer gave to repeat.
  package let turn: UInt32
  /// What the hub said that it reads; 0 for none.
  package let dictionary: Int
  package let isUnproven: Bool
}
