/// A week, `2026-W28`, or a month, `2026-07`, as reviews of the context name them.
package struct ReviewPeriod: Hashable, Sendable {
  package let first: Day
  package let isWeek: Bool

  private init(first: Day, isWeek: Bool) {
    self.first = first
    self.isWeek = isWeek
  }

  /// The week of a day, Monday to Sunday.
  package init(weekOf day: Day) {
    self.init(first: Day(number: day.number - Self.weekday(day)), isWeek: true)
  }

  /// Reads either form; nil for anything else, week 53 of a year that has 52 included.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, let year = Int(parts[0]) else { return nil }
    if parts[1].utf8.count == 2, let month = Int(parts[1]), (1...12).contains(month) {
      self.init(first: Day(year: year, month: month, day: 1), isWeek: false)
      return
    }
    guard parts[1].utf8.count == 3, parts[1].hasPrefix("W"),
      let week = Int(parts[1].dropFirst()), (1...53).contains(week)
    else { return nil }
    let start = Self.firstWeek(of: year).number + (week - 1) * 7
    self.init(first: Day(number: start), isWeek: true)
    guard self.text == text else { return nil }
  }

  package var last: Day { isWeek ? first + 6 : first.adding(months: 1) + -1 }

  package func contains(_ day: Day) -> Bool { day >= first && day <= last }

  package var previous: ReviewPeriod {
    ReviewPeriod(first: isWeek ? first + -7 : first.adding(months: -1), isWeek: isWeek)
  }

  /// A week belongs to the year of its Thursday (ISO 8601).
  package var text: String {
    guard isWeek else { return String(first.iso.prefix(7)) }
    let year = (first + 3).parts.year
    let week = (first - Self.firstWeek(of: year)) / 7 + 1
    return "\(Day.padded(year, 4))-W\(Day.padded(week, 2))"
  }

  /// The Monday of the week with 4 January.
  private static func firstWeek(of year: Int) -> Day {
    let fourth = Day(year: year, month: 1, day: 4)
    return Day(number: fourth.number - weekday(fourth))
  }

  /// 0 for Monday; 1 January 1970 was a Thursday.
  private static func weekday(_ day: Day) -> Int { ((day.number + 3) % 7 + 7) % 7 }
}
