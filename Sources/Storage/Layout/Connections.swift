package import GRDB

/// The connections that a program has to one database file.
package enum Connections: Sendable {
  /// One writes and others read meanwhile, so that nobody waits for a long sync.
  case several
  /// One does all. Each connection reads the tables and prepares its statements anew: a program that
  /// opens files all the time, and uses each from one thread, has no more of them than it needs.
  case one

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
  package func open(
    path: String, configuration: Configuration
  ) throws -> any DatabaseWriter {
    var configuration = configuration
    configuration.journalMode = .wal
    let pool: any DatabaseWriter =
      switch self {
      case .several: try DatabasePool(path: path, configuration: configuration)
      case .one: try DatabaseQueue(path: path, configuration: configuration)
      }
    try pool.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL;
          PRAGMA cache_size = -\(Self.writersCache);
          PRAGMA cache_spill = OFF;
          PRAGMA wal_autocheckpoint = \(Self.pagesInLog)
          """)
    }
    return pool
  }

  /// KiB. With all else a program stays under 100 MB.
  private static let writersCache = 14_336
  /// Of 4 KiB.
  private static let pagesInLog = 4_096
}
