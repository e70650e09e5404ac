import Shared
import Testing

struct ChangesetTests {
  @Test func `a changeset comes back as it was written`() throws {
    for seed in 0..<4_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let changes = random.changeset()
      let bytes = changes.encoded
      let read = try Changeset(encoded: bytes)
      #expect(read == changes, "seed \(seed)")
      #expect(read.encoded == bytes, "seed \(seed)")
    }
  }

  @Test func `every truncation is refused`() {
    for seed in 0..<50 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let bytes = random.changeset().encoded
      let read = bytes.indices.first { refusal(Array(bytes[..<$0])) != .not_understood }
      #expect(read == nil, "seed \(seed)")
    }
  }

  @Test func `a byte too many is refused`() {
    #expect(refusal(Changeset().encoded + [0]) == .not_understood)
  }

  @Test func `altered bytes never trap`() {
    var random = SplitMix64(seed: 99)
    for _ in 0..<5_000 {
      var bytes = random.changeset().encoded
      for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      if let read = try? Changeset(encoded: bytes), read.recordCount >= bytes.count {
        Issue.record("more records than bytes")
      }
    }
  }

  @Test func `noise never traps`() {
    var random = SplitMix64(seed: 100)
    for _ in 0..<50_000 {
      let noise = (0..<random.below(60)).map { _ in UInt8(random.below(random.pick([4, 32, 256]))) }
      _ = try? Changeset(encoded: [Changeset.format] + noise)
    }
  }

  @Test func `another format is stale`() {
    #expect(refusal([2, 0]) == .stale_format)
    #expect(refusal([0]) == .stale_format)
  }

  /// Twenty bytes and what they claim. A count is checked before anything is reserved for it.
  static let claims: [(String, [UInt8])] = [
    ("groups", hostile([1])),
    ("a type's name", hostile([1, 1])),
    ("records", hostile([1, 1, 1, 0x61])),
    ("fields", hostile([1, 1, 1, 0x61, 0])),
    ("a field's name", hostile([1, 1, 1, 0x61, 0, 1])),
    ("seen by a deletion", hostile([1, 1, 0, 1, 2, 2, 2, 1])),
    ("a text's length", hostile([1, 1, 0, 1, 0, 2, 2, 1, 1, 0, 1, 0, 0, 3])),
  ]

  private static func hostile(_ head: [UInt8]) -> [UInt8] {
    head + [0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 0, 0]
  }

  @Test(arguments: claims)
  func `a claim of 2^40 things is refused at once`(name: String, bytes: [UInt8]) {
    #expect(refusal(bytes) == .not_understood, "\(name)")
  }

  @Test func `groups without records count as records, or there would be millions`() {
    #expect(refusal(Self.emptyGroups(Limits.recordsInChangeset)) == nil)
    #expect(refusal(Self.emptyGroups(Limits.recordsInChangeset + 1)) == .too_large)
  }

  private static func emptyGroups(_ count: Int) -> [UInt8] {
    var out = ByteWriter()
    out.byte(Changeset.format)
    out.varint(count)
    out.raw([UInt8](repeating: 0, count: 3 * count))
    return out.bytes
  }

  @Test func `values that would fill the memory are too large`() {
    let (records, fields) = (50_000, Limits.valuesInChangeset / 50_000 + 1)
    var out = ByteWriter()
    out.raw([Changeset.format, 1, 0])
    out.varint(records)
    out.raw([UInt8](repeating: 0, count: 4 * records))
    out.varint(fields)
    for field in 0..<fields {
      out.string("\(field)")
      out.raw([1, 0, 0])
      if field < fields - 1 { out.raw([UInt8](repeating: 0, count: records)) }
    }
    #expect(refusal(out.bytes) == .too_large)
  }

  @Test func `a text cannot claim more than an integer holds`() {
    let head: [UInt8] = [1, 1, 0, 1, 0, 2, 2, 1, 1, 0, 1, 0, 0, 3]
    let longest = [UInt8](repeating: 0xff, count: 9)
    #expect(refusal(head + longest + [1]) == .not_understood)
    #expect(refusal(head + longest.dropLast() + [0x7f]) == .not_understood)
    #expect(refusal(head + [0]) == nil)
  }

  @Test func `a field that is named twice is refused`() {
    let group = ChangeGroup(type: "base", fields: ["nom", "nom"], records: [])
    #expect(refusal(Changeset(groups: [group]).encoded) == .not_understood)
  }

  @Test func `a new record without an id is refused`() {
    #expect(refusal([1, 1, 0, 1, 1, 2, 2, 1, 0]) == .not_understood)
    #expect(refusal([1, 1, 0, 1, 0, 2, 2, 1, 0]) == nil)
  }

  static let unknownHeads: [UInt8] = [4, 0x20, 0x40, 0x80, 0xff]

  @Test(arguments: unknownHeads)
  func `an unknown kind of change is refused`(head: UInt8) {
    #expect(refusal([1, 1, 0, 1, head, 2, 2, 1, 0]) == .not_understood)
  }

  @Test func `a text that is not UTF-8 is refused`() {
    #expect(refusal([1, 1, 1, 0xff, 0, 0]) == .not_understood)
    #expect(refusal([1, 1, 1, 0x61, 0, 0]) == nil)
  }

  // MARK: Bytes

  private static let morning = UInt64(1_784_360_000_000)

  /// An edit of one field of a record that both sides know, a minute after another's.
  private static func edit(_ index: Int) -> RecordChange {
    let at = morning + UInt64(index) * 60_000
    let stamp = Stamp(clock: at << 16, device: 12)
    let seen = Stamp(clock: (at - 86_400_000) << 16, device: 7)
    return RecordChange(
      kind: .update, id: nil, handle: Int64(index + 1), stamp: stamp,
      fields: [FieldChange(field: 0, value: "orange", stamp: stamp, seen: seen)])
  }

  private static func edits(_ count: Int) -> [UInt8] {
    let records = (0..<count).map(edit)
    return Changeset(
      groups: [ChangeGroup(type: "base", fields: ["alert_level"], records: records)]
    ).encoded
  }

  @Test func `one edit of one field takes 54 bytes`() {
    #expect(Self.edits(1).count == 54)
  }

  @Test func `a thousand edits of one field take 22 bytes each`() {
    #expect(Self.edits(1_000).count == 22_033)
  }

  @Test func `nothing takes two bytes`() {
    #expect(Changeset().encoded == [1, 0])
  }

  private func refusal(_ bytes: [UInt8]) -> Problem.Code? {
    code { () throws(Problem) in try Changeset(encoded: bytes) }
  }
}
