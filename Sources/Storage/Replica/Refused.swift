import GRDB
package import Shared

/// A change that the hub did not admit, kept until somebody corrects or drops it.
package struct RefusedChange: Sendable, Hashable {
  package let number: Int64
  package let type: String
  package let id: String
  /// Nil for a whole new record, "*" for a deletion.
  package let field: String?
  package let value: Value
  /// The values of a whole new record; empty otherwise.
  package let values: [String: Value]
  package let code: String
  package let sentence: String
  /// Milliseconds since 1970.
  package let refused: Int64
}

extension Replica {
  package func refused() throws(Problem) -> [RefusedChange] {
    try read { db, _ in
      try db.rows("SELECT * FROM _refused WHERE part IS NULL ORDER BY n").map { row in
        let parts = try db.rows(
          "SELECT field, value FROM _refused WHERE part = ?", [row["n"] as Int64])
        return RefusedChange(
          number: row["n"], type: row["type"], id: row["id"], field: row["field"],
          value: Value(row["value"]) ?? .null,
          values: Dictionary(uniqueKeysWithValues: parts.map { ($0[0], Value($0[1]) ?? .null) }),
          code: row["code"], sentence: row["sentence"], refused: row["refused"])
      }
    }
  }

  static func refusedCount(_ db: Database) throws -> Int {
    try db.row("SELECT count(*) FROM _refused WHERE part IS NULL")![0]
  }

  /// Forgets a refused change. Throws `.no_refusal`.
  package func dropRefused(_ number: Int64) throws(Problem) {
    try write { db, _ in try Self.drop(number, db) }
  }

  /// Writes a refused change again, corrected, as a new change, and forgets the refusal.
  ///
  /// For one field `corrections` holds that field; for a record the fields to change.
  ///
  /// - Returns: the id of the record that it is part of now.
  @discardableResult
  package func correctRefused(
    _ number: Int64, _ corrections: [String: Value], freshID: () -> RecordID
  ) throws(Problem) -> String {
    guard let refused = try refused().first(where: { $0.number == number }) else {
      throw Problem(.no_refusal, at: "\(number)")
    }
    return try edit(freshID: freshID) { writer in
      try Self.drop(number, writer.db)
      switch refused.field {
      case nil:
        return try writer.insert(
          refused.type, refused.values.merging(corrections) { _, corrected in corrected }
        ).description
      case "*": try writer.delete(refused.type, refused.id)
      case let field?:
        let value = corrections[field] ?? refused.value
        try writer.update(
          refused.type, refused.id, corrections.merging([field: value]) { given, _ in given })
      }
      return refused.id
    }
  }

  private static func drop(_ number: Int64, _ db: Database) throws {
    try db.run("DELETE FROM _refused WHERE n = ? AND part IS NULL", [number])
    guard db.changesCount > 0 else { throw Problem(.no_refusal, at: "\(number)") }
    try db.run("DELETE FROM _refused WHERE part = ?", [number])
  }
}
