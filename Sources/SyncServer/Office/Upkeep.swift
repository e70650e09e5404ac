package import Shared

/// What a hub does when it starts and once a day: drops what nobody needs any more, and notes where the
/// log stands.
package struct Upkeep: Sendable {
  private let hub: Hub
  private let folder: HubFolder

  package init(_ hub: Hub, _ folder: HubFolder) {
    self.hub = hub
    self.folder = folder
  }

  package func run() throws(Problem) {
    try hub.compact()
    try hub.tidyAudit()
    try folder.watchAudit(of: hub)
  }

  /// Runs after each wait, until that throws. A full disk today is no reason to leave it at that
  /// tomorrow.
  ///
  /// - Parameters:
  ///   - wait: for a day.
  ///   - noting: told of what failed.
  package func goOn(
    after wait: () async throws -> Void, noting: (Problem) -> Void
  ) async throws {
    while true {
      try await wait()
      do throws(Problem) { try run() } catch { noting(error) }
    }
  }
}
