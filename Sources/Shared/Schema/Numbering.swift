/// References such as `GAO-2026-012`: a base, a year, and a number that the device that enters the
/// record counts on from those it holds. Two bases never give the same one.
public struct Numbering: Sendable, Hashable {
  /// The field with the base's code.
  public let by: String
  /// The field with the date whose year counts.
  public let yearOf: String

  /// `GAO-2026-`; nil while the base or the year is not known.
  package func prefix(_ values: [String: Value]) -> String? {
    guard let base = values[by]?.text, let year = values[yearOf]?.text?.prefix(4),
      year.count == 4
    else { return nil }
    return "\(base)-\(year)-"
  }

  /// The reference after the highest of those given, which all begin with `prefix`. A number
  /// that none can follow is not counted: others may have written it.
  package static func next(_ prefix: String, after taken: [String]) -> String {
    let numbers = taken.compactMap { Int($0.dropFirst(prefix.count)) }
    let highest = numbers.filter { (0..<Int.max).contains($0) }.max() ?? 0
    let number = String(highest + 1)
    return prefix + String(repeating: "0", count: max(0, 3 - number.count)) + number
  }
}
