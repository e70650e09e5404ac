import GRDB
import Shared
import Storage
import Synchronization

// An exchange waits ten seconds for another program's write and then says that the hub is busy. A program
// that holds the database for longer, or for ever, keeps everybody from being served, while all that
// reads goes on as if nothing were. Who asks whether the hub is well does not wait for the lock: one
// look says whether it is free, and two that find it taken, whether anybody wrote in between.

/// Looks now and then whether a database can be written, on a connection of its own.
final class WriteWatch: Sendable {
  /// Milliseconds without a write while the lock is taken: longer than any writer waits for another.
  static let patience: Int64 = 15_000

  /// Since when the lock is taken, and what the database was then.
  private struct Taken {
    let since: Int64
    let version: Int64
  }

  private let path: String
  private let state = Mutex<(connection: DatabaseQueue?, taken: Taken?)>((nil, nil))

  init(path: String) { self.path = path }

  /// Throws `.busy` when nobody could write for as long as it takes to be sure.
  ///
  /// - Parameter uptime: milliseconds from any moment on.
  func look(at uptime: Int64) throws(Problem) {
    let found = try storing(at: path) {
      try state.withLock { state in try Self.look(&state, path) }
    }
    let taken = state.withLock { state in
      if found.isFree {
        state.taken = nil
      } else if state.taken?.version != found.version {
        state.taken = Taken(since: uptime, version: found.version)
      }
      return state.taken
    }
    guard let taken, uptime - taken.since >= Self.patience else { return }
    throw Problem(.busy, at: path, cause: "nothing written for \(uptime - taken.since) ms")
  }

  private static func look(
    _ state: inout (connection: DatabaseQueue?, taken: Taken?), _ path: String
  ) throws -> (isFree: Bool, version: Int64) {
    // Without a patience of its own: a taken lock is an answer.
    let connection = try state.connection ?? DatabaseQueue(path: path)
    state.connection = connection
    return try connection.writeWithoutTransaction { db in
      // Moves whenever another connection has written.
      let version = try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0
      do {
        try db.execute(sql: "BEGIN IMMEDIATE; ROLLBACK")
        return (true, version)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        return (false, version)
      }
    }
  }
}
