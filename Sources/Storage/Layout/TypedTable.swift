import GRDB
package import Shared

/// The ordinary table of one record type, and the statements that reach it.
///
/// Beside `id` and the fields it has a few columns that begin with an underscore: `_row`, the
/// row's number in this file; `_handle`, the hub's short number for the record; `_stamps`,
/// when each confirmed field was written.
package final class TypedTable: Sendable {
  package let type: RecordType
  package let name: String
  /// Every field's column, quoted, in the schema's order.
  package let columns: [String]
  package let columnList: String
  /// Inserts `id`, then every field.
  package let insertion: String
  /// Of the row `t`, the value of the field that `p` names.
  let namedField: String
  /// What every selection ends with before its condition.
  private let fields: String

  package init(_ type: RecordType) {
    self.type = type
    name = Self.quote(type.name)
    columns = type.fields.map { Self.quote($0.name) }
    columnList = columns.joined(separator: ", ")
    insertion = Self.insertion(["id"] + columns, into: name)
    let cases = zip(type.fields, columns).map { "WHEN '\($0.name)' THEN t.\($1)" }
    namedField = "CASE p.field \(cases.joined(separator: " ")) END"
    fields = ", \(columnList) FROM \(name) WHERE "
  }

  package static func quote(_ name: String) -> String { "\"\(name)\"" }

  /// `id`, the bookkeeping columns given, then every field.
  package func select(_ bookkeeping: [String], where condition: String) -> String {
    bookkeeping.reduce("SELECT id") { $0 + ", " + $1 } + fields + condition
  }

  /// Inserts `id`, the bookkeeping columns given, then every field.
  package func insert(_ bookkeeping: [String]) -> String {
    Self.insertion(["id"] + bookkeeping + columns, into: name)
  }

  package func insert(_ bookkeeping: [String], fields: [String]) -> String {
    Self.insertion(["id"] + bookkeeping + fields.map(Self.quote), into: name)
  }

  private static func insertion(_ columns: [String], into name: String) -> String {
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    return "INSERT INTO \(name)(\(columns.joined(separator: ", "))) VALUES (\(places))"
  }

  package func update(_ names: [String], where condition: String) -> String {
    let sets = names.map { "\(Self.quote($0)) = ?" }.joined(separator: ", ")
    return "UPDATE \(name) SET \(sets) WHERE \(condition)"
  }

  /// The fields that are not empty, of a row selected as `id`, bookkeeping, then every field.
  package func values(_ row: StoredRow, from first: Int = 1) -> [String: Shared.Value] {
    var values = [String: Shared.Value](minimumCapacity: type.fields.count)
    for (position, field) in type.fields.enumerated() {
      let stored: DatabaseValue = row[position + first]
      if let value = Shared.Value(stored), !value.isNull { values[field.name] = value }
    }
    return values
  }

  /// A column's definition: type affinity only, because a local write never fails for its value.
  package static func definition(_ field: Field) -> String {
    "\(quote(field.name)) \(field.kind.affinity)"
  }
}

extension Kind {
  fileprivate var affinity: String {
    switch self {
    case .int, .bool: "INTEGER"
    case .real: "REAL"
    default: "TEXT"
    }
  }
}
