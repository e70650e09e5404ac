/// A stretch of record ids in their order: from `first` up to, but without, `end`; to the last
/// one when `end` is nil.
package struct IDRange: Hashable, Sendable {
  package let first: RecordID
  package let end: RecordID?

  package init(first: RecordID, end: RecordID?) {
    self.first = first
    self.end = end
  }

  package static let all = IDRange(first: RecordID(high: 0, low: 0), end: nil)

  /// The bounds for whoever compares ids as texts: from `first` up to, but without, `end`.
  package var texts: (first: String, end: String) {
    // No id begins with a letter behind f.
    (first.description, end?.description ?? "g")
  }
}

extension [IDRange] {
  /// Whether an id is in two of them, in whatever order they are, or one ends before it begins.
  package var overlap: Bool {
    let sorted = sorted { $0.first < $1.first }
    return contains { range in range.end.map { $0 <= range.first } ?? false }
      || zip(sorted, sorted.dropFirst()).contains { former, next in
        former.end.map { $0 > next.first } ?? true
      }
  }
}

/// What one side holds in a stretch of ids.
package struct RangePart: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// Too many to name: all their fingerprints combined, and how many they are.
    case summary(Fingerprint, count: Int)
    /// Each of them, by rising ids.
    case records([FingerprintedRecord])
  }

  package let range: IDRange
  package let content: Content

  package init(range: IDRange, content: Content) {
    self.range = range
    self.content = content
  }
}

// Comparing two sets by ever smaller ranges (range-based set reconciliation: A. Meyer,
// "Range-Based Set Reconciliation", 2022). One side cuts what it holds into parts of equal size
// and says a fingerprint of each; the other compares and asks again for the parts that differ,
// until they are short enough to be named record by record. What goes over the link grows with
// the differences and the logarithm of what is held.

/// Where one record of a comparison stands.
package enum Difference: Hashable, Sendable {
  case onlyMine, onlyTheirs, differs
}

package enum RangeComparison {
  /// Cuts a range into parts.
  ///
  /// - Parameter records: of this range, by rising ids.
  package static func parts(
    of records: ArraySlice<FingerprintedRecord>, in range: IDRange
  ) -> [RangePart] {
    guard records.count > Limits.recordsNamedInRange else {
      return [RangePart(range: range, content: .records(Array(records)))]
    }
    var parts: [RangePart] = []
    var first = range.first
    for number in 0..<Limits.partsOfRange {
      let from = records.startIndex + records.count * number / Limits.partsOfRange
      let to = records.startIndex + records.count * (number + 1) / Limits.partsOfRange
      let isLast = to == records.endIndex
      let end = isLast ? range.end : boundary(records[to - 1].id, records[to].id)
      let summary = RangePart.Content.summary(
        combined(records[from..<to]), count: to - from)
      parts.append(RangePart(range: IDRange(first: first, end: end), content: summary))
      if let end { first = end }
    }
    return parts
  }

  /// Compares what the other side says with what this side holds.
  ///
  /// - Parameter mine: of all the ranges asked about, by rising ids.
  /// - Returns: the ranges to ask about again, and the records that differ.
  package static func compare(
    _ mine: [FingerprintedRecord], with theirs: [RangePart]
  ) -> (again: [IDRange], differences: [(id: RecordID, where: Difference)]) {
    var again: [IDRange] = []
    var differences: [(id: RecordID, where: Difference)] = []
    for part in theirs {
      let own = slice(mine, part.range)
      switch part.content {
      case .summary(let print, let count):
        if own.count != count || combined(own) != print { again.append(part.range) }
      case .records(let records): differences += compare(own, with: records)
      }
    }
    return (again, differences)
  }

  private static func compare(
    _ mine: ArraySlice<FingerprintedRecord>, with theirs: [FingerprintedRecord]
  ) -> [(id: RecordID, where: Difference)] {
    let held = Dictionary(mine.map { ($0.id, $0.print) }) { first, _ in first }
    let told = Dictionary(theirs.map { ($0.id, $0.print) }) { first, _ in first }
    let own = mine.compactMap { record -> (id: RecordID, where: Difference)? in
      guard let other = told[record.id] else { return (record.id, .onlyMine) }
      return other == record.print ? nil : (record.id, .differs)
    }
    return own + theirs.filter { held[$0.id] == nil }.map { ($0.id, .onlyTheirs) }
  }

  /// The records of a range, of an array by rising ids.
  package static func slice(
    _ records: [FingerprintedRecord], _ range: IDRange
  ) -> ArraySlice<FingerprintedRecord> {
    let from = firstIndex(records, notBelow: range.first)
    let to = range.end.map { firstIndex(records, notBelow: $0) } ?? records.endIndex
    return records[from..<max(from, to)]
  }

  private static func firstIndex(_ records: [FingerprintedRecord], notBelow id: RecordID) -> Int {
    var (low, high) = (0, records.count)
    while low < high {
      let middle = (low + high) / 2
      if records[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func combined(_ records: ArraySlice<FingerprintedRecord>) -> Fingerprint {
    records.reduce(into: Fingerprint()) { $0 ^= $1.print }
  }

  /// An id above `below` and not above `next`, with as many zero bytes at its end as can be.
  private static func boundary(_ below: RecordID, _ next: RecordID) -> RecordID {
    let bytes = next.bytes
    for length in 1..<16 {
      let id = RecordID(bytes: bytes.prefix(length) + [UInt8](repeating: 0, count: 16 - length))!
      if id > below { return id }
    }
    return next
  }
}
