package import Foundation
package import Shared

/// Dates and times as people read them.
package enum Moments {
  /// A moment in milliseconds since 1970: `05/07/2026 14:30` by the local clock in French,
  /// `2026-07-05T14:30Z` in English.
  package static func text(
    milliseconds: Int64, _ language: Language, zone: TimeZone = .current
  ) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = language == .fr ? zone : .gmt
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute],
      from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
    let (year, month, day) = (String(parts.year!), two(parts.month!), two(parts.day!))
    let padded = String(repeating: "0", count: max(0, 4 - year.count)) + year
    let time = two(parts.hour!) + ":" + two(parts.minute!)
    return language == .fr
      ? "\(day)/\(month)/\(padded) \(time)" : "\(padded)-\(month)-\(day)T\(time)Z"
  }

  /// A record's date, `2026-07-05`: `05/07/2026` in French, as it is in English. A text that is
  /// not a date stays as it is.
  package static func day(_ iso: String, _ language: Language) -> String {
    let parts = iso.split(separator: "-", omittingEmptySubsequences: false)
    guard language == .fr, parts.map(\.count) == [4, 2, 2] else { return iso }
    return parts.reversed().joined(separator: "/")
  }

  private static func two(_ number: Int) -> String { Amounts.twoDigits(number) }
}
