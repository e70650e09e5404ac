package import GRDB
import Shared

// The layout of a database file has a number, which stands in the file (`PRAGMA user_version`).
// A released layout never changes again: what a newer program needs otherwise is one step more,
// which brings the file of the layout before it there. Files of every released layout are kept in
// `Tests/Fixtures`, and the tests open, write and sync them.

/// Which layout a file has, and the way from each one to the next.
package struct FileLayout: Sendable {
  /// Changes the tables of the layout before it. Runs in a transaction.
  package typealias Step = @Sendable (Database) throws -> Void

  /// The first leads from layout 1 to 2.
  private let steps: [Step]

  package init(_ steps: [Step] = []) { self.steps = steps }

  /// The layout that this program reads and writes.
  package var version: Int { steps.count + 1 }

  /// Notes in a new file that it has this program's layout.
  package func mark(_ db: Database) throws {
    try db.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Whether the file is as this program has it.
  ///
  /// - Throws: `.file_newer` for a file of a newer program; `.not_a_replica` for one from before
  ///   the first release, which no step leads on from.
  package func isCurrent(_ db: Database) throws -> Bool {
    let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard found <= version else { throw Problem(.file_newer, cause: "layout \(found)") }
    guard found > 0 else { throw Problem(.not_a_replica, cause: "layout 0") }
    return found == version
  }

  /// Brings a file to this program's layout, in one transaction: an interruption leaves it as it
  /// was. A file that is current is only read.
  package func bring(_ pool: some DatabaseWriter) throws {
    guard try !pool.read(isCurrent) else { return }
    try pool.write { db in
      // Another program may have done it since.
      while try !isCurrent(db) {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version")!
        try steps[found - 1](db)
        try db.execute(sql: "PRAGMA user_version = \(found + 1)")
      }
    }
  }
}
