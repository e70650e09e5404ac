import Shared
import Spreadsheet

/// A row that reads well by itself and does not fit the record that is already here.
struct LateRejection {
  let line: Int
  let problem: Problem

  /// The row as `Spreadsheet.writeRejects` would write it: its cells, the reason and its line.
  func text(in table: Table, _ language: Language) -> String {
    let cells = table.rows.first { $0.line == line }?.cells ?? []
    let kept = table.header.indices.filter {
      !["motif", "ligne"].contains(table.header[$0].lowercased())
    }
    let row =
      kept.map { $0 < cells.count ? cells[$0] : "" } + [problem.sentence(language), String(line)]
    return row.map { Self.quoted($0, table.separator) }
      .joined(separator: String(table.separator)) + "\n"
  }

  private static func quoted(_ cell: String, _ separator: Character) -> String {
    let special = cell.contains { $0 == separator || $0 == "\"" || $0.isNewline }
    return special ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }
}
