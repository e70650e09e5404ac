import Testing

@testable import Shared

/// The law of comparing by ranges: exactly what differs is found, whatever both sides hold, and
/// what is said grows with that and not with what is held.
@Suite struct RangeComparisonTests {
  @Test(arguments: 0..<60)
  func `exactly what differs is found`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let all = (0..<Int(random.next() % 2_000)).map { _ in record(&random) }
    var mine: [FingerprintedRecord] = []
    var theirs: [FingerprintedRecord] = []
    var expected: [RecordID: Difference] = [:]
    for record in all {
      switch random.next() % (seed % 2 == 0 ? 4 : 200) {
      case 0:
        mine.append(record)
        expected[record.id] = .onlyMine
      case 1:
        theirs.append(record)
        expected[record.id] = .onlyTheirs
      case 2:
        mine.append(record)
        theirs.append(.init(id: record.id, print: Fingerprint(bits: random.next())))
        expected[record.id] = .differs
      default:
        mine.append(record)
        theirs.append(record)
      }
    }
    let (found, _) = reconcile(mine, theirs)
    #expect(found == expected)
  }

  @Test func `the conversation grows with the differences, not with what is held`() {
    var random = SplitMix64(seed: 1)
    let all = (0..<100_000).map { _ in record(&random) }
    let theirs = all.enumerated().filter { $0.offset % 10_000 != 5 }.map(\.element)
    let (found, bytes) = reconcile(all, theirs)
    #expect(found.count == 10)
    #expect(bytes < 15_000)
    #expect(reconcile(all, all).bytes < 400)
  }

  @Test func `bounds and parts survive the wire`() throws {
    var random = SplitMix64(seed: 2)
    let records = (0..<300).map { _ in record(&random) }.sorted { $0.id < $1.id }
    var answer = RepairAnswer(
      hubClock: -5, isKnown: true, cursor: Cursor(scope: .base("GAO"), seq: 7, mark: .max))
    let middle = IDRange(first: records[10].id, end: records[250].id)
    answer.parts = [
      RangeComparison.parts(of: records[...], in: .all),
      RangeComparison.parts(of: records[10..<20], in: IDRange(first: records[10].id, end: nil)),
      RangeComparison.parts(of: records[10..<250], in: middle),
    ]
    answer.gone = [records[0].id]
    #expect(try RepairAnswer(encoded: answer.encoded) == answer)
    let request = RepairRequest(
      cursor: Cursor(scope: .mission),
      ranges: [middle, IDRange(first: IDRange.all.first, end: middle.first)],
      wanted: [records[3].id], budget: 9)
    #expect(try RepairRequest(encoded: request.encoded) == request)
  }

  @Test func `ranges that overlap or end before they begin are not understood`() {
    let ids = (1...4).map { RecordID(high: $0, low: 0) }
    func range(_ first: Int, _ end: Int?) -> IDRange {
      IDRange(first: ids[first], end: end.map { ids[$0] })
    }
    let refused: [[IDRange]] = [
      [.all, .all], [.all, range(1, 2)], [range(0, 2), range(1, 3)], [range(1, 3), range(0, 2)],
      [range(0, nil), range(2, 3)], [range(2, 1)], [range(1, 1)], [range(0, 1), range(0, 1)],
    ]
    for ranges in refused {
      let request = RepairRequest(cursor: Cursor(scope: .mission), ranges: ranges)
      let problem = #expect(throws: Problem.self) { try RepairRequest(encoded: request.encoded) }
      #expect(problem?.code == .not_understood)
    }
  }

  @Test func `a bound of nothing but zeros is refused, because it would be written as none`() {
    let cursor = Cursor(scope: .mission)
    let request = RepairRequest(
      cursor: cursor, ranges: [IDRange(first: IDRange.all.first, end: RecordID(high: 1, low: 0))])
    var bytes = request.encoded
    let end = bytes.lastIndex(of: 8)!  // The length of the bound, which ends with the byte 1.
    bytes[end + 8] = 0
    #expect(throws: Problem.self) { try RepairRequest(encoded: bytes) }
  }

  @Test func `too many ranges or records are too large`() throws {
    let ranges = RepairRequest(
      cursor: Cursor(scope: .mission),
      ranges: Array(repeating: .all, count: Limits.rangesInRepair + 1))
    #expect(throws: Problem(.too_large)) { try RepairRequest(encoded: ranges.encoded) }
    let wanted = RepairRequest(
      cursor: Cursor(scope: .mission),
      wanted: Array(repeating: RecordID(high: 0, low: 0), count: Limits.recordsInRepair + 1))
    #expect(throws: Problem(.too_large)) { try RepairRequest(encoded: wanted.encoded) }
  }

  /// Asks as a device does, and counts the bytes of both sides.
  private func reconcile(
    _ mine: [FingerprintedRecord], _ theirs: [FingerprintedRecord]
  ) -> (found: [RecordID: Difference], bytes: Int) {
    let mine = mine.sorted { $0.id < $1.id }
    let theirs = theirs.sorted { $0.id < $1.id }
    var found: [RecordID: Difference] = [:]
    var ranges = [IDRange.all]
    var bytes = 0
    while !ranges.isEmpty {
      let request = RepairRequest(cursor: Cursor(scope: .mission), ranges: ranges)
      var answer = RepairAnswer(hubClock: 0, isKnown: true, cursor: Cursor(scope: .mission))
      answer.parts = ranges.map {
        RangeComparison.parts(of: RangeComparison.slice(theirs, $0), in: $0)
      }
      bytes += request.encoded.count + answer.encoded.count
      let own = ranges.flatMap { RangeComparison.slice(mine, $0) }
      let result = RangeComparison.compare(
        own.sorted { $0.id < $1.id }, with: answer.parts.flatMap(\.self))
      for (id, place) in result.differences { found[id] = place }
      ranges = result.again
    }
    return (found, bytes)
  }

  /// Ids as devices draw them: of about the same time.
  private func record(_ random: inout SplitMix64) -> FingerprintedRecord {
    let time = 1_790_000_000_000 + random.next() % 10_000_000_000
    return FingerprintedRecord(
      id: .v7(milliseconds: time, random: (random.next(), random.next())),
      print: Fingerprint(bits: random.next()))
  }
}
