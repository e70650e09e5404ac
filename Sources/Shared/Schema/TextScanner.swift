/// Reads digits and separators from the front of a text.
struct TextScanner {
  private var rest: Substring.UTF8View

  init(_ text: some StringProtocol) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  /// A number of exactly so many digits.
  mutating func number(digits: Int) -> Int? {
    var number = 0
    for _ in 0..<digits {
      guard let digit = nextDigit() else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// A number of one digit or more; nil when there are more than `limit`.
  mutating func number(upTo limit: Int) -> Int? {
    guard var number = nextDigit() else { return nil }
    var count = 1
    while let digit = nextDigit() {
      count += 1
      if count > limit { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// Passes one character, when it is there.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = rest.first, byte == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func nextDigit() -> Int? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      return nil
    }
    rest.removeFirst()
    return Int(byte - UInt8(ascii: "0"))
  }
}
