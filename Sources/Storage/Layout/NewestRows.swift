package import GRDB
import Shared

/// A page of a long list: which rows are on it, and how many there are in all. Of twenty thousand
/// rows only those on the page are read whole.
package struct NewestRows {
  let table: TypedTable
  /// The column that numbers rows in the order in which they came.
  let key: String
  let condition: String
  let bindings: Bindings

  package init(_ table: TypedTable, by key: String, where condition: String, _ bindings: Bindings) {
    self.table = table
    self.key = key
    self.condition = condition
    self.bindings = bindings
  }

  /// The count is one above `Limits.counted` when there are more rows: nobody waits for a million.
  ///
  /// - Parameter holds: whether a row with these texts is wanted; nil for every row.
  package func find(
    _ db: Database, skip: Int, limit: Int, holds: (([String]) -> Bool)?
  ) throws -> (keys: [Int64], count: Int) {
    guard let holds else {
      let count: Int64 =
        try db.row(
          """
          SELECT count(*) FROM (
            SELECT 1 FROM \(table.name) WHERE \(condition) LIMIT \(Limits.counted + 1))
          """, bindings)?[0] ?? 0
      let page = Bindings([Int64(limit).databaseValue, Int64(skip).databaseValue])
      let rows = try db.rows(
        "SELECT \(key) FROM \(table.name) WHERE \(condition) ORDER BY \(key) DESC LIMIT ? OFFSET ?",
        bindings + page)
      return (rows.map { $0[0] }, Int(count))
    }
    var (keys, count): ([Int64], Int) = ([], 0)
    try db.visit(
      "SELECT \(key), \(table.columnList) FROM \(table.name) WHERE \(condition) ORDER BY \(key) DESC",
      bindings
    ) { row in
      guard holds(texts(row)) else { return }
      if count >= skip && keys.count < limit { keys.append(row[0]) }
      count += 1
    }
    return (keys, count)
  }

  private func texts(_ row: StoredRow) -> [String] {
    (1...table.columns.count).compactMap { column in
      switch row[column].storage {
      case .string(let text): text
      case .int64(let number): String(number)
      default: nil
      }
    }
  }
}
