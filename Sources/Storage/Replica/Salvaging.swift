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
    _ = try? Self.visit(queue, "_state", key: "key") { row in
      if let key = row.text("key") { state[key] = row["value"] }
    }
    let number = state["device"].flatMap(Int64.fromDatabaseValue)
    let source = state["schema"].flatMap([UInt8].fromStored)
    guard let device = number.map(UInt32.init(truncatingIfNeeded:)) ?? outline?.device,
      let source = source ?? outline.map({ Array($0.schema.utf8) })
    else { throw Problem(.not_a_replica) }
    self.device = device
    schema = try Schema.known(source)
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

  /// All that can be read. What is not as the hub has it, the next sync finds by comparing.
  ///
  /// - Returns: whether all that tells of pending changes could be read.
  func copy(into db: Database, _ shape: ReplicaShape) throws -> Bool {
    var isWhole = true
    try db.withoutCapture {
      for (table, key) in [
        ("_state", "key"), ("_pending", "n"), ("_hidden", "id"), ("_was", "id"),
        ("_withheld", "id"), ("_refused", "n"), ("_history", "n"),
        ("_conflict", "id"), ("_device", "number"), ("_deleted", "id"), ("_journal", "n"),
      ] {
        let isAll = try copyRows(table, key: key, db)
        if ["_pending", "_journal"].contains(table) && !isAll { isWhole = false }
      }
      try ReplicaState.device.set(db, Int64(device))
      try ReplicaState.schema.set(db, schema.source.stored)
      try ReplicaState.unproven.set(db, true)
      for table in shape.tables.values { try copyRecords(table, db) }
      if try !copyCursors(db) { try forgetCursors(db, shape) }
      let known = shape.tables.keys.map { "'\($0)'" }.joined(separator: ", ")
      try db.execute(sql: "DELETE FROM _pending WHERE type NOT IN (\(known))")
    }
    return isWhole
  }

  /// - Returns: whether every row could be read, and be one of this table.
  private func copyRows(_ table: String, key: String, _ db: Database) throws -> Bool {
    var isAll = true
    let isRead = try visit(table, key: key) { row in
      if try !insert(row, table, db) { isAll = false }
    }
    return isRead && isAll
  }

  /// A record that the hub never confirmed is pending, also when the list that says so is lost.
  private func copyRecords(_ table: TypedTable, _ db: Database) throws {
    let name = table.type.name
    let wanted = Set(
      try String.fetchAll(db, sql: "SELECT id FROM _pending WHERE type = ?", arguments: [name]))
    let numbers = Set(
      try Int64.fetchAll(
        db, sql: "SELECT DISTINCT row FROM _journal WHERE type = ? AND row NOT NULL",
        arguments: [name]))
    _ = try visit(name, key: "_row") { row in
      guard let id = row.text("id"), let number = row["_row"] as Int64? else { return }
      let stamps: DatabaseValue = row["_stamps"]
      guard stamps.isNull || (try? FieldStamps(stamps)) != nil else { return }
      if wanted.contains(id) || numbers.contains(number) {
        _ = try insert(row, name, db)
      } else if stamps.isNull {
        _ = try db.withCapture { try insert(row, name, db) }
      } else if RecordID(id) != nil {
        // It must not take the place of what only this file has.
        _ = try insert(row, name, db, or: "IGNORE")
      }
    }
  }

  private func copyCursors(_ db: Database) throws -> Bool {
    guard try copyRows("_scope", key: "name", db) else { return false }
    return try String.fetchAll(db, sql: "SELECT name FROM _scope").allSatisfy { Scope($0) != nil }
  }

  /// Nobody can say how far this file had come: a mark that no hub gives has the next sync compare
  /// every scope, and give back what the hub should have lost.
  private func forgetCursors(_ db: Database, _ shape: ReplicaShape) throws {
    try ReplicaState.grantVersion.set(db, -1)
    try db.run("DELETE FROM _scope")
    var scopes = shape.tables.values.map {
      "SELECT scope AS name FROM \($0.name) WHERE _stamps NOT NULL"
    }
    scopes.append("SELECT value FROM _was WHERE field = 'scope'")
    scopes.append("SELECT base FROM _pending WHERE field = 'scope'")
    try db.run(
      """
      INSERT INTO _scope(name, mark) SELECT DISTINCT name, 1 FROM (
        \(scopes.joined(separator: " UNION ALL "))) WHERE name NOT NULL
      """)
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
  private func insert(
    _ row: Row, _ table: String, _ db: Database, or conflict: String = "REPLACE"
  ) throws -> Bool {
    let existing = Set(try db.columns(in: table).map(\.name))
    let names = row.columnNames.filter(existing.contains)
    let places = names.map { _ in "?" }.joined(separator: ", ")
    let columns = names.map(TypedTable.quote).joined(separator: ", ")
    let statement = try db.cachedStatement(
      sql: "INSERT OR \(conflict) INTO \(TypedTable.quote(table))(\(columns)) VALUES (\(places))")
    do {
      try statement.execute(arguments: StatementArguments(names.map { row[$0] as DatabaseValue }))
      return true
    } catch let error as DatabaseError
      where [.SQLITE_CONSTRAINT, .SQLITE_MISMATCH].contains(error.resultCode)
    {
      return false
    }
  }

  private func visit(
    _ table: String, key: String, _ body: (Row) throws -> Void
  ) throws -> Bool {
    try Self.visit(queue, table, key: key, body)
  }

  /// The rows from the first on until one cannot be read, then from the last on backwards.
  ///
  /// - Returns: whether all could be read.
  private static func visit(
    _ queue: DatabaseQueue, _ table: String, key: String, _ body: (Row) throws -> Void
  ) throws -> Bool {
    let name = TypedTable.quote(table)
    for order in ["ASC", "DESC"] {
      var failure: (any Error)?
      do {
        try queue.read { db in
          let sql = "SELECT * FROM \(name) NOT INDEXED ORDER BY \(key) \(order)"
          let rows = try Row.fetchCursor(db, sql: sql)
          while failure == nil, let row = try rows.next() {
            do { try body(row) } catch { failure = error }
          }
        }
        if failure == nil { return order == "ASC" }
      } catch {
        // What lies behind the damage may be read from the other end.
      }
      if let failure { throw failure }
    }
    return false
  }
}

extension Row {
  /// Nil for what is no text.
  fileprivate func text(_ column: String) -> String? {
    String.fromDatabaseValue(self[column] as DatabaseValue)
  }
}
