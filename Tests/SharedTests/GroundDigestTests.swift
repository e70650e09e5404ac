import Shared
import Testing

struct GroundDigestTests {
  // MARK: Field stamps

  @Test(arguments: Array<UInt64>(1...200))
  func `field stamps are the same bytes in whatever order they were noted`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let record = random.stamp()
    var pairs = SplitMix64.texts.shuffled(using: &random).prefix(8).map { ($0, random.stamp()) }
    var one = FieldStamps(record: record)
    for (field, stamp) in pairs { one.set(field, stamp) }
    pairs.shuffle(using: &random)
    var other = FieldStamps(record: record)
    for (field, _) in pairs { other.set(field, random.stamp()) }
    for (field, stamp) in pairs.reversed() { other.set(field, stamp) }
    #expect(one.bytes == other.bytes)
    #expect(try FieldStamps(bytes: one.bytes).bytes == one.bytes)
    for (field, stamp) in pairs {
      #expect(one.stamp(of: field, isEmpty: random.chance(1, in: 2)) == stamp)
    }
    #expect(one.latest == pairs.map(\.1).reduce(record, max))
  }

  @Test func `a field without a stamp of its own has the record's, an empty one has none`() {
    let stamps = FieldStamps(record: Stamp(clock: 7, device: 1))
    #expect(stamps.stamp(of: "a", isEmpty: false) == Stamp(clock: 7, device: 1))
    #expect(stamps.stamp(of: "a", isEmpty: true) == .never)
  }

  static let disorders = [["b", "a"], ["a", "a"], ["", ""], ["\u{e9}", "e\u{301}"]]

  @Test(arguments: disorders)
  func `field stamps out of order or twice are not understood`(names: [String]) {
    var out = ByteWriter()
    out.stamp(.never)
    for name in names {
      out.string(name)
      out.stamp(Stamp(clock: 1, device: 1))
    }
    #expect(code { () throws(Problem) in try FieldStamps(bytes: out.bytes) } == .not_understood)
  }

  @Test func `a field noted at the record's own stamp is not understood`() {
    var out = ByteWriter()
    out.stamp(Stamp(clock: 9, device: 1))
    out.string("nom")
    out.stamp(Stamp(clock: 9, device: 1))
    #expect(code { () throws(Problem) in try FieldStamps(bytes: out.bytes) } == .not_understood)
  }

  @Test func `field stamps can be cut only between two fields`() throws {
    var stamps = FieldStamps(record: Stamp(clock: .max, device: 300))
    stamps.set("nom", Stamp(clock: 9, device: 1))
    stamps.set("ville", Stamp(clock: 10, device: 1))
    let readable = stamps.bytes.indices.filter { count in
      code { () throws(Problem) in try FieldStamps(bytes: Array(stamps.bytes[..<count])) } == nil
    }
    #expect(readable == [10, 10 + 4 + 9])
  }

  // MARK: Digest

  @Test func `a digest does not depend on the order of the records`() {
    var random = SplitMix64(seed: 21)
    var hashes = (0..<200).map { _ in Digest(of: random.id(), random.fieldStamps()) }
    let sum = combined(hashes)
    for _ in 0..<50 {
      hashes.shuffle(using: &random)
      #expect(combined(hashes) == sum)
    }
  }

  @Test func `a record taken out leaves the digest as it was`() {
    var random = SplitMix64(seed: 22)
    var digest = Digest()
    for _ in 0..<500 {
      let before = digest
      let hash = Digest(of: random.id(), random.fieldStamps())
      digest ^= hash
      #expect(digest != before)
      var taken = digest
      taken ^= hash
      #expect(taken == before)
    }
  }

  @Test func `every stamp and every id counts`() {
    let id = RecordID(high: 1, low: 2)
    var own = FieldStamps(record: Stamp(clock: 5, device: 1))
    own.set("nom", Stamp(clock: 6, device: 1))
    var otherField = FieldStamps(record: Stamp(clock: 5, device: 1))
    otherField.set("mon", Stamp(clock: 6, device: 1))
    let digests: Set = [
      Digest(of: id, FieldStamps(record: Stamp(clock: 5, device: 1))),
      Digest(of: id, FieldStamps(record: Stamp(clock: 5, device: 2))),
      Digest(of: id, FieldStamps(record: Stamp(clock: 6, device: 1))),
      Digest(of: RecordID(high: 2, low: 1), FieldStamps(record: Stamp(clock: 5, device: 1))),
      Digest(of: id, own), Digest(of: id, otherField), Digest(),
    ]
    #expect(digests.count == 7)
  }

  @Test func `a digest survives its bytes and prints as 32 digits`() {
    let digest = Digest(high: 0x0102_0304_0506_0708, low: .max)
    #expect(Digest(bytes: digest.bytes) == digest)
    #expect(digest.description == "0102030405060708ffffffffffffffff")
    #expect(Digest(bytes: [1, 2, 3]) == nil)
  }

  private func combined(_ hashes: [Digest]) -> Digest {
    var sum = Digest()
    for hash in hashes { sum ^= hash }
    return sum
  }
}
