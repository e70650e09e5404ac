package import GRDB

extension DatabasePool {
  /// Opens a database whose commits survive a power cut, on every connection.
  ///
  /// GRDB lowers the writer's `synchronous` to NORMAL when it switches the log on, after the
  /// configuration was applied; so it is raised again here.
  package static func durable(
    path: String, configuration: Configuration
  ) throws -> DatabasePool {
    let pool = try DatabasePool(path: path, configuration: configuration)
    try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
    return pool
  }
}
