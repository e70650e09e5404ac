/// Months and quarters as reports name them.
enum Period {
  /// The ISO day on which `yyyyMM` or `yyyyQn` begins; nil for any other text.
  static func firstDay(of text: String) -> String? {
    var scanner = TextScanner(text)
    guard let year = scanner.number(digits: 4) else { return nil }
    let month: Int
    if scanner.skip("Q") {
      guard let quarter = scanner.number(digits: 1) else { return nil }
      month = quarter * 3 - 2
    } else {
      guard let number = scanner.number(digits: 2) else { return nil }
      month = number
    }
    return scanner.isAtEnd ? CivilDay(year: year, month: month, day: 1)?.iso : nil
  }
}
