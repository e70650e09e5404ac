import GRDB
package import Shared

// Bundles that are on their way. What each carries is kept until its answer comes, because the
// answer's verdicts name places in it; and several may be out at a time, because a courier takes
// longer than a week and a base writes one every week.

/// A bundle whose answer has not come.
package struct AwaitedBundle: Sendable {
  /// SHA-256 of its file.
  package let digest: [UInt8]
  /// What it pushes, in order.
  package let pages: [PendingPage]
}

extension Replica {
  /// The number for a bundle that is written at `time`, above all that were given before. It rises
  /// with time, so that a folder put back from a copy does not begin again below what the hub has
  /// seen.
  package func nextBundle(at time: Int64) throws(Problem) -> UInt64 {
    try read { db, _ in
      UInt64(max(try ReplicaState.bundle.number(db) ?? 0, time - 1, 0) + 1)
    }
  }

  /// Notes a bundle before its file is written: an answer to it will be understood.
  package func keep(
    bundle number: UInt64, digest: [UInt8], pages: [PendingPage]
  ) throws(Problem) {
    try write { db, _ in
      try ReplicaState.bundle.set(db, Int64(number))
      for (part, page) in pages.enumerated() {
        try db.run(
          "INSERT OR REPLACE INTO _bundle(number, part, digest, changes, ids) VALUES (?, ?, ?, ?, ?)",
          [
            Int64(number), Int64(part), digest.stored,
            Compression.compress(page.changeset.encoded).stored,
            page.ids.joined().joined(separator: " "),
          ])
      }
      try db.run(
        """
        DELETE FROM _bundle WHERE number NOT IN (
          SELECT DISTINCT number FROM _bundle ORDER BY number DESC LIMIT \(Limits.bundlesAwaited))
        """)
    }
  }

  /// Nil when no answer to this number is waited for any more.
  package func awaited(bundle number: UInt64) throws(Problem) -> AwaitedBundle? {
    try read { db, _ in
      guard let number = Int64(exactly: number) else { return nil }
      let rows = try db.rows(
        "SELECT digest, changes, ids FROM _bundle WHERE number = ? ORDER BY part", [number])
      guard let first = rows.first else { return nil }
      return AwaitedBundle(
        digest: [UInt8].fromStored(first[0]) ?? [],
        pages: try rows.map { row in
          let frame = [UInt8].fromStored(row[1]) ?? []
          let changes = try Changeset(
            encoded: Compression.expand(frame, limit: Limits.expandedBody))
          var ids = (row[2] as String).split(separator: " ").map(String.init)[...]
          return PendingPage(
            changeset: changes,
            ids: changes.groups.map { group in
              defer { ids = ids.dropFirst(group.records.count) }
              return Array(ids.prefix(group.records.count))
            })
        })
    }
  }

  /// How many bundles wait for their answer.
  package func awaitedBundles() throws(Problem) -> Int {
    try read { db, _ in try db.row("SELECT count(DISTINCT number) FROM _bundle")![0] }
  }

  /// Whether an answer says anything that this replica has not heard. What the hub said before what
  /// it said last must not be taken any more.
  package func isNews(_ answer: SyncAnswer) throws(Problem) -> Bool {
    try read { db, _ in
      guard answer.hubClock >= (try ReplicaState.heard.number(db) ?? .min) else { return false }
      for page in answer.pages {
        let sql = "SELECT 1 FROM _scope WHERE name = ? AND seq > ?"
        let place = page.cursor.scope.description
        if try db.row(sql, [place, page.cursor.seq]) != nil { return false }
      }
      return true
    }
  }

  /// The answer to a bundle was taken to its end: those before it say nothing new.
  ///
  /// - Parameter hubTime: when it was given, by the hub's clock; nil when more is to be collected.
  package func settle(bundle number: UInt64, complete hubTime: Int64?) throws(Problem) {
    try write { db, _ in
      try db.run("DELETE FROM _bundle WHERE number <= ?", [Int64(clamping: number)])
      if let hubTime { try ReplicaState.lastSync.set(db, hubTime) }
    }
  }

  /// Whether something that waits is stamped after a time, in milliseconds since 1970.
  package func isStamped(after time: Int64, now: Int64) throws(Problem) -> Bool {
    try write { db, shape in
      _ = try Settling.run(db, shape, now: now)
      let latest = Int64(bitPattern: HybridClock.reading(time + 1) - 1)
      return try db.row("SELECT 1 FROM _pending WHERE clock > ? LIMIT 1", [latest]) != nil
    }
  }
}
