import GRDB
package import Shared

/// What tells how long ago something was, whatever was done to the wall clock since.
package struct Uptime: Sendable, Hashable {
  /// Which start of the machine: two readings can be compared when it is the same.
  package let boot: String
  /// Milliseconds since that start, sleep included.
  package let milliseconds: Int64

  package init(boot: String, milliseconds: Int64) {
    self.boot = boot
    self.milliseconds = milliseconds
  }
}

extension Replica {
  /// Stamps pending changes anew, because this machine's clock was wrong.
  ///
  /// What was edited since this start of the machine, through this library, gets the time it had,
  /// exactly, by `uptime`. Everything else keeps its wall time where that lies between the last
  /// sync and now, by the hub's clock, and is moved into that window where it does not. The order
  /// of the edits stays, and each is stamped above what it had seen.
  ///
  /// What an earlier request carried keeps its stamp, because the hub may have admitted it; but not
  /// a stamp from the future, which no hub admits.
  ///
  /// - Parameter hubTime: milliseconds since 1970.
  /// - Returns: how many changes were stamped anew.
  package func restamp(
    hubTime: Int64, now: Int64, uptime: Uptime?
  ) throws(Problem) -> Int {
    try write { db, shape in
      _ = try Settling.run(db, shape, now: now)
      // The last sync may have been with a hub whose own clock was ahead.
      let earliest = min(try ReplicaState.lastSync.number(db) ?? 0, hubTime)
      let latest = HybridClock.reading(hubTime + Limits.clockTolerance + 1) - 1
      let rows = try db.rows(
        """
        SELECT n, wall, seen, boot, uptime, id, field FROM _pending
        WHERE NOT sent OR clock > ? ORDER BY n
        """, [Int64(bitPattern: latest)])
      let times = Self.times(rows, earliest, hubTime, uptime)
      var clock = HybridClock(last: HybridClock.reading(earliest))
      let sql = """
        SELECT clock FROM _pending WHERE sent UNION ALL
        SELECT value FROM _state WHERE key = '\(ReplicaState.admitted.rawValue)'
        """
      for row in try db.rows(sql) {
        let given = UInt64(bitPattern: row[0] as Int64)
        clock.witness(given, notBeyond: hubTime + Limits.clockTolerance)
      }
      for (row, time) in zip(rows, times) {
        let seen = try FieldStamps(row[2] as DatabaseValue)?.latest.clock ?? 0
        // Its own creation, stamped in a future that the hub has never admitted, holds nothing up.
        let known = seen <= latest ? seen : 0
        if row[6] == Settling.deletion {
          // The edits beneath it are older.
          let stamp = clock.tick(milliseconds: time, above: known)
          try db.run(
            "UPDATE _withheld SET clock = ? WHERE id = ?",
            [Int64(bitPattern: stamp), row[5] as String])
        }
        let stamp = clock.tick(milliseconds: time, above: known)
        try db.run(
          "UPDATE _pending SET clock = ? WHERE n = ?", [Int64(bitPattern: stamp), row[0] as Int64])
      }
      try ReplicaState.clock.set(db, Int64(bitPattern: clock.last))
      return rows.count
    }
  }

  /// When each edit was made, by the hub's clock. None is later than the one after it, so that
  /// one whose time is not known cannot push a known one out of its place.
  private static func times(
    _ rows: [StoredRow], _ earliest: Int64, _ hubTime: Int64, _ uptime: Uptime?
  ) -> [Int64] {
    var limit = hubTime
    var times: [Int64] = []
    for row in rows.reversed() {
      let wall: Int64 = row[1]
      var time = max(wall, earliest)
      if let boot = row[3] as String?, let then = row[4] as Int64?, let uptime,
        uptime.boot == boot, then <= uptime.milliseconds
      {
        time = hubTime - (uptime.milliseconds - then)
      }
      limit = max(0, min(time, limit))
      times.append(limit)
    }
    return times.reversed()
  }
}
