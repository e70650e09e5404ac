/// Telephone numbers in international form (E.164), whatever the country.
enum PhoneNumber {
  /// `+`, then 7 to 15 digits of which the first is not 0.
  static func isInternational(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst()
    return text.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count)
      && digits.first != UInt8(ascii: "0")
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Without the spaces, dots, hyphens and brackets people write; `00` in front becomes `+`.
  static func plain(_ text: String) -> String {
    let plain = text.filter { !$0.isWhitespace && !".-()/".contains($0) }
    return plain.hasPrefix("00") ? "+" + plain.dropFirst(2) : plain
  }
}
