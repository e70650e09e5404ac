/// A day that exists in the Gregorian calendar, years 1 to 9999.
///
/// Written by hand because a date is checked for every admitted value, and Foundation's parser
/// takes a hundred times as long.
package struct CivilDay: Hashable {
  let year: Int
  let month: Int
  let day: Int

  init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month),
      day >= 1, day <= Self.days(in: month, of: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// `yyyy-MM-dd`, and nothing else.
  init?(iso text: some StringProtocol) {
    var scanner = TextScanner(text)
    guard let written = WrittenDay(iso: &scanner), scanner.isAtEnd else { return nil }
    self.init(year: written.year, month: written.month, day: written.day)
  }

  var iso: String {
    "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
  }

  /// The day before or after; nil beyond the years that have four digits.
  func moved(by step: Int) -> CivilDay? {
    if let near = CivilDay(year: year, month: month, day: day + step) { return near }
    if step > 0 {
      return CivilDay(year: year, month: month + 1, day: 1)
        ?? CivilDay(year: year + 1, month: 1, day: 1)
    }
    let before = month > 1 ? (year, month - 1) : (year - 1, 12)
    return CivilDay(
      year: before.0, month: before.1, day: Self.days(in: before.1, of: before.0))
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Three numbers that somebody wrote as a day, whether or not it exists.
struct WrittenDay {
  let year: Int
  let month: Int
  let day: Int

  init?(iso scanner: inout TextScanner) {
    guard let year = scanner.number(digits: 4), scanner.skip("-"),
      let month = scanner.number(digits: 2), scanner.skip("-"),
      let day = scanner.number(digits: 2)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// `j/m/aaaa`, with or without leading zeros.
  init?(french scanner: inout TextScanner) {
    guard let day = scanner.number(upTo: 2), scanner.skip("/"),
      let month = scanner.number(upTo: 2), scanner.skip("/"),
      let year = scanner.number(digits: 4)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// Either form.
  init?(_ scanner: inout TextScanner) {
    var french = scanner
    if let written = WrittenDay(french: &french) {
      self = written
      scanner = french
    } else {
      self.init(iso: &scanner)
    }
  }
}

extension Int {
  /// Decimal digits with leading zeros.
  func padded(to width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
  }
}

extension CivilDay {
  /// The day, ISO and in UTC, of a moment in milliseconds since 1970.
  ///
  /// Days are counted from 1 March of year 0, so that leap days come last (Hinnant,
  /// "chrono-compatible low-level date algorithms"). Years outside 1 to 9999 are held at the ends.
  package static func iso(milliseconds: Int64) -> String {
    let days = min(max(milliseconds / 86_400_000, -719_162), 2_932_896) + 719_468
    let era = days / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    let text = CivilDay(
      year: Int(year), month: Int(month < 10 ? month + 3 : month - 9), day: Int(day))
    return text?.iso ?? "9999-12-31"
  }
}
