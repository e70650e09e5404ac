/// A day, counted so that days can be subtracted: what is due, overdue, or too long ago.
///
/// Days are counted from 1970 with the calendar of Hinnant's "chrono-compatible low-level date
/// algorithms".
package struct Day: Hashable, Sendable, Comparable {
  /// Since 1 January 1970.
  package let number: Int

  package init(number: Int) { self.number = number }

  package init(milliseconds: Int64) {
    number = Int((Double(milliseconds) / 86_400_000).rounded(.down))
  }

  /// `yyyy-MM-dd`, or a moment that begins so; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let parts = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count >= 10, parts.map(\.utf8.count) == [4, 2, 2],
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  package init(year: Int, month: Int, day: Int) {
    let year = month > 2 ? year : year - 1
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = era * 146_097 + dayOfEra - 719_468
  }

  package var parts: (year: Int, month: Int, day: Int) {
    let days = number + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, day)
  }

  package var iso: String {
    let (year, month, day) = parts
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }

  /// The same day so many months later; the last of a month that is shorter.
  package func adding(months: Int) -> Day {
    let (year, month, day) = parts
    let count = year * 12 + month - 1 + months
    let first = Day(year: count / 12, month: count % 12 + 1, day: 1)
    let next = Day(year: (count + 1) / 12, month: (count + 1) % 12 + 1, day: 1)
    return Day(number: first.number + min(day, next - first) - 1)
  }

  package static func - (a: Day, b: Day) -> Int { a.number - b.number }
  package static func + (day: Day, days: Int) -> Day { Day(number: day.number + days) }
  package static func < (a: Day, b: Day) -> Bool { a.number < b.number }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
