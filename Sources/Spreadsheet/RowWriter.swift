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
    cells.map { quoted($0, separator: separator) }.joined(separator: String(separator)) + "\n"
  }

  private static func quoted(_ cell: String, separator: Character) -> String {
    let special = cell.utf8.contains { byte in
      byte == separator.asciiValue || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
    return special ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }
}
