import Foundation
package import Shared

/// Reads the rows of a table as records of one type.
///
/// A column is named by the field, one of its aliases or its French label, in any case and with
/// or without accents.
package struct RowReader: Sendable {
  private enum Column {
    case id
    case field(Field)
    /// What a rejects file adds: it can be corrected and imported as it is.
    case remark
  }

  package let type: RecordType
  private let columns: [Column]

  /// - Throws: `.unknown_field` or `.missing_column` with the name of the column, `.csv_invalid`
  ///   for a column that appears twice.
  package init(type: RecordType, header: [String]) throws(Problem) {
    self.type = type
    let names = Self.names(of: type)
    var columns: [Column] = []
    var seen: Set<String> = []
    for title in header {
      guard let column = names[Self.folded(title)] else {
        throw Problem(.unknown_field, at: title)
      }
      if case .field(let field) = column, !seen.insert(field.name).inserted {
        throw Problem(.csv_invalid, at: title)
      }
      columns.append(column)
    }
    let missing = type.fields.first {
      $0.required && $0.initial == nil && $0.numbering == nil && !seen.contains($0.name)
    }
    if let missing { throw Problem(.missing_column, at: missing.name) }
    self.columns = columns
  }

  /// One row as the schema reads it; references are still as written, and nothing is checked
  /// beyond the form of each value.
  package func read(_ row: Table.Row) -> RowResult {
    guard fits(row) else {
      let place = "\(row.cells.count) col. / \(columns.count)"
      return .rejected([Problem(.csv_invalid, at: place)])
    }
    var draft = Draft()
    var problems: [Problem] = []
    for (column, cell) in zip(columns, row.cells) {
      switch column {
      case .remark: break
      case .id: draft.id = cell.isBlank ? nil : cell.trimmed
      case .field(let field):
        do {
          draft.values[field.name] = try Self.value(of: cell, field)
        } catch {
          problems.append(Problem(error.code, at: field.name, cause: error.cause))
        }
      }
    }
    return problems.isEmpty ? .read(draft) : .rejected(problems)
  }

  /// Spreadsheets fill up rows with empty cells; any other difference may have shifted values.
  private func fits(_ row: Table.Row) -> Bool {
    row.cells.count >= columns.count && row.cells.dropFirst(columns.count).allSatisfy(\.isBlank)
  }

  private static func value(of cell: String, _ field: Field) throws(Problem) -> Value {
    if cell.isBlank { return .null }
    return field.isNamedByID ? .text(cell.trimmed) : try field.parse(cell)
  }

  private static func names(of type: RecordType) -> [String: Column] {
    var names: [String: Column] = ["motif": .remark, "ligne": .remark]
    // What comes later wins: a field's own name is never taken by another's label.
    for field in type.fields { names[folded(field.label.fr)] = .field(field) }
    for field in type.fields {
      for alias in field.aliases { names[folded(alias)] = .field(field) }
    }
    names["id"] = .id
    for field in type.fields { names[folded(field.name)] = .field(field) }
    return names
  }

  private static func folded(_ title: String) -> String {
    title.trimmed.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
  }
}

/// What a row said: the values of the columns the file has, `.null` where a cell is empty, and
/// the id as written.
package struct Draft: Sendable, Hashable {
  package var id: String?
  package var values: [String: Value] = [:]
}

package enum RowResult: Sendable, Hashable {
  case read(Draft)
  /// What is wrong; each problem names its field, never the value.
  case rejected([Problem])
}

extension Field {
  /// Whether it names another record by its id, and so by a short name in a file.
  var isNamedByID: Bool {
    switch kind {
    case .reference(_, let key): key == "id"
    case .anyReference: true
    default: false
    }
  }
}
