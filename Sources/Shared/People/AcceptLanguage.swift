extension Language {
  /// The language that an `Accept-Language` header prefers (RFC 9110, 12.5.4);
  /// French when it names neither.
  package init(accepting header: String?) {
    let ranges = (header ?? "").split(separator: ",").compactMap(Self.weighted)
    self = ranges.max { $0.weight < $1.weight }?.language ?? .fr
  }

  /// Reads one range such as `en-GB;q=0.8`. Weight 0 means "not this one".
  private static func weighted(_ range: Substring) -> (language: Language, weight: Double)? {
    let parts = range.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
    guard let tag = parts.first?.split(separator: "-").first,
      let language = Language(rawValue: String(tag))
    else { return nil }
    let quality = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
    let weight = quality.map { Double($0) ?? 0 } ?? 1
    return weight > 0 ? (language, weight) : nil
  }
}
