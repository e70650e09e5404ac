package import Shared

/// Ids cut to what a person has to type: the shortest beginning that names one record among
/// those given, and never less than eight characters.
package struct ShortIDs: Sendable {
  private static let shortest = 8

  private let lengths: [RecordID: Int]

  /// - Parameter ids: every id among which a beginning must be unambiguous.
  package init(_ ids: some Sequence<RecordID>) {
    let sorted = ids.sorted()
    let texts = sorted.map { Array($0.description.utf8) }
    var lengths: [RecordID: Int] = [:]
    for index in sorted.indices {
      let before = index > 0 ? Self.common(texts[index], texts[index - 1]) : 0
      let after = index + 1 < texts.count ? Self.common(texts[index], texts[index + 1]) : 0
      lengths[sorted[index]] = max(before, after) + 1
    }
    self.lengths = lengths
  }

  /// The beginning that names this record; the whole id of one that was not given.
  package subscript(id: RecordID) -> String {
    let text = id.description
    guard let length = lengths[id] else { return text }
    let short = text.prefix(max(length, Self.shortest))
    return String(short.hasSuffix("-") ? text.prefix(short.count + 1) : short)
  }

  private static func common(_ a: [UInt8], _ b: [UInt8]) -> Int {
    zip(a, b).prefix { $0 == $1 }.count
  }
}
