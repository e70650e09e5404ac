import Foundation
import GRDB
package import Shared

// The way out of a damaged file: a fresh replica that first saves every pending change. What the
// hub knows comes back with the next sync; what only this laptop knows is read out of the damaged
// file row by row, from both ends, so that a page that cannot be read costs that page.

/// What a rebuilding saved.
package struct Rescue: Sendable, Equatable {
  /// Records with pending changes that were saved.
  package var saved = 0
  /// Pending changes of records that could not be read: type and id, or the row's number where
  /// the id could not be read either.
  package var lost: [String] = []
}

extension Replica {
  /// Makes a fresh replica out of what can be read of a damaged one, and keeps the damaged files
  /// in `keeping`, a folder that must not be there yet.
  ///
  /// - Throws: `.disk_full`, `.cannot_write`; `.not_a_replica` for a file that does not even say
  ///   which device it is of. The damaged file is untouched then.
  package static func rebuild(
    path: String, keeping folder: String, now: Int64
  ) throws(Problem) -> Rescue {
    let fresh = path + ".fresh"
    let parts = ["", "-wal", "-shm"]
    return try storing(at: path) {
      let files = FileManager.default
      try files.createDirectory(atPath: folder, withIntermediateDirectories: false)
      let kept = folder + "/replica.sqlite"
      for part in parts where files.fileExists(atPath: path + part) {
        try files.copyItem(atPath: path + part, toPath: kept + part)
      }
      for part in parts { try? files.removeItem(atPath: fresh + part) }
      let rescue = try salvage(kept, to: fresh, now: now)
      for part in parts.dropFirst() { try? files.removeItem(atPath: fresh + part) }
      // The old log must not be taken for the new file's.
      for part in parts.dropFirst() { try? files.removeItem(atPath: path + part) }
      guard rename(fresh, path) == 0 else { throw Problem(.cannot_write, at: path) }
      return rescue
    }
  }

  /// Makes the fresh file `fresh` out of what can be read of the damaged one, which stays as it is.
  package static func salvage(
    _ damaged: String, to fresh: String, now: Int64
  ) throws -> Rescue {
    let reader = Salvaging(try DatabaseQueue(path: damaged))
    let (device, schema) = try reader.identity()
    try create(path: fresh, schema: schema, device: device)
    let replica = try Replica(path: fresh)
    let rescue = try replica.write { db, shape in
      try reader.copy(into: db, shape)
      let unread = try reader.unread(db, shape)
      let state = try Settling.run(db, shape, now: now)
      try state.save()
      var rescue = try reader.report(db)
      rescue.lost += unread
      return rescue
    }
    _ = try replica.recount(now: now)
    // The log stays behind when the file gets its name.
    let busy = try replica.pool.writeWithoutTransaction { db in
      try Bool.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? true
    }
    guard !busy else { throw Problem(.busy, at: fresh) }
    try replica.pool.close()
    return rescue
  }
}

/// Reads what can be read of a damaged file.
private struct Salvaging {
  private let queue: DatabaseQueue

  init(_ queue: DatabaseQueue) { self.queue = queue }

  /// Throws `.file_newer` for what this program would leave things behind of.
  func identity() throws -> (device: UInt32, schema: Schema) {
    let layout = try? queue.read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") }
    if let layout, layout > ReplicaLayout.versions.version { throw Problem(.file_newer) }
    let state = Dictionary(
      rows(of: "_state", key: "key").map { ($0["key"] as String, $0["value"] as DatabaseValue) }
    ) { first, _ in first }
    guard let device = state["device"].flatMap(Int64.fromDatabaseValue),
      let source = state["schema"].flatMap([UInt8].fromStored)
    else { throw Problem(.not_a_replica) }
    return (UInt32(truncatingIfNeeded: device), try Schema(json: source))
  }

