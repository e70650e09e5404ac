package import Shared

/// A CSV file cut into cells, nothing read yet of what they mean.
package struct Table: Sendable {
  /// One line of cells. `line` is where it starts in the file, the first being 1.
  package struct Row: Sendable, Hashable {
    package let line: Int
    package let cells: [String]
  }

  package let header: [String]
  /// The rows that hold something. A row may have more or fewer cells than the header.
  package let rows: [Row]
  package let separator: Character

  /// Reads a text whose columns are separated by `;`, `,` or tab, whichever the header uses.
  ///
  /// - Throws: `.csv_invalid` with the line for an empty file, a column without a name, or
  ///   quotes that do not match.
  package static func parse(_ text: String) throws(Problem) -> Table {
    let bytes = Array(text.utf8)
    let separator = Self.separator(of: bytes)
    var parser = CellParser(bytes: bytes, separator: separator)
    var rows: [Row] = []
    while let row = try parser.next() {
      if row.cells.contains(where: { !$0.isBlank }) { rows.append(row) }
    }
    guard let first = rows.first else { throw Problem(.csv_invalid) }
    return Table(
      header: try header(first), rows: Array(rows.dropFirst()),
      separator: Character(Unicode.Scalar(separator)))
  }

  /// The names of the columns without the empty ones spreadsheets leave at the end.
  private static func header(_ row: Row) throws(Problem) -> [String] {
    let names = row.cells.map(\.trimmed)
    let last = names.lastIndex { !$0.isEmpty } ?? 0
    let header = Array(names[...last])
    guard header.allSatisfy({ !$0.isEmpty }) else { throw Spreadsheet.invalid(line: row.line) }
    return header
  }

  static let separators = [UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "\t")]

  /// The separator that stands most often in the first line that is not blank.
  private static func separator(of bytes: [UInt8]) -> UInt8 {
    var counts = [0, 0, 0]
    var quoted = false
    var blank = true
    for byte in bytes {
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"), !quoted, !blank { break }
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if byte > UInt8(ascii: " ") { blank = false }
      if !quoted, let found = separators.firstIndex(of: byte) { counts[found] += 1 }
    }
    return separators[counts.firstIndex(of: counts.max()!)!]
  }
}

extension String {
  /// Without the white space at both ends.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
