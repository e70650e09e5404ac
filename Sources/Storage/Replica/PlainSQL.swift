import GRDB
package import Shared

extension Replica {
  /// Runs statements as another program does: on a connection of its own, captured by the triggers.
  /// The door into a sealed replica for whoever has its key.
  ///
  /// - Parameter row: called for each row of each statement; bytes come as hexadecimal digits.
  /// - Throws: `.usage` with SQLite's words for what is no SQL, `.invalid_value` for what a
  ///   constraint refuses.
  package func run(
    sql: String, row: (_ columns: [String], _ values: [Value]) throws -> Void
  ) throws(Problem) {
    try storing(at: path) {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      // A transaction that is left open is taken back, as the sqlite3 shell does it.
      configuration.allowsUnsafeTransactions = true
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.inDatabase { db in
        do {
          let statements = try db.allStatements(sql: sql)
          while let statement = try statements.next() {
            try Self.run(statement, row)
          }
        } catch let error as DatabaseError where error.isAboutStatement {
          throw Problem(
            error.resultCode == .SQLITE_CONSTRAINT ? .invalid_value : .usage, at: error.message)
        }
      }
      try queue.close()
    }
  }

  private static func run(
    _ statement: Statement, _ body: ([String], [Value]) throws -> Void
  ) throws {
    guard statement.columnCount > 0 else { return try statement.execute() }
    let rows = try Row.fetchCursor(statement)
    while let row = try rows.next() {
      try body(statement.columnNames, row.databaseValues.map(Value.init(shown:)))
    }
  }
}

extension DatabaseError {
  fileprivate var isAboutStatement: Bool {
    [.SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_MISUSE, .SQLITE_RANGE]
      .contains(resultCode)
  }
}

extension Value {
  fileprivate init(shown stored: DatabaseValue) {
    switch stored.storage {
    case .null: self = .null
    case .int64(let number): self = .int(number)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .blob(let bytes): self = .text(bytes.hexadecimal)
    }
  }
}