  /// Bookkeeping as it is, cursors at the beginning, and the records that pending changes need.
  func copy(into db: Database, _ shape: ReplicaShape) throws {
    try db.withoutCapture {
      for (table, key) in [
        ("_state", "key"), ("_pending", "n"), ("_hidden", "id"), ("_was", "id"),
        ("_withheld", "id"), ("_refused", "n"),
        ("_conflict", "id"), ("_device", "number"), ("_deleted", "id"), ("_journal", "n"),
      ] {
        for row in rows(of: table, key: key) { try insert(row, table, db) }
      }
      for row in rows(of: "_scope", key: "name") {
        try db.execute(
          sql: "INSERT OR IGNORE INTO _scope(name, writable) VALUES (?, ?)",
          arguments: [row["name"], row["writable"]])
      }
      // What has no row and no column for another reason than a pending change comes again.
      for table in ["_hidden", "_was"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE id NOT IN (SELECT id FROM _pending)")
      }
      let wanted = Set(try String.fetchAll(db, sql: "SELECT id FROM _pending"))
      for table in shape.tables.values {
        let numbers = Set(
          try Int64.fetchAll(
            db, sql: "SELECT DISTINCT row FROM _journal WHERE type = ? AND row NOT NULL",
            arguments: [table.type.name]))
        for row in rows(of: table.type.name, key: "_row")
        where wanted.contains(row["id"]) || numbers.contains(row["_row"]) {
          try insert(row, table.type.name, db)
        }
      }
    }
  }

  /// Rows that were written and not sorted out yet, and cannot be read.
  func unread(_ db: Database, _ shape: ReplicaShape) throws -> [String] {
    try shape.tables.values.sorted { $0.type.name < $1.type.name }.flatMap { table in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT DISTINCT row FROM _journal written WHERE type = ?1 AND kind IN (?2, ?3)
            AND row NOT IN (SELECT _row FROM \(table.name))
            AND NOT EXISTS (SELECT 1 FROM _journal WHERE type = ?1 AND row = written.row
              AND kind IN (?4, ?5) AND n > written.n)
          """,
        arguments: [
          table.type.name, JournalKind.inserted.rawValue, JournalKind.updated.rawValue,
          JournalKind.deleted.rawValue, JournalKind.displaced.rawValue,
        ]
      ).map { "\(table.type.name) #\($0)" }
    }
  }

  /// A pending change whose record could not be read is lost, and said to be.
  func report(_ db: Database) throws -> Rescue {
    var rescue = Rescue()
    for row in try Row.fetchAll(
      db, sql: "SELECT type, id, max(field = '*') FROM _pending GROUP BY type, id ORDER BY id")
    {
      let (type, id): (String, String) = (row[0], row[1])
      let isDeletion: Bool = row[2]
      let table = TypedTable.quote(type)
      let isThere = try Row.fetchOne(
        db, sql: "SELECT 1 FROM \(table) WHERE id = ?", arguments: [id])
      if isDeletion || isThere != nil {
        rescue.saved += 1
      } else {
        rescue.lost.append("\(type) \(id)")
        try db.execute(sql: "DELETE FROM _pending WHERE id = ?", arguments: [id])
      }
    }
    return rescue
  }

  private func insert(_ row: Row, _ table: String, _ db: Database) throws {
    let existing = Set(try db.columns(in: table).map(\.name))
    let names = row.columnNames.filter(existing.contains)
    let places = names.map { _ in "?" }.joined(separator: ", ")
    let columns = names.map(TypedTable.quote).joined(separator: ", ")
    try db.execute(
      sql: "INSERT OR REPLACE INTO \(TypedTable.quote(table))(\(columns)) VALUES (\(places))",
      arguments: StatementArguments(names.map { row[$0] as DatabaseValue }))
  }

  /// The rows from the first on until one cannot be read, then from the last on backwards.
  private func rows(of table: String, key: String) -> [Row] {
    let name = TypedTable.quote(table)
    var rows: [Row] = []
    for order in ["ASC", "DESC"] {
      do {
        try queue.read { db in
          let sql = "SELECT * FROM \(name) NOT INDEXED ORDER BY \(key) \(order)"
          let cursor = try Row.fetchCursor(db, sql: sql)
          while let row = try cursor.next() { rows.append(row.copy()) }
        }
        return rows
      } catch {
        // What lies behind the damage may be read from the other end.
      }
    }
    return rows
  }
}
