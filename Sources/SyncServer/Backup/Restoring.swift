package import Shared
import Storage
import Work

/// What was brought back.
package struct RestoreReport: Sendable {
  /// When the backup was made, in milliseconds since 1970.
  package let made: Int64
  package let records: Int
  package let devices: Int
  package let addresses: [HubAddress]
}

extension HubFolder {
  /// Makes a hub in a folder that holds none from a backup. It is the hub it was, with the same keys,
  /// so that devices go on; and another one from then on, see `Hub.beginAnew`.
  ///
  /// - Parameter key: opens a sealed one; the hub's next backups are sealed for it again.
  /// - Throws: `.already_hub`, `.file_missing`, `.not_a_backup`, `.key_needed`, `.wrong_key`, `.file_newer`, `.damaged`,
  ///   `.cannot_write`, `.disk_full`. What was begun is removed then.
  package func restore(
    _ file: String, key: RecoveryKey? = nil, schema: Schema, by who: String,
    now: @escaping @Sendable () -> Int64,
    random: @escaping @Sendable () -> UInt64,
    progress: @escaping (Int64, Int64) -> Void = { _, _ in }
  ) throws(Problem) -> RestoreReport {
    // Before a folder is made for it.
    guard DurableFile.exists(file) else { throw Problem(.file_missing, at: file) }
    return try making { () throws(Problem) in
      var (done, size) = (Int64(0), DurableFile.size(file))
      try BackupArchive.read(file, with: key) { bytes in
        done += Int64(bytes)
        progress(min(done, size), size)
      } place: { member in
        member == .hub ? draft : path + "/" + member.rawValue
      }
      let store = try SQLiteHubStore(path: draft, schema: schema)
      let hub = Hub(store: store, now: now, random: random)
      try store.check()
      let made = try hub.beginAnew(by: who)
      if let key { try seal(backupsFor: key.seal) }
      let report = try hub.report()
      _ = try authority.identity()
      try store.close()
      return RestoreReport(
        made: made, records: report.scopes.values.reduce(0) { $0 + $1.records },
        devices: report.devices.count { $0.state == .active }, addresses: try addressList())
    }
  }
}

extension Hub {
  /// Numbers that devices and accounts may have been given since the backup, and that nobody gets
  /// again: whoever wrote under one would be taken for another.
  private static let skippedDevices: UInt32 = 100

  /// What was admitted since the backup is not known here, and comes back from the devices, which see
  /// by their cursors' marks that something is missing. What this hub would give a second time, it
  /// must give otherwise: numbers of devices, versions of conflicts. An invitation that was used since
  /// the backup looks unused, so none of them goes on.
  ///
  /// - Returns: when the backup was made, in milliseconds since 1970.
  package func beginAnew(by who: String) throws(Problem) -> Int64 {
    try store.write { transaction in
      let last = try transaction.audit(before: .max, limit: 1).first
      try transaction.skipDevices(Self.skippedDevices)
      try transaction.endInvitations()
      // By the time, as the versions of grants: devices ask for conflicts after the last they know.
      let version = try transaction.counter(.conflictVersion)
      try transaction.set(.conflictVersion, max(version, now()))
      try transaction.note(
        AuditEntry(.restore, by: who, detail: last.map { "\($0.number)" }), time: now())
      return last?.time ?? 0
    }
  }
}
