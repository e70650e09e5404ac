package import GRDB
import GRDBSQLite

// One changed record takes some ten small statements. GRDB's `Statement.execute(arguments:)` and
// `Row.fetchOne` copy the arguments and the row through several collections on their way, which
// takes longer than SQLite needs for the statement. Here values are bound and read directly;
// preparing, caching, transactions and observers remain GRDB's.

/// What the parameters of a statement stand for, in their order.
package struct Bindings: ExpressibleByArrayLiteral {
  fileprivate let values: [DatabaseValue]

  package init(_ values: [DatabaseValue]) { self.values = values }

  package init(arrayLiteral elements: (any DatabaseValueConvertible)?...) {
    values = elements.map { $0?.databaseValue ?? .null }
  }

  package static func + (first: Bindings, second: Bindings) -> Bindings {
    Bindings(first.values + second.values)
  }
}

/// A row that was read, by column number or name. A column that does not hold what is asked of it
/// is the programmer's mistake.
package struct StoredRow {
  private let statement: Statement
  private let values: [DatabaseValue]

  fileprivate init(_ statement: Statement) {
    self.statement = statement
    let columns = CInt(statement.columnCount)
    values = (0..<columns).map { column in
      DatabaseValue(sqliteStatement: statement.sqliteStatement, index: column)
    }
  }

  package subscript(column: Int) -> DatabaseValue { values[column] }

  package subscript<T: DatabaseValueConvertible>(column: Int) -> T {
    guard let value = T.fromDatabaseValue(values[column]) else {
      preconditionFailure("column \(column) is no \(T.self)")
    }
    return value
  }

  package subscript<T: DatabaseValueConvertible>(name: String) -> T {
    guard let column = statement.columnNames.firstIndex(of: name) else {
      preconditionFailure("no column \(name)")
    }
    return self[column]
  }
}

/// A statement that a loop runs once for each record: its text is looked up once, and its values are
/// bound one by one.
struct RepeatedStatement {
  private let database: Database
  private let statement: Statement

  init(_ database: Database, _ sql: String) throws {
    self.database = database
    statement = try database.prepared(sql)
  }

  func run<each V: StatementBinding>(_ values: repeat each V) throws {
    try bind(repeat each values)
    try statement.execute()
  }

  /// The first row.
  func row<each V: StatementBinding>(_ values: repeat each V) throws -> StoredRow? {
    try bind(repeat each values)
    defer { sqlite3_reset(statement.sqliteStatement) }
    return try database.next(statement)
  }

  func rows<each V: StatementBinding>(_ values: repeat each V) throws -> [StoredRow] {
    try bind(repeat each values)
    defer { sqlite3_reset(statement.sqliteStatement) }
    var rows: [StoredRow] = []
    while let row = try database.next(statement) { rows.append(row) }
    return rows
  }

  /// The first row's first column, which is an id, and what no field takes in the others.
  func strayRow<each V: StatementBinding>(
    _ values: repeat each V
  ) throws -> (id: String, strays: [String?])? {
    try bind(repeat each values)
    return try database.firstRow(statement, database.strays)
  }

  private func bind<each V: StatementBinding>(_ values: repeat each V) throws {
    let handle = statement.sqliteStatement
    sqlite3_reset(handle)
    var position: CInt = 0
    for value in repeat each values {
      position += 1
      let code = value.bind(to: handle, at: position)
      guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
    precondition(sqlite3_bind_parameter_count(handle) == position, statement.sql)
  }
}

extension Database {
  /// Runs a statement that is prepared once a connection.
  package func run(_ sql: String, _ bindings: Bindings = []) throws {
    try bound(sql, bindings).execute()
  }

  /// The rows of a statement that is prepared once a connection.
  package func rows(_ sql: String, _ bindings: Bindings = []) throws -> [StoredRow] {
    var rows: [StoredRow] = []
    try visit(sql, bindings) { rows.append($0) }
    return rows
  }

  /// The first row.
  package func row(_ sql: String, _ bindings: Bindings = []) throws -> StoredRow? {
    let statement = try bound(sql, bindings)
    defer { sqlite3_reset(statement.sqliteStatement) }
    return try next(statement)
  }

  /// One row after the other, as many as there are.
  package func visit(
    _ sql: String, _ bindings: Bindings = [], _ body: (StoredRow) throws -> Void
  ) throws {
    try visit(sql, bindings) { row, _ in try body(row) }
  }

  /// One row after the other until it is enough.
  package func visit(
    _ sql: String, _ bindings: Bindings = [],
    _ body: (_ row: StoredRow, _ isEnough: inout Bool) throws -> Void
  ) throws {
    let statement = try bound(sql, bindings)
    defer { sqlite3_reset(statement.sqliteStatement) }
    var isEnough = false
    while !isEnough, let row = try next(statement) { try body(row, &isEnough) }
  }

  /// What no field takes in the first row, column by column: in a `StoredRow` the bytes of a text
  /// cannot be told any more.
  func strays(_ sql: String, _ bindings: Bindings) throws -> [String?] {
    try firstRow(try bound(sql, bindings)) { handle, columns in
      (0..<columns).map { stray(handle, $0) }
    } ?? []
  }

  /// The first column of a row, which is an id, and what no field takes in the others.
  fileprivate func strays(
    _ handle: SQLiteStatement, _ columns: CInt
  ) -> (id: String, strays: [String?]) {
    (
      sqlite3_column_text(handle, 0).map { String(cString: $0) } ?? "",
      (1..<columns).map { stray(handle, $0) }
    )
  }

  fileprivate func firstRow<T>(
    _ statement: Statement, _ read: (SQLiteStatement, CInt) -> T
  ) throws -> T? {
    defer { sqlite3_reset(statement.sqliteStatement) }
    guard try step(statement) else { return nil }
    return read(statement.sqliteStatement, CInt(statement.columnCount))
  }

  private func stray(_ handle: SQLiteStatement, _ column: CInt) -> String? {
    guard sqlite3_column_type(handle, column) == SQLITE_TEXT else {
      return StrayValue.readable(DatabaseValue(sqliteStatement: handle, index: column))
    }
    let count = Int(sqlite3_column_bytes(handle, column))
    return StrayValue.readable(
      text: UnsafeBufferPointer(start: sqlite3_column_text(handle, column), count: count))
  }

  /// Asks SQLite to keep room for a seal in each page of what it copies this database into.
  func reservePages(_ bytes: Int) {
    var count = CInt(bytes)
    sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_RESERVE_BYTES, &count)
  }

  fileprivate func prepared(_ sql: String) throws -> Statement {
    let statement = try cachedStatement(sql: sql)
    // Tells GRDB that what is bound now is valid, whatever it was.
    statement.setUncheckedArguments(StatementArguments())
    return statement
  }

  private func bound(_ sql: String, _ bindings: Bindings) throws -> Statement {
    let statement = try prepared(sql)
    let handle = statement.sqliteStatement
    precondition(sqlite3_bind_parameter_count(handle) == bindings.values.count, sql)
    for (position, value) in bindings.values.enumerated() {
      let code = value.bind(to: handle, at: CInt(position + 1))
      guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
    return statement
  }

  fileprivate func next(_ statement: Statement) throws -> StoredRow? {
    try step(statement) ? StoredRow(statement) : nil
  }

  private func step(_ statement: Statement) throws -> Bool {
    let handle = statement.sqliteStatement
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code),
        message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))), sql: statement.sql)
    }
  }
}
