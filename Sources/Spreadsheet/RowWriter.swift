package import Shared

/// Writes records of one type as CSV that `RowReader` reads back to the same values. Fields
/// that the schema keeps out of exports have no column, and so stay as they are on import.
///
/// A cell that starts with `=`, `+`, `-` or `@` is written as it is, although a spreadsheet may
/// take it for a formula: the usual apostrophe in front would come back as part of the value
/// with the next import, and phone numbers and longitudes start that way.
package struct RowWriter: Sendable {
  package let type: RecordType
  package let separator: Character
  private let fields: [Field]

  package init(type: RecordType, separator: Character = ";") {
    self.type = type
    self.separator = separator
    fields = type.fields.filter(\.exported)
  }

  /// The line of column names: `id`, then the fields that may leave.
  package var header: String { line(of: ["id"] + fields.map(\.name)) }

  /// One record's line; a field it does not hold gives an empty cell.
  package func line(id: RecordID, values: [String: Value]) -> String {
    line(of: [id.description] + fields.map { $0.text(values[$0.name] ?? .null) })
  }

  private func line(of cells: [String]) -> String {
    Spreadsheet.line(of: cells, separator: separator)
  }
}

extension Spreadsheet {
  /// A whole table: the header and a line for each record.
  package static func writeCSV(
    type: RecordType, rows: some Sequence<(id: RecordID, values: [String: Value])>,
    separator: Character = ";"
  ) -> String {
    let writer = RowWriter(type: type, separator: separator)
    return rows.reduce(into: writer.header) { $0 += writer.line(id: $1.id, values: $1.values) }
  }

  /// Cells as one line with its end, quoted where RFC 4180 asks for it.
  static func line(of cells: [String], separator: Character) -> String {
    line(of: cells, separator: separator, quoting: Array(separator.utf8))
  }

  /// The first line of a file, from which a reader tells the separator: a name that holds
  /// another one is quoted too.
  static func header(of cells: [String], separator: Character) -> String {
    line(of: cells, separator: separator, quoting: Table.separators)
  }

  private static func line(
    of cells: [String], separator: Character, quoting special: [UInt8]
  ) -> String {
    cells.map { quoted($0, special) }.joined(separator: String(separator)) + "\n"
  }

  /// By scalars, because an accent after a quote makes another character of the two.
  private static func quoted(_ cell: String, _ special: [UInt8]) -> String {
    let ends = "\"\n\r".utf8
    guard cell.utf8.contains(where: { special.contains($0) || ends.contains($0) }) else {
      return cell
    }
    var quoted = "\"".unicodeScalars
    for scalar in cell.unicodeScalars {
      if scalar == "\"" { quoted.append(scalar) }
      quoted.append(scalar)
    }
    quoted.append("\"")
    return String(quoted)
  }
}
