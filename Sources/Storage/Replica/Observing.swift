import Foundation
import GRDB
import Shared
import Synchronization

/// Tells which record types each committed transaction of this replica object touched.
package final class ReplicaObservation: Sendable {
  private let stop: @Sendable () -> Void

  init(stop: @escaping @Sendable () -> Void) { self.stop = stop }

  package func cancel() { stop() }
}

extension Replica {
  package func observe(
    _ onCommit: @escaping @Sendable (Set<String>) -> Void
  ) -> ReplicaObservation {
    let observer = CommitObserver(types: Set(shape.tables.keys), onCommit: onCommit)
    pool.add(transactionObserver: observer, extent: .databaseLifetime)
    return ReplicaObservation { [pool] in pool.remove(transactionObserver: observer) }
  }

  /// Bytes of the file and its write-ahead log.
  package var size: Int64 {
    ["", "-wal"].reduce(0) { sum, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
      return sum + (attributes?[.size] as? Int64 ?? 0)
    }
  }
}

/// Collects the tables of one transaction and announces them when it is committed.
///
/// Sendable unchecked: GRDB calls it on the writer's queue alone.
private final class CommitObserver: TransactionObserver, @unchecked Sendable {
  private let types: Set<String>
  private let onCommit: @Sendable (Set<String>) -> Void
  private var touched: Set<String> = []

  init(types: Set<String>, onCommit: @escaping @Sendable (Set<String>) -> Void) {
    self.types = types
    self.onCommit = onCommit
  }

  func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool {
    types.contains(eventKind.tableName)
  }

  func databaseDidChange(with event: DatabaseEvent) { touched.insert(event.tableName) }

  func databaseDidCommit(_ db: Database) {
    if !touched.isEmpty { onCommit(touched) }
    touched = []
  }

  func databaseDidRollback(_ db: Database) { touched = [] }
}
