/// Rows for people, their columns aligned by the width each text takes on a screen. A column of
/// numbers stands to the right.
package struct TextTable: Sendable {
  private let header: [String]
  private let rows: [[String]]

  package init(header: [String], rows: [[String]]) {
    precondition(rows.allSatisfy { $0.count == header.count }, "a row of another width")
    self.header = header.map(Self.printable)
    self.rows = rows.map { $0.map(Self.printable) }
  }

  package var lines: [String] {
    let all = [header] + rows
    let columns = header.indices.map { column in
      (
        width: all.map { $0[column].displayWidth }.max() ?? 0,
        numeric: !rows.isEmpty && rows.allSatisfy { Self.isNumber($0[column]) }
      )
    }
    return all.map { row in
      zip(row, columns).map { Self.pad($0, to: $1.width, right: $1.numeric) }
        .joined(separator: "  ").trimmingEnd()
    }
  }

  private static func pad(_ text: String, to width: Int, right: Bool) -> String {
    let space = String(repeating: " ", count: width - text.displayWidth)
    return right ? space + text : text + space
  }

  private static func isNumber(_ text: String) -> Bool {
    text.isEmpty || Double(text) != nil
  }

  /// A record's text may come from any laptop: line ends would break the table, and escape
  /// sequences would command the terminal.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isControl ? " " : $0 }))
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    properties.generalCategory == .control || properties.generalCategory == .lineSeparator
      || properties.generalCategory == .paragraphSeparator
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
  }
}
