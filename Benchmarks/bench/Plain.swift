import Foundation
import GRDB
import Shared
import Storage

/// The limit: plain SQLite through the same library, with the same durability, inserting the
/// same rows into a table without any sync.
struct Plain {
  let path: String

  /// Rows a second in transactions of `size` rows.
  func insert(_ workload: Workload, transaction size: Int, limit: Int = .max) throws -> Double {
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: path + suffix)
    }
    let pool = try DatabasePool.durable(path: path, configuration: Configuration())
    let columns = Workload.columns
    try pool.write { db in
      try db.execute(
        sql:
          "CREATE TABLE contacts(id BLOB NOT NULL PRIMARY KEY, \(columns.map { "\($0) TEXT" }.joined(separator: ",")))"
      )
    }
    let rows = workload.rows.prefix(limit)
    let places = (0...columns.count).map { _ in "?" }.joined(separator: ",")
    let seconds = try time {
      for start in stride(from: 0, to: rows.count, by: size) {
        try pool.write { db in
          let statement = try db.cachedStatement(sql: "INSERT INTO contacts VALUES (\(places))")
          for row in rows[start..<min(start + size, rows.count)] {
            try statement.execute(
              arguments: StatementArguments(
                [Data(row.id.bytes).databaseValue] + row.values.map(\.databaseValue)))
          }
        }
      }
    }
    try pool.close()
    return Double(rows.count) / seconds
  }

  /// Seconds for the workload's one-field edits by id, in one transaction of a table that is there.
  func edit(_ workload: Workload) throws -> Double {
    let pool = try DatabasePool.durable(path: path, configuration: Configuration())
    defer { try? pool.close() }
    return try time {
      try pool.write { db in
        for edit in workload.edits {
          try db.execute(
            cachedSQL: "UPDATE contacts SET \(edit.field) = ? WHERE id = ?",
            arguments: [edit.value, Data(edit.id.bytes)])
        }
      }
    }
  }

  var bytes: Int { fileSize(path) }
}

extension Database {
  fileprivate func execute(cachedSQL sql: String, arguments: StatementArguments) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }
}

func time(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body).seconds
}

func fileSize(_ path: String) -> Int {
  (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
}
