package import Shared

/// What a hub holds, from one consistent state.
package struct HubReport: Sendable {
  package let scopes: [Scope: ScopeState]
  /// Records that are not deleted.
  package let counts: [(type: String, scope: String, count: Int)]
  package let conflictsOpen: Int
  package let devices: [HubDevice]
  /// Of the last days, by device and reason.
  package let refusals: [RefusalCount]
  /// When the last backup was complete, in milliseconds since 1970; nil before the first.
  package let lastBackup: Int64?
}

extension Hub {
  package func report() throws(Problem) -> HubReport {
    try store.read { transaction in
      HubReport(
        scopes: try transaction.scopes(), counts: try transaction.countRecords(),
        conflictsOpen: try transaction.openConflictCount(), devices: try transaction.devices(),
        refusals: try transaction.refusals(since: RefusalCount.firstDay(now())),
        lastBackup: try transaction.counter(.backup).nonZero)
    }
  }

  /// In the order in which they were enrolled.
  package func devices() throws(Problem) -> [HubDevice] {
    try store.read { transaction in try transaction.devices().filter { $0.state != .account } }
  }
}

extension Int64 {
  fileprivate var nonZero: Int64? { self == 0 ? nil : self }
}
