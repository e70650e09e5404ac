import Foundation
import GRDB
import Shared

/// Reads what can be read of a damaged replica.
struct Salvaging {
  let device: UInt32
  let schema: Schema
  private let queue: DatabaseQueue

  /// - Parameters:
  ///   - path: a copy that may be written to.
  ///   - outline: what is known of the file without looking at it.
  /// - Throws: `.not_a_replica` when neither says which device it is of; `.file_newer` for what
  ///   this program would leave things behind of.
  init(_ path: String, _ outline: Outline?) throws {
    if let outline, !Self.isLegible(path) {
      Self.emptyLog(path)
      try outline.layOut(path)
    }
    queue = try DatabaseQueue(path: path)
    let layout = try? queue.read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") }
    if let layout, layout > ReplicaLayout.versions.version { throw Problem(.file_newer) }
    var state: [String: DatabaseValue] = [:]
    for row in Self.rows(queue, "_state", key: "key").rows {
      if let key = row.text("key") { state[key] = row["value"] }
    }
    let number = state["device"].flatMap(Int64.fromDatabaseValue)
    let source = state["schema"].flatMap([UInt8].fromStored)
    guard let device = number.map(UInt32.init(truncatingIfNeeded:)) ?? outline?.device,
      let source = source ?? outline.map({ Array($0.schema.utf8) })
    else { throw Problem(.not_a_replica) }
    self.device = device
    schema = try Schema(json: source)
  }

  /// Whether SQLite finds the tables. In an empty file it finds none.
  private static func isLegible(_ path: String) -> Bool {
    let tables = try? DatabaseQueue(path: path).read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master")
    }
    return tables ?? 0 > 0
  }

  /// Brings what a whole log says into the file, or the log's first page would stand before ours.
  private static func emptyLog(_ path: String) {
    let queue = try? DatabaseQueue(path: path)
    _ = try? queue?.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    try? queue?.close()
  }

  /// Bookkeeping as it is, cursors at the beginning, and the records that pending changes need.
  ///
  /// - Returns: whether all that tells of pending changes could be read.
  func copy(into db: Database, _ shape: ReplicaShape) throws -> Bool {
    var isWhole = true
    try db.withoutCapture {
      for (table, key) in [
        ("_state", "key"), ("_pending", "n"), ("_hidden", "id"), ("_was", "id"),
        ("_withheld", "id"), ("_refused", "n"),
        ("_conflict", "id"), ("_device", "number"), ("_deleted", "id"), ("_journal", "n"),
      ] {
        var (rows, isAll) = Self.rows(queue, table, key: key)
        for row in rows where try !insert(row, table, db) { isAll = false }
        if ["_pending", "_journal"].contains(table) && !isAll { isWhole = false }
      }
      try ReplicaState.device.set(db, Int64(device))
      try ReplicaState.schema.set(db, schema.source.stored)
      for row in Self.rows(queue, "_scope", key: "name").rows {
        try db.execute(
          sql: "INSERT OR IGNORE INTO _scope(name, writable) VALUES (?, ?)",
          arguments: [row.text("name"), row["writable"]])
      }
      // What has no row and no column for another reason than a pending change comes again.
      for table in ["_hidden", "_was"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE id NOT IN (SELECT id FROM _pending)")
      }
      for table in shape.tables.values { try copyRecords(table, db) }
      try forgetHandles(db, shape)
      let known = shape.tables.keys.map { "'\($0)'" }.joined(separator: ", ")
      try db.execute(sql: "DELETE FROM _pending WHERE type NOT IN (\(known))")
    }
    return isWhole
  }

  /// Records with pending changes, and those that the hub never confirmed: when it cannot be read
  /// that they are pending, it follows from that.
  private func copyRecords(_ table: TypedTable, _ db: Database) throws {
    let name = table.type.name
    let wanted = Set(
      try String.fetchAll(db, sql: "SELECT id FROM _pending WHERE type = ?", arguments: [name]))
    let numbers = Set(
      try Int64.fetchAll(
        db, sql: "SELECT DISTINCT row FROM _journal WHERE type = ? AND row NOT NULL",
        arguments: [name]))
    for row in Self.rows(queue, name, key: "_row").rows {
      guard let id = row.text("id"), let number = row["_row"] as Int64? else { continue }
      if wanted.contains(id) || numbers.contains(number) {
        _ = try insert(row, name, db)
      } else if (row["_stamps"] as DatabaseValue).isNull {
        try db.run("UPDATE _switch SET capturing = 1")
        _ = try insert(row, name, db)
        try db.run("UPDATE _switch SET capturing = 0")
      }
    }
  }

  /// Cursors begin anew and do not tell any more whose handles these are: a hub that was restored
  /// in between may have given them to other records.
  private func forgetHandles(_ db: Database, _ shape: ReplicaShape) throws {
    for table in shape.tables.values { try db.run("UPDATE \(table.name) SET _handle = NULL") }
    try db.run("UPDATE _hidden SET handle = NULL")
    try db.run("UPDATE _journal SET handle = NULL")
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

  /// - Returns: whether the row could be one of this table. What a damaged page holds may be read
  /// without an error and mean nothing.
  private func insert(_ row: Row, _ table: String, _ db: Database) throws -> Bool {
    let existing = Set(try db.columns(in: table).map(\.name))
    let names = row.columnNames.filter(existing.contains)
    let places = names.map { _ in "?" }.joined(separator: ", ")
    let columns = names.map(TypedTable.quote).joined(separator: ", ")
    do {
      try db.execute(
        sql: "INSERT OR REPLACE INTO \(TypedTable.quote(table))(\(columns)) VALUES (\(places))",
        arguments: StatementArguments(names.map { row[$0] as DatabaseValue }))
      return true
    } catch let error as DatabaseError
      where [.SQLITE_CONSTRAINT, .SQLITE_MISMATCH].contains(error.resultCode)
    {
      return false
    }
  }

  /// The rows from the first on until one cannot be read, then from the last on backwards.
  private static func rows(
    _ queue: DatabaseQueue, _ table: String, key: String
  ) -> (rows: [Row], isAll: Bool) {
    let name = TypedTable.quote(table)
    var rows: [Row] = []
    for order in ["ASC", "DESC"] {
      do {
        try queue.read { db in
          let sql = "SELECT * FROM \(name) NOT INDEXED ORDER BY \(key) \(order)"
          let cursor = try Row.fetchCursor(db, sql: sql)
          while let row = try cursor.next() { rows.append(row.copy()) }
        }
        return (rows, order == "ASC")
      } catch {
        // What lies behind the damage may be read from the other end.
      }
    }
    return (rows, false)
  }
}

extension Row {
  /// Nil for what is no text.
  fileprivate func text(_ column: String) -> String? {
    String.fromDatabaseValue(self[column] as DatabaseValue)
  }
}
