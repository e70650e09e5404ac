package import Shared

/// Access sheets: for each zone or route the last one counts, and for a month at most.
package struct AccessSheets: Sendable {
  /// The last sheet of each zone or route of each base, the most closed first.
  package let current: [Record]
  private let days: Int
  private let today: Day

  /// - Parameter days: after which a sheet says how it was, not how it is.
  package init(_ sheets: [Record], days: Int, today: Day) {
    self.days = days
    self.today = today
    var last: [String: Record] = [:]
    for sheet in sheets {
      let name = Folding.words(sheet.text("name") ?? "").joined(separator: " ")
      let key = [sheet.text("base_code"), sheet.text("kind"), name].map { $0 ?? "" }
        .joined(separator: "\u{1F}")
      let isNewer = last[key].map { Self.day($0) <= Self.day(sheet) } ?? true
      if isNewer { last[key] = sheet }
    }
    current = last.values.sorted { Self.order($0) < Self.order($1) }
  }

  package func isOutOfDate(_ sheet: Record) -> Bool {
    sheet.day("assessed_on").map { today - $0 > days } ?? true
  }

  private static let levels = ["inaccessible", "tres_restreint", "restreint", "ouvert"]

  private static func day(_ sheet: Record) -> Int { sheet.day("assessed_on")?.number ?? .min }

  private static func order(_ sheet: Record) -> (Int, String, RecordID) {
    let level = levels.firstIndex(of: sheet.text("access_level") ?? "") ?? levels.count
    return (level, Folding.folded(sheet.text("name") ?? ""), sheet.id)
  }
}
