/// A date and a time of day, stored as `yyyy-MM-ddTHH:mm:ssZ` in UTC so that texts sort as
/// moments do.
struct Moment {
  let day: CivilDay
  /// Seconds since midnight, UTC.
  let second: Int

  var canonical: String {
    let (hour, minute) = (second / 3600, second / 60 % 60)
    let time = [hour, minute, second % 60].map { $0.padded(to: 2) }.joined(separator: ":")
    return "\(day.iso)T\(time)Z"
  }

  /// Whether the text is exactly as `canonical` writes it.
  static func isCanonical(_ text: String) -> Bool {
    var scanner = TextScanner(text)
    guard let written = WrittenDay(iso: &scanner), scanner.skip("T"),
      let clock = WrittenClock(&scanner), clock.hasSeconds, scanner.skip("Z"), scanner.isAtEnd
    else { return false }
    return clock.second != nil
      && CivilDay(year: written.year, month: written.month, day: written.day) != nil
  }
}

extension Moment {
  enum Reading {
    case moment(Moment)
    /// Written like a moment, but there is none.
    case impossible
    case otherForm
  }

  /// ISO or French day, `T` or a space, the time with or without seconds, then `Z`, an offset,
  /// or nothing, which means UTC, the time of Mali.
  static func read(_ text: String) -> Reading {
    var scanner = TextScanner(text)
    guard let written = WrittenDay(&scanner), scanner.skip("T") || scanner.skip(" "),
      let clock = WrittenClock(&scanner), let offset = WrittenOffset(&scanner), scanner.isAtEnd
    else { return .otherForm }
    guard let day = CivilDay(year: written.year, month: written.month, day: written.day),
      let second = clock.second, let east = offset.seconds,
      let moment = Moment(day: day, carrying: second - east)
    else { return .impossible }
    return .moment(moment)
  }

  /// Seconds of the day before or after move the day; an offset is less than a day.
  private init?(day: CivilDay, carrying second: Int) {
    let step = second < 0 ? -1 : second >= 86_400 ? 1 : 0
    guard let day = step == 0 ? day : day.moved(by: step) else { return nil }
    self.init(day: day, second: second - step * 86_400)
  }
}

/// `HH:mm`, `HH:mm:ss` or `HH:mm:ss.fff`; fractions are dropped.
private struct WrittenClock {
  let hour: Int
  let minute: Int
  let rest: Int
  let hasSeconds: Bool

  init?(_ scanner: inout TextScanner) {
    guard let hour = scanner.number(digits: 2), scanner.skip(":"),
      let minute = scanner.number(digits: 2)
    else { return nil }
    hasSeconds = scanner.skip(":")
    var rest = 0
    if hasSeconds {
      guard let seconds = scanner.number(digits: 2) else { return nil }
      if scanner.skip(".") {
        guard scanner.number(upTo: 9) != nil else { return nil }
      }
      rest = seconds
    }
    (self.hour, self.minute, self.rest) = (hour, minute, rest)
  }

  /// Since midnight; nil when no clock shows it.
  var second: Int? {
    hour < 24 && minute < 60 && rest < 60 ? hour * 3600 + minute * 60 + rest : nil
  }
}

/// `Z`, `+01:00`, `+0100`, or nothing.
private struct WrittenOffset {
  /// East of Greenwich; nil when no place has it.
  let seconds: Int?

  init?(_ scanner: inout TextScanner) {
    if scanner.isAtEnd || scanner.skip("Z") {
      seconds = 0
      return
    }
    let east = scanner.skip("+")
    guard east || scanner.skip("-"), let hour = scanner.number(digits: 2) else { return nil }
    _ = scanner.skip(":")
    guard let minute = scanner.number(digits: 2) else { return nil }
    let size = hour * 3600 + minute * 60
    seconds = hour < 24 && minute < 60 ? (east ? size : -size) : nil
  }
}
