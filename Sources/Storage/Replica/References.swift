import GRDB
import Shared

// What a record refers to, and the scope that it takes from there.

extension ConfirmedState {
  func defaultScope(_ type: RecordType, _ values: [String: Value]) -> Scope? {
    type.defaultScope(values) { other, reference in
      try? referenced(other, reference)
    }
  }

  func referenced(_ type: String, _ reference: String) throws -> [String: Value]? {
    try shape.referenced(type, reference, db)
  }
}

extension ReplicaShape {
  /// The fields of a record named by its id or by its `code`.
  func referenced(
    _ type: String, _ reference: String, _ db: Database
  ) throws -> [String: Value]? {
    let table = try table(type)
    if let row = try db.row(table.select([], where: "id = ?"), [reference]) {
      return table.values(row)
    }
    guard table.type[field: "code"] != nil else { return nil }
    return try db.row(table.select([], where: "code = ? ORDER BY id"), [reference])
      .map { table.values($0) }
  }
}
