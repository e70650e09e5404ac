/// A question of a device that repairs a scope: what the hub holds in some ranges of ids, how
/// some records stand, and, when the hub was restored from an older copy, what it lost.
package struct RepairRequest: Hashable, Sendable {
  package var cursor: Cursor
  package var ranges: [IDRange]
  /// Records that the hub shall send whole.
  package var wanted: [RecordID]
  /// Bytes of changes the answer may hold, before compression.
  package var budget: Int
  /// What the hub lost: confirmed records and deletions, with the stamps of whoever wrote them.
  package var give: Changeset

  package init(
    cursor: Cursor, ranges: [IDRange] = [], wanted: [RecordID] = [], budget: Int = 0,
    give: Changeset = Changeset()
  ) {
    self.cursor = cursor
    self.ranges = ranges
    self.wanted = wanted
    self.budget = budget
    self.give = give
  }
}

/// The hub's answer to a `RepairRequest`.
package struct RepairAnswer: Hashable, Sendable {
  /// Milliseconds since 1970 by the hub's clock.
  package var hubClock: Int64
  /// Whether the hub knows the cursor of the request. If not it was restored from an older copy,
  /// and takes back what it lost.
  package var isKnown: Bool
  /// Where the scope stands at the hub now.
  package var cursor: Cursor
  /// For each range of the request: its parts, without gaps.
  package var parts: [[RangePart]]
  /// Wanted or given records that this device shall not hold.
  package var gone: [RecordID]
  /// Wanted or given records, whole, as far as the budget reached.
  package var pull: Changeset

  package init(hubClock: Int64, isKnown: Bool, cursor: Cursor) {
    self.hubClock = hubClock
    self.isKnown = isKnown
    self.cursor = cursor
    parts = []
    gone = []
    pull = Changeset()
  }
}

extension RepairRequest {
  package var encoded: [UInt8] {
    var out = ByteWriter()
    out.byte(SyncRequest.version)
    cursor.encode(into: &out)
    out.varint(ranges.count)
    for range in ranges {
      out.bound(range.first)
      out.bound(range.end)
    }
    out.varint(wanted.count)
    for id in wanted { out.raw(id.bytes) }
    out.varint(budget)
    out.raw(give.encoded)
    return out.bytes
  }

  package init(encoded bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == SyncRequest.version else { throw Problem(.protocol_old) }
    self.init(cursor: try Cursor(from: &reader))
    for _ in 0..<(try reader.count(atMost: Limits.rangesInRepair)) {
      let first = try reader.bound() ?? IDRange.all.first
      ranges.append(IDRange(first: first, end: try reader.bound()))
    }
    // Whoever answers reads all that is in them: once at the most.
    guard !ranges.overlap else { throw Problem(.not_understood, cause: "ranges overlap") }
    for _ in 0..<(try reader.count(atMost: Limits.recordsInRepair)) {
      wanted.append(RecordID(bytes: try reader.raw(16))!)
    }
    budget = try reader.size()
    give = try Changeset(encoded: Array(try reader.raw(reader.remaining)))
  }
}

extension RepairAnswer {
  package var encoded: [UInt8] {
    var out = ByteWriter()
    out.byte(SyncRequest.version)
    out.zigzag(hubClock)
    out.byte(isKnown ? 1 : 0)
    cursor.encode(into: &out)
    out.varint(parts.count)
    for range in parts {
      out.bound(range.first?.range.first)
      out.varint(range.count)
      for part in range { part.encode(into: &out) }
    }
    out.varint(gone.count)
    for id in gone { out.raw(id.bytes) }
    out.raw(pull.encoded)
    return out.bytes
  }

  package init(encoded bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == SyncRequest.version else { throw Problem(.protocol_old) }
    let hubClock = try reader.zigzag()
    let isKnown = try reader.byte() != 0
    self.init(hubClock: hubClock, isKnown: isKnown, cursor: try Cursor(from: &reader))
    for _ in 0..<(try reader.count()) {
      var first = try reader.bound() ?? IDRange.all.first
      var range: [RangePart] = []
      for _ in 0..<(try reader.count()) {
        let part = try RangePart(from: &reader, first: first)
        first = part.range.end ?? first
        range.append(part)
      }
      parts.append(range)
    }
    for _ in 0..<(try reader.count()) { gone.append(RecordID(bytes: try reader.raw(16))!) }
    pull = try Changeset(encoded: Array(try reader.raw(reader.remaining)))
  }
}

extension RangePart {
  /// Its first id is where the part before it ends.
  fileprivate func encode(into out: inout ByteWriter) {
    out.bound(range.end)
    switch content {
    case .summary(let print, let count):
      out.varint(count + 1)
      out.fixed(print.bits)
    case .records(let records):
      out.varint(0)
      out.varint(records.count)
      for record in records {
        out.raw(record.id.bytes)
        out.fixed(record.print.bits)
      }
    }
  }

  fileprivate init(from reader: inout ByteReader, first: RecordID) throws(Problem) {
    let range = IDRange(first: first, end: try reader.bound())
    let count = try reader.size()
    guard count == 0 else {
      let print = Fingerprint(bits: try reader.fixed())
      self.init(range: range, content: .summary(print, count: count - 1))
      return
    }
    var records: [FingerprintedRecord] = []
    for _ in 0..<(try reader.count()) {
      let id = RecordID(bytes: try reader.raw(16))!
      records.append(FingerprintedRecord(id: id, print: Fingerprint(bits: try reader.fixed())))
    }
    self.init(range: range, content: .records(records))
  }
}

extension ByteWriter {
  /// A bound between ids: how many bytes of it follow, the rest being zero. None at all stands
  /// for no bound: below the first id or behind the last.
  fileprivate mutating func bound(_ id: RecordID?) {
    let bytes = id?.bytes ?? []
    let length = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
    blob(bytes.prefix(length))
  }
}

extension ByteReader {
  fileprivate mutating func bound() throws(Problem) -> RecordID? {
    let bytes = try blob()
    guard bytes.count <= 16 else { throw Problem(.not_understood, cause: "a bound is too long") }
    guard let last = bytes.last else { return nil }
    // A bound of nothing but zeros would be written as none: an empty range would become the rest.
    guard last != 0 else { throw Problem(.not_understood, cause: "a bound ends in zero") }
    return RecordID(bytes: bytes + [UInt8](repeating: 0, count: 16 - bytes.count))
  }
}
