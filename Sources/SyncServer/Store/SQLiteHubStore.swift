import Foundation
package import GRDB
package import Shared
import Storage
import Synchronization

/// The hub in one SQLite file with one writer: the embedded default.
package final class SQLiteHubStore: HubStore {
  package let path: String
  package let pool: DatabasePool
  private let known: Mutex<(schema: Schema, tables: [String: HubTable])>

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
      guard let open = open else {
        return try pool.write { db in try body(SQLiteHubTransaction(db: db, tables: tables)) }
      }
      // A full disk may have undone the whole; what follows would stand alone.
      guard open.isInsideTransaction else { throw Problem(.busy, at: path) }
      return try open.undoingWhatFails { try body(SQLiteHubTransaction(db: open, tables: tables)) }
    }
  }

  package func read<T>(_ body: (any HubTransaction) throws -> T) throws(Problem) -> T {
    let tables = known.withLock { $0.tables }
    return try storing(at: path) {
      guard let open = open else {
        return try pool.read { db in try body(SQLiteHubTransaction(db: db, tables: tables)) }
      }
      return try body(SQLiteHubTransaction(db: open, tables: tables))
    }
  }

  package func together(_ body: () -> Void) throws(Problem) {
    try storing(at: path) {
      try pool.write { db in
        Self.$shared.withValue(
          SharedTransaction(store: ObjectIdentifier(self), db: db), operation: body)
        guard db.isInsideTransaction else { throw Problem(.busy, at: path) }
      }
    }
  }

  /// The transaction that this thread has open for several calls.
  @TaskLocal private static var shared: SharedTransaction?

  private var open: Database? {
    Self.shared.flatMap { $0.store == ObjectIdentifier(self) ? $0.db : nil }
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

  /// Copies the database as it stands, while others write, into a file that is there and empty.
  ///
  /// - Parameter progress: bytes copied, and bytes in all.
  package func copy(to file: String, progress: (Int64, Int64) -> Void) throws(Problem) {
    let copy = try storing(at: file) { try DatabaseQueue(path: file) }
    // Who loses power begins anew: nothing of the copy has to be on the disk yet.
    try storing(at: file) {
      try copy.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
      }
      try withoutActuallyEscaping(progress) { progress in
        try pool.backup(to: copy, pagesPerStep: 256) { pages in
          progress(Int64(pages.completedPageCount) * 4096, Int64(pages.totalPageCount) * 4096)
        }
      }
      try copy.close()
    }
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
    guard let stored = try? Schema.known(json) else { throw Problem(.file_newer, cause: "schema") }
    guard let newest, newest.version > stored.version else { return stored }
    if let loss = stored.firstLoss(in: newest) { throw Problem(.schema_invalid, at: loss) }
    try pool.write { db in try HubLayout.follow(db, newest) }
    return newest
  }

  private static func tables(_ schema: Schema) -> [String: HubTable] {
    Dictionary(uniqueKeysWithValues: schema.types.map { ($0.name, HubTable(TypedTable($0))) })
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

/// Sendable unchecked: it never leaves the thread that opened it.
private struct SharedTransaction: @unchecked Sendable {
  let store: ObjectIdentifier
  let db: Database
}

extension Database {
  /// Runs `body` in a transaction that is open; what it wrote before it threw is undone.
  fileprivate func undoingWhatFails<T>(_ body: () throws -> T) throws -> T {
    var result: T?
    try inSavepoint {
      result = try body()
      return .commit
    }
    return result!
  }
}
