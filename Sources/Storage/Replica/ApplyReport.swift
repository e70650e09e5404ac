package import Shared

/// What one answer changed on this device.
package struct ApplyReport: Sendable {
  package var received = 0
  package var left = 0
  /// New records of this device that only others may hold.
  package var handedOver = 0
  package var refused = 0
  /// Records of which the hub refused something only because its schema is older; it waits.
  package var heldBack: Set<String> = []
  /// Records that are no longer held back: they can be sent now.
  package var released = 0
  /// Records of which nothing may be readable any more, not even in unused parts of the file.
  package var purged = 0
  package var conflicts = 0
  /// Scopes whose digest the hub gave and this device has otherwise.
  package var unequal: [Scope] = []
  /// Scopes whose digest was compared.
  package var compared = 0
}

extension ApplyReport {
  /// What the next part of the same answer changed.
  mutating func add(_ next: ApplyReport) {
    received += next.received
    left += next.left
    refused += next.refused
    released += next.released
    purged += next.purged
    conflicts += next.conflicts
    unequal += next.unequal
    compared += next.compared
  }

  /// Counts the records that leave as they come to be known apart from the others that leave.
  func telling(
    _ created: [String: Set<Int64>], apartFrom leaves: [Leave]
  ) -> ApplyReport {
    var report = self
    report.handedOver = leaves.count { created[$0.type]?.contains($0.handle) ?? false }
    report.left = max(0, left - report.handedOver)
    return report
  }
}
