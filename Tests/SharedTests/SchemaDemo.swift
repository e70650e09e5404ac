import Foundation

@testable import Shared

/// The demonstration records as the spreadsheets in Examples/demo have them.
enum Demo {
  struct Row {
    let line: Int
    let cells: [String: String]
  }

  static func rows(of type: String) throws -> [Row] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Examples/demo").standardized
    let text = try String(contentsOf: folder.appending(path: "\(type).csv"), encoding: .utf8)
    var lines = text.split(whereSeparator: \.isNewline).map(cells)
    let header = lines.removeFirst()
    return lines.enumerated().map { index, cells in
      Row(line: index + 2, cells: Dictionary(uniqueKeysWithValues: zip(header, cells)))
    }
  }

  private static func cells(_ line: Substring) -> [String] {
    line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
  }

  /// The stored values of a row; a column that no field takes is an error.
  static func values(_ row: Row, _ type: RecordType) throws -> [String: Value] {
    var values: [String: Value] = [:]
    for (column, cell) in row.cells where column != "id" {
      guard
        let field = type.fields.first(where: { $0.name == column || $0.aliases.contains(column) })
      else { throw Problem(.unknown_field, at: "\(type.name).\(column)") }
      let value = try field.parse(cell)
      if !value.isNull { values[field.name] = value }
    }
    return values
  }
}
