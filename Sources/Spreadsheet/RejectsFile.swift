package import Shared

extension Spreadsheet {
  /// The rows that were not taken, in the columns they came in, with the reason (`motif`) and
  /// the line they stood on (`ligne`). Corrected, the file can be imported as it is.
  package static func writeRejects(
    table: Table, rejections: [Rejection], language: Language
  ) -> String {
    let remarks = ["motif", "ligne"]
    let kept = table.header.indices.filter { !remarks.contains(table.header[$0].lowercased()) }
    let header = header(
      of: kept.map { table.header[$0] } + remarks, separator: table.separator)
    return rejections.reduce(into: header) { text, reject in
      let cells = reject.row.cells
      let reason = reject.problems.map { $0.sentence(language) }.joined(separator: " ")
      // Cells beyond the header are kept at the end, so that nothing typed is lost.
      let row =
        kept.map { $0 < cells.count ? cells[$0] : "" } + [reason, String(reject.row.line)]
        + cells.dropFirst(table.header.count).filter { !$0.isBlank }
      text += line(of: row, separator: table.separator)
    }
  }
}
