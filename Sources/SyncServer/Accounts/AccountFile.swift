import Foundation
import GRDB
import Shared
import Storage
import Work

// Accounts and visits have a file of their own beside the hub's: a copy of the records is no copy of
// the passwords. A whole backup holds both, and brings its passwords back. Secrets are kept as hashes.

/// `DIR/accounts.sqlite`.
struct AccountFile: Sendable {
  let path: String
  private let queue: DatabaseQueue

  /// Opens the file, or makes it, readable by its owner alone.
  init(path: String) throws(Problem) {
    self.path = path
    if !FileManager.default.fileExists(atPath: path) {
      try DurableFile.write([], to: path)
    }
    queue = try storing(at: path) {
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA secure_delete = ON") }
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.write { db in try db.execute(sql: Self.layout) }
      return queue
    }
  }

  private static let layout = """
    CREATE TABLE IF NOT EXISTS account(
      name TEXT PRIMARY KEY, full_name TEXT NOT NULL, role TEXT NOT NULL, base TEXT NOT NULL,
      person TEXT, password TEXT NOT NULL, must_change INTEGER NOT NULL,
      disabled INTEGER NOT NULL DEFAULT 0, number INTEGER) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS attempt(
      name BLOB PRIMARY KEY, failures INTEGER NOT NULL, last INTEGER NOT NULL,
      locked_until INTEGER) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS visit(
      secret BLOB PRIMARY KEY, account TEXT NOT NULL, opened INTEGER NOT NULL,
      seen INTEGER NOT NULL) WITHOUT ROWID;
    """

  /// Copies the accounts into a file that is there and empty, without who is in just now.
  func copy(to file: String) throws(Problem) {
    try storing(at: file) {
      let copy = try DatabaseQueue(path: file)
      try queue.backup(to: copy)
      try copy.write { db in try db.execute(sql: "DELETE FROM visit; DELETE FROM attempt") }
      try copy.vacuum()
      try copy.close()
    }
  }

  func run(_ sql: String, _ arguments: StatementArguments) throws(Problem) {
    try storing(at: path) {
      try queue.write { db in try db.execute(sql: sql, arguments: arguments) }
    }
  }

  /// How many rows the statement changed.
  func count(_ sql: String, _ arguments: StatementArguments) throws(Problem) -> Int {
    try storing(at: path) {
      try queue.write { db in
        try db.execute(sql: sql, arguments: arguments)
        return db.changesCount
      }
    }
  }

  func rows<T>(
    _ sql: String, _ arguments: StatementArguments = [], _ body: (Row) -> T?
  ) throws(Problem) -> [T] {
    try storing(at: path) {
      try queue.read { db in
        try Row.fetchAll(db, sql: sql, arguments: arguments).compactMap(body)
      }
    }
  }
}

extension AccountFile {
  func account(_ name: String) throws(Problem) -> Account? {
    try rows("SELECT * FROM account WHERE name = ?", [name], Account.init).first
  }

  /// Whose visit has this key, when it began, and when it was last seen.
  func visit(
    _ key: DatabaseValue
  ) throws(Problem) -> (account: Account, opened: Int64, seen: Int64)? {
    try rows(
      "SELECT * FROM visit JOIN account ON account.name = visit.account WHERE secret = ?", [key]
    ) { row in
      Account(row).map { ($0, row["opened"] as Int64, row["seen"] as Int64) }
    }.first
  }

  func accounts() throws(Problem) -> [Account] {
    var accounts = try rows("SELECT * FROM account ORDER BY name", [], Account.init)
    for index in accounts.indices {
      accounts[index].lockedUntil = try attempts(accounts[index].name).lockedUntil
    }
    return accounts
  }
}

extension Account {
  /// Nil for what this program cannot read: such an account lets nobody in.
  fileprivate init?(_ row: Row) {
    guard let role = Role(rawValue: row["role"]), let password = PasswordHash(text: row["password"])
    else { return nil }
    self.init(
      name: row["name"], fullName: row["full_name"], role: role, base: row["base"],
      person: (row["person"] as String?).flatMap { RecordID($0) }, isDisabled: row["disabled"],
      mustChangePassword: row["must_change"], lockedUntil: nil,
      number: (row["number"] as Int64?).map { UInt32(truncatingIfNeeded: $0) }, password: password)
  }
}
