package import Shared

/// A record that somebody deleted, with what it said until then.
package struct RemovedRecord: Sendable {
  package let record: Record
  /// As `Desk.history` gives it.
  package let history: [HistoryEntry]
  /// The deletion's own stamp, and when it came, in milliseconds since 1970.
  package let stamp: Stamp
  package let received: Int64

  package init(record: Record, history: [HistoryEntry], stamp: Stamp, received: Int64) {
    self.record = record
    self.history = history
    self.stamp = stamp
    self.received = received
  }
}
