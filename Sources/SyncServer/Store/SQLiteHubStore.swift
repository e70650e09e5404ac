import Foundation
package import GRDB
package import Shared
import Storage
import Synchronization

/// The hub in one SQLite file with one writer: the embedded default.
package final class SQLiteHubStore: HubStore {
  package let path: String
  package let pool: DatabasePool
  private let known: Mutex<(schema: Schema, tables: [String: TypedTable])>

  /// Makes an empty hub. Throws `.already_hub` when there is a file already.
  package static func create(path: String, schema: Schema) throws(Problem) {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Problem(.already_hub, at: path)
    }
    try storing(at: path) {
      let pool = try DatabasePool.durable(path: path, configuration: configuration)
      try pool.write { db in try HubLayout.create(db, schema) }
      try pool.close()
    }
  }

  /// Opens a hub, one of an older program too. A newer schema than the stored one is taken over.
  /// Throws `.no_hub`, `.not_a_replica`, `.file_newer` for a newer program's.
  package init(path: String, schema newest: Schema? = nil) throws(Problem) {
    guard FileManager.default.fileExists(atPath: path) else { throw Problem(.no_hub, at: path) }
    self.path = path
    let opened = try storing(at: path) {
      let pool = try DatabasePool.durable(path: path, configuration: Self.configuration)
      return (pool, try Self.schema(pool, newest))
    }
    pool = opened.0
    known = Mutex((opened.1, Self.tables(opened.1)))
  }

  package var schema: Schema { known.withLock { $0.schema } }

  package func write<T>(_ body: (any HubTransaction) throws -> T) throws(Problem) -> T {
    let tables = known.withLock { $0.tables }
    return try storing(at: path) {
      try pool.write { db in try body(SQLiteHubTransaction(db: db, tables: tables)) }
    }
  }

  package func read<T>(_ body: (any HubTransaction) throws -> T) throws(Problem) -> T {
    let tables = known.withLock { $0.tables }
    return try storing(at: path) {
      try pool.read { db in try body(SQLiteHubTransaction(db: db, tables: tables)) }
    }
  }

  package func purge() throws(Problem) {
    try storing(at: path) {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
    }
  }

  /// Brings everything into the one file, which has no log then, and closes it.
  package func close() throws(Problem) {
    try purge()
    try storing(at: path) { try pool.close() }
    for log in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + log) }
  }

  package func check() throws(Problem) {
    let found = try storing(at: path) {
      try pool.read { db in try String.fetchAll(db, sql: "PRAGMA integrity_check(1)") }
    }
    guard found == ["ok"] else { throw Problem(.damaged, at: path, cause: found.first) }
  }

  private static func schema(_ pool: DatabasePool, _ newest: Schema?) throws -> Schema {
    guard try pool.read({ db in try db.tableExists("_state") }) else {
      throw Problem(.not_a_replica)
    }
    try HubLayout.versions.bring(pool)
    let source = try pool.read { db in
      try DatabaseValue.fetchOne(db, sql: "SELECT value FROM _state WHERE key = 'schema'")
    }
    guard let source, let json = [UInt8].fromStored(source) else { throw Problem(.not_a_replica) }
    guard let stored = try? Schema(json: json) else { throw Problem(.file_newer, cause: "schema") }
    guard let newest, newest.version > stored.version else { return stored }
    if let loss = stored.firstLoss(in: newest) { throw Problem(.schema_invalid, at: loss) }
    try pool.write { db in try HubLayout.follow(db, newest) }
    return newest
  }

  private static func tables(_ schema: Schema) -> [String: TypedTable] {
    Dictionary(uniqueKeysWithValues: schema.types.map { ($0.name, TypedTable($0)) })
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
    }
    return configuration
  }
}
