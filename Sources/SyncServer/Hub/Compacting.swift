package import Shared

// Upkeep. What was deleted is kept for those who have not heard of it, and no longer. A device
// that stays silent for half a year holds nothing back; when it returns, its cursor is too old to
// go on from, and it compares record by record instead, with the hub's word standing, so that
// nothing deleted comes back. What was dropped stays beside the tables with its id and last values:
// its creation may still come, from a copy of a folder, and somebody may ask what it held.

extension Hub {
  /// Drops what every live device has confirmed. Returns how many deletions and leaves went.
  @discardableResult
  package func compact() throws(Problem) -> Int {
    try store.write { transaction in
      let devices = try transaction.devices()
      // A clock that is years ahead when the hub starts would make every device a silent one.
      let time = min(now(), devices.compactMap(\.lastSync).max() ?? .max)
      let oldest = time - Int64(Limits.daysOfSilence) * 86_400_000
      let live = devices.filter {
        $0.state == .active && $0.lastSync ?? .min >= oldest
      }
      let reached = try live.map { (device: $0, seqs: try transaction.reached($0.number)) }
      var dropped = 0
      for (scope, state) in try transaction.scopes() {
        // Who has not confirmed anything yet may hold all that was ever sent.
        let seqs = reached.filter { $0.device.grant.mayRead(scope) }.map { $0.seqs[scope] ?? 0 }
        let horizon = seqs.min() ?? state.seq
        guard horizon > state.compacted else { continue }
        let count = try transaction.compact(scope, below: horizon)
        guard count > 0 else { continue }
        var compacted = state
        compacted.compacted = horizon
        try transaction.save(scope, compacted)
        dropped += count
      }
      return dropped
    }
  }
}
