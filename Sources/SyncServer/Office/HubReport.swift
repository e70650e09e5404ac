package import Shared

/// What a hub holds, from one consistent state.
package struct HubReport: Sendable {
  package let scopes: [Scope: ScopeState]
  /// Records that are not deleted.
  package let counts: [(type: String, scope: String, count: Int)]
  package let conflictsOpen: Int
  package let devices: [HubDevice]
}

extension Hub {
  package func report() throws(Problem) -> HubReport {
    try store.read { transaction in
      HubReport(
        scopes: try transaction.scopes(), counts: try transaction.countRecords(),
        conflictsOpen: try transaction.openConflictCount(), devices: try transaction.devices())
    }
  }

  /// In the order in which they were enrolled.
  package func devices() throws(Problem) -> [HubDevice] {
    try store.read { transaction in try transaction.devices().filter { $0.state != .account } }
  }
}
