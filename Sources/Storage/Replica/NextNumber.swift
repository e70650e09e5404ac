package import GRDB
package import Shared

extension TypedTable {
  /// The reference that a new record gets in a numbered field; nil when the field is none, or
  /// the record does not say enough.
  ///
  /// - Parameter counted: which rows have taken theirs.
  package func nextNumber(
    _ field: Field, _ values: [String: Value], _ db: Database, counted: String = "TRUE"
  ) throws -> String? {
    guard let prefix = field.numbering?.prefix(values) else { return nil }
    let column = TypedTable.quote(field.name)
    let taken = try db.rows(
      "SELECT \(column) FROM \(name) WHERE \(column) >= ? AND \(column) < ? AND \(counted)",
      [prefix, prefix + "\u{10FFFF}"])
    return Numbering.next(prefix, after: taken.compactMap { $0[0] as String? })
  }
}
