/// A pattern compiled once, matched against whole texts.
///
/// Unchecked, because `Regex` does not declare `Sendable`: this one is never changed after
/// init, and the program it lowers to at first use is set by an atomic exchange.
final class Matcher: @unchecked Sendable {
  private let regex: Regex<AnyRegexOutput>

  /// Nil when the pattern is not a regular expression.
  init?(_ pattern: String) {
    guard let regex = try? Regex(pattern) else { return nil }
    // Digits of other scripts look right on a screen and are other bytes in a key.
    self.regex = regex.asciiOnlyDigits().matchingSemantics(.unicodeScalar)
  }

  func matches(_ text: String) -> Bool {
    (try? regex.wholeMatch(in: text)) ?? nil != nil
  }
}
