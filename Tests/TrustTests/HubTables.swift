import GRDB

@testable import SyncServer

/// Every row of every table that a hub has, whatever tables those are.
struct HubTables: Equatable {
  /// Each row as SQLite writes its values, by table.
  private let rows: [String: Set<[String]>]

  init(_ live: Live) throws {
    rows = try live.store.pool.read { db in
      let names = try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      return try Dictionary(
        uniqueKeysWithValues: names.map { name in
          let columns = try db.columns(in: name).map { "quote(\"\($0.name)\") AS \"\($0.name)\"" }
          let found = try Row.fetchAll(
            db, sql: "SELECT \(columns.joined(separator: ", ")) FROM \"\(name)\"")
          return (name, Set(found.map { row in row.map { $0.1.storage.text } }))
        })
    }
  }

  /// What differs between two looks at a table.
  struct Difference: Equatable {
    let gone: Set<[String]>
    let new: Set<[String]>
  }

  /// Of those tables alone in which something does.
  func changes(since before: HubTables) -> [String: Difference] {
    rows.reduce(into: [:]) { changes, table in
      let former = before.rows[table.key] ?? []
      guard former != table.value else { return }
      changes[table.key] = Difference(
        gone: former.subtracting(table.value), new: table.value.subtracting(former))
    }
  }
}

extension DatabaseValue.Storage {
  fileprivate var text: String { if case .string(let text) = self { text } else { "\(self)" } }
}
