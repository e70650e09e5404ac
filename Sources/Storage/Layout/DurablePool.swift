package import GRDB

extension DatabasePool {
  /// Opens a database whose commits survive a power cut, on every connection.
  ///
  /// GRDB lowers the writer's `synchronous` to NORMAL when it switches the log on, after the
  /// configuration was applied; so it is raised again here. Changes arrive in no order, so each
  /// touches another page of a large table: the writer keeps more of them than SQLite's usual
  /// 2 MB, and the log grows beyond the usual 4 MB, so that not every exchange writes it back.
  ///
  /// A transaction that outgrows them stays in memory all the same. SQLite 3.40 would write its
  /// pages early, write some of them again, and, when a statement or savepoint of it is taken back,
  /// commit a log whose sums are not right: after a crash what was committed since is gone.
  package static func durable(
    path: String, configuration: Configuration
  ) throws -> DatabasePool {
    let pool = try DatabasePool(path: path, configuration: configuration)
    try pool.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL;
          PRAGMA cache_size = -\(writersCache);
          PRAGMA cache_spill = OFF;
          PRAGMA wal_autocheckpoint = \(pagesInLog)
          """)
    }
    return pool
  }

  /// KiB. With all else a program stays under 100 MB.
  private static let writersCache = 14_336
  /// Of 4 KiB.
  private static let pagesInLog = 4_096
}
