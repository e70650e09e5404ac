import Foundation
package import GRDB
package import Shared
import Synchronization

/// A device's database: what the hub has told it (confirmed) overlaid with what was written
/// here and not yet acknowledged (pending).
///
/// One ordinary SQLite file with one ordinary table per record type. A write that has returned
/// survives a power cut.
package final class Replica: Sendable {
  package let path: String
  private let opened: Mutex<Opened>

  private struct Opened {
    var pool: any DatabaseWriter
    var shape: ReplicaShape
    /// Because nothing could be written when it was opened.
    var isForReading: Bool
  }

  /// Opens an existing replica, one of an older program too. Throws `.not_enrolled` when there is
  /// none, `.not_a_replica` when the file is something else, `.file_newer` for a newer program's.
  package init(path: String) throws(Problem) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw Problem(.not_enrolled, at: path)
    }
    self.path = path
    opened = Mutex(try Self.open(path))
  }

  /// Makes the file, empty, with the schema's tables.
  package static func create(path: String, schema: Schema, device: UInt32) throws(Problem) {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Problem(.already_enrolled, at: path)
    }
    // SQLite gives the files beside it the same mode.
    guard
      FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw Problem(.cannot_write, at: path) }
    try storing(at: path) {
      let pool = try DatabasePool.durable(path: path, configuration: configuration)
      try pool.write { db in
        try ReplicaLayout.create(db, schema)
        try ReplicaState.device.set(db, Int64(device))
        try ReplicaState.schema.set(db, schema.source.stored)
      }
      try pool.close()
    }
  }

  package var pool: any DatabaseWriter { opened.withLock { $0.pool } }
  package var schema: Schema { shape.schema }
  package var shape: ReplicaShape { opened.withLock { $0.shape } }

  /// Reads one consistent state.
  package func read<T>(_ body: (Database, ReplicaShape) throws -> T) throws(Problem) -> T {
    try storing(at: path) { try pool.read { db in try body(db, shape(in: db)) } }
  }

  /// Runs one durable transaction. Nothing of it remains when `body` throws.
  package func write<T>(_ body: (Database, ReplicaShape) throws -> T) throws(Problem) -> T {
    try openForWriting()
    return try storing(at: path) { try pool.write { db in try body(db, shape(in: db)) } }
  }

  /// Takes over a newer schema: new types and fields appear, nothing is dropped.
  package func adopt(_ schema: Schema) throws(Problem) {
    try openForWriting()
    try storing(at: path) {
      let shape = try pool.write { db in
        // A full disk took an earlier attempt back, and what GRDB remembers of it would stand.
        db.clearSchemaCache()
        return try Self.grow(db, to: schema)
      }
      opened.withLock { $0.shape = shape }
    }
  }

  /// There may be room again since the file was opened.
  private func openForWriting() throws(Problem) {
    guard opened.withLock({ $0.isForReading }) else { return }
    let fresh = try Self.openForWriting(path)
    opened.withLock { $0 = fresh }
  }

  /// Another program may have taken over a newer schema in the meantime.
  private func shape(in db: Database) throws -> ReplicaShape {
    let known = shape
    guard try ReplicaShape.version(db) != known.version else { return known }
    let fresh = try ReplicaShape(db)
    opened.withLock { $0.shape = fresh }
    return fresh
  }

  /// Opens the file, for reading alone where nothing can be written: an emergency number is on the
  /// laptop also when its disk is full.
  private static func open(_ path: String) throws(Problem) -> Opened {
    do throws(Problem) {
      return try openForWriting(path)
    } catch {
      if error.isAboutRoom, let opened = openForReading(path) { return opened }
      // The outline tells that a replica was here.
      guard error.code == .not_a_replica, Outline(beside: path) != nil else { throw error }
      throw Problem(.damaged, at: path, cause: error.cause)
    }
  }

  private static func openForWriting(_ path: String) throws(Problem) -> Opened {
    try storing(at: path) {
      let pool = try DatabasePool.durable(path: path, configuration: configuration)
      let shape = try pool.read(current) ?? grown(pool)
      // Without room for it the replica works all the same; the next opening tries again.
      try? pool.read { db in try Outline.keep(db, shape.schema, beside: path) }
      return Opened(pool: pool, shape: shape, isForReading: false)
    }
  }

  /// Nil for a file that this program changes before it uses it.
  private static func current(_ db: Database) throws -> ReplicaShape? {
    guard try ReplicaShape.isThere(db) else { throw Problem(.not_a_replica) }
    guard try ReplicaLayout.versions.isCurrent(db), try awaited(db) == nil else { return nil }
    return try ReplicaShape(db)
  }

  private static func grown(_ pool: DatabasePool) throws -> ReplicaShape {
    try ReplicaLayout.versions.bring(pool)
    return try pool.write { db in
      guard let schema = try awaited(db) else { return try ReplicaShape(db) }
      return try grow(db, to: schema)
    }
  }

  /// SQLite needs its log's index even to read, unless nobody can be writing: without a log nobody
  /// is.
  private static func openForReading(_ path: String) -> Opened? {
    var configuration = configuration
    configuration.readonly = true
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    let hasLog = log?[.size] as? Int64 ?? 0 > 0
    let alone = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
    for name in hasLog ? [path] : [path, alone] {
      guard let queue = try? DatabaseQueue(path: name, configuration: configuration),
        let shape = try? queue.read({ db in try ReplicaShape(db) })
      else { continue }
      return Opened(pool: queue, shape: shape, isForReading: true)
    }
    return nil
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 2
    configuration.prepareDatabase { db in
      // What this library writes has ids that are ids; others' are checked, and what is read out of
      // a damaged file.
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
          PRAGMA ignore_check_constraints = ON
          """)
    }
    return configuration
  }
}

/// The schema as a replica's tables have it.
package struct ReplicaShape: Sendable {
  package let schema: Schema
  package let tables: [String: TypedTable]
  /// Numbers of the types in this file, for the search index.
  package let numbers: [String: Int64]
  let version: Int

  init(_ db: Database) throws {
    // A program that runs on while a newer one changes the layout notices it here.
    guard try Self.isThere(db), try ReplicaLayout.versions.isCurrent(db),
      let source = [UInt8].fromStored(try ReplicaState.schema.get(db))
    else { throw Problem(.not_a_replica) }
    schema = try Self.schema(source)
    tables = Dictionary(uniqueKeysWithValues: schema.types.map { ($0.name, TypedTable($0)) })
    numbers = Dictionary(
      uniqueKeysWithValues: try Row.fetchAll(db, sql: "SELECT name, number FROM _type")
        .map { ($0[0], $0[1]) })
    version = try Self.version(db)
  }

  /// SQLite's number for the tables, which grows with each change of any.
  static func version(_ db: Database) throws -> Int {
    try Int.fetchOne(db.cachedStatement(sql: "PRAGMA schema_version")) ?? 0
  }

  /// A newer program may have taken over a schema that this one cannot read.
  private static func schema(_ source: [UInt8]) throws(Problem) -> Schema {
    do throws(Problem) {
      return try Schema.known(source)
    } catch {
      throw Problem(.file_newer, at: error.place, cause: "schema")
    }
  }

  /// A hub's file has states, too, and journals nothing.
  static func isThere(_ db: Database) throws -> Bool {
    try Int.fetchOne(
      db,
      sql: """
        SELECT count(*) FROM sqlite_schema
        WHERE type = 'table' AND name IN ('_state', '_journal')
        """) == 2
  }

  /// The table of a type. Throws `.unknown_type`.
  package func table(_ type: String) throws(Problem) -> TypedTable {
    guard let table = tables[type] else { throw Problem(.unknown_type, at: type) }
    return table
  }

  /// A row's number in the search index.
  func document(_ type: String, _ row: Int64) -> Int64 { (numbers[type] ?? 0) << 40 | row }
}

/// What a replica remembers beside records.
package enum ReplicaState: String {
  case device, schema, clock
  case grantVersion, role, everything, noticeCursor
  case lastSync, clockError, turn, sharedAt
  /// The highest clock that the hub has admitted of this device.
  case admitted
  /// A schema that only a newer program can read, and its version.
  case nextSchema, nextVersion
  /// Whether the file was put together from a damaged one and not compared with the hub since.
  case unproven
  /// The number of the last bundle; when the hub gave the last answer that was taken.
  case bundle, heard
  /// The newest dictionary for short messages that the hub said it knows.
  case dictionary

  package func get(_ db: Database) throws -> DatabaseValue {
    try DatabaseValue.fetchOne(
      db.cachedStatement(sql: "SELECT value FROM _state WHERE key = ?"), arguments: [rawValue])
      ?? .null
  }

  package func number(_ db: Database) throws -> Int64? { Int64.fromDatabaseValue(try get(db)) }

  package func set(_ db: Database, _ value: some DatabaseValueConvertible) throws {
    try db.cachedStatement(sql: "INSERT OR REPLACE INTO _state(key, value) VALUES (?, ?)")
      .execute(arguments: [rawValue, value])
  }
}

extension Database {
  /// Runs `body` with the rules for ids that hold for other programs.
  func checkingIDs<T>(_ body: () throws -> T) throws -> T {
    try execute(sql: "PRAGMA ignore_check_constraints = OFF")
    defer { try? execute(sql: "PRAGMA ignore_check_constraints = ON") }
    return try body()
  }
}

extension Problem {
  /// Whether the file is in order and only cannot be written.
  var isAboutRoom: Bool { code == .disk_full || code == .cannot_write }
}
