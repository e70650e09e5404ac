import Shared

/// What an operator alarms on, from one consistent state of the store.
extension Hub {
  /// Days without a sync that are counted: a weekend, a week, and what the operations page acts on.
  private static let silences: [Int64] = [2, 7, 14, 30]

  /// - Parameter today: what a device took today, as far as it is known beyond the store.
  func figures(today: (HubDevice) -> DayTraffic) throws(Problem) -> [Figure] {
    let (time, found) = (now(), try standingNow())
    let active = found.devices.filter { $0.state == .active }
    func silent(_ days: Int64) -> Int {
      active.count { time - ($0.lastSync ?? 0) > days * 86_400_000 }
    }
    let states = [HubDevice.State.active, .revoked, .wiped, .retired]
    return [
      Figure(
        "djoliba_devices", .gauge, "Devices by state.",
        states.map { state in
          Figure.Sample(
            found.devices.count { $0.state == state }, ["state": state.rawValue])
        }),
      Figure(
        "djoliba_devices_silent", .gauge, "Active devices without a sync for so many days.",
        Self.silences.map { Figure.Sample(silent($0), ["days": "\($0)"]) }),
      Figure(
        "djoliba_devices_clock_wrong", "Active devices whose clock was off by more than a minute.",
        active.count { $0.clockError.magnitude > UInt64(Limits.clockTolerance) }),
      Figure(
        "djoliba_devices_shared", "Active devices whose identity two machines used.",
        active.count { $0.sharedAt != nil }),
      Figure(
        "djoliba_devices_token_old",
        "Active devices that use the same token for twice as long as they should.",
        try oldTokens().count),
      Figure(
        "djoliba_devices_over_quota", "Active devices that have had their share of the day.",
        active.count { today($0).isSpent }),
      Figure(
        "djoliba_changes_waiting", "Changes that active devices said they had yet to send.",
        active.reduce(0) { $0 + $1.waiting }),
      Figure("djoliba_conflicts_open", "Conflicts that nobody has looked at.", found.conflicts),
      Figure("djoliba_inbox_waiting", "Parcels of wiped devices to decide about.", found.parcels),
      Figure("djoliba_audit_lines", "Number of the audit log's last line.", found.auditLine),
      Figure(
        "djoliba_last_backup_timestamp_seconds", "When the last backup was complete; 0 for never.",
        found.backup),
    ]
  }

  private struct Standing {
    let devices: [HubDevice]
    let conflicts, parcels, auditLine, backup: Int
  }

  private func standingNow() throws(Problem) -> Standing {
    try store.read { transaction in
      Standing(
        devices: try transaction.devices(), conflicts: try transaction.openConflictCount(),
        parcels: try transaction.inbox().count { $0.outcome.isOpen },
        auditLine: Int(try transaction.audit(before: .max, limit: 1).first?.number ?? 0),
        backup: Int(try transaction.counter(.backup) / 1000))
    }
  }
}
