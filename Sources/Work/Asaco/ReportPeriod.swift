/// A month, `202605`, or a quarter, `2026Q2`, as reports name them.
package struct ReportPeriod: Hashable, Sendable, Comparable {
  package let first: Day
  package let isQuarter: Bool

  package init?(_ text: String) {
    let isQuarter = text.utf8.count == 6 && text.contains("Q")
    guard text.utf8.count == 6, let year = Int(text.prefix(4)),
      let number = Int(text.dropFirst(isQuarter ? 5 : 4)),
      (1...(isQuarter ? 4 : 12)).contains(number)
    else { return nil }
    first = Day(year: year, month: isQuarter ? number * 3 - 2 : number, day: 1)
    self.isQuarter = isQuarter
  }

  private init(first: Day, isQuarter: Bool) {
    self.first = first
    self.isQuarter = isQuarter
  }

  package var text: String {
    let (year, month, _) = first.parts
    return isQuarter ? "\(year)Q\((month + 2) / 3)" : "\(year)" + Day.padded(month, 2)
  }

  package var previous: ReportPeriod { moved(by: -1) }

  package func moved(by count: Int) -> ReportPeriod {
    ReportPeriod(first: first.adding(months: count * (isQuarter ? 3 : 1)), isQuarter: isQuarter)
  }

  /// The month that a day is in.
  package init(month day: Day) {
    let (year, month, _) = day.parts
    self.init(first: Day(year: year, month: month, day: 1), isQuarter: false)
  }

  package init(quarter day: Day) {
    let (year, month, _) = day.parts
    self.init(first: Day(year: year, month: (month - 1) / 3 * 3 + 1, day: 1), isQuarter: true)
  }

  /// The last day on which an entry is on time: the tenth of the month after.
  package var deadline: Day { moved(by: 1).first + 9 }

  package func isLate(enteredOn day: Day) -> Bool { day > deadline }

  package func isFuture(_ today: Day) -> Bool { first > today }

  package static func < (a: ReportPeriod, b: ReportPeriod) -> Bool {
    (a.first, a.text) < (b.first, b.text)
  }
}
