import Shared
import Testing

struct MessagesTests {
  // MARK: Primitives

  @Test func `numbers come back and take the fewest bytes`() throws {
    var random = SplitMix64(seed: 1)
    for _ in 0..<5_000 {
      let number = random.next() >> UInt64(random.below(64))
      var out = ByteWriter()
      out.varint(number)
      out.zigzag(Int64(bitPattern: number))
      out.fixed(number)
      var reader = ByteReader(out.bytes)
      #expect(try reader.varint() == number)
      #expect(out.bytes.count - reader.remaining == max(1, (70 - number.leadingZeroBitCount) / 7))
      #expect(try reader.zigzag() == Int64(bitPattern: number))
      #expect(try reader.fixed() == number)
      #expect(reader.isAtEnd)
    }
  }

  @Test func `a number that does not fit is refused`() {
    let nine = [UInt8](repeating: 0xff, count: 9)
    #expect(refusal(nine + [1]) { reader throws(Problem) in try reader.varint() } == nil)
    for last in [2, 0x7f, 0x80, 0xff] as [UInt8] {
      let tooLong = nine + [last, 0]
      let found = refusal(tooLong) { reader throws(Problem) in try reader.varint() }
      #expect(found == .not_understood)
    }
    let device: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x10]
    let size: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x08]
    #expect(refusal(device) { reader throws(Problem) in try reader.device() } == .not_understood)
    #expect(refusal(size) { reader throws(Problem) in try reader.size() } == .not_understood)
  }

  private func refusal<T>(
    _ bytes: [UInt8], _ read: (inout ByteReader) throws(Problem) -> T
  ) -> Problem.Code? {
    var reader = ByteReader(bytes)
    return code { () throws(Problem) in try read(&reader) }
  }

  // MARK: Requests

  @Test func `a request comes back as it was written`() throws {
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let request = random.request()
      let bytes = request.encoded
      let read = try SyncRequest(encoded: bytes)
      #expect(read == request, "seed \(seed)")
      #expect(read.encoded == bytes, "seed \(seed)")
    }
  }

  @Test func `every truncation of a request is refused`() {
    everyTruncation { random in
      random.request().encoded
    } read: { bytes throws(Problem) in
      _ = try SyncRequest(encoded: bytes)
    }
  }

  @Test func `an altered request never traps`() {
    altered { random in
      random.request().encoded
    } read: { bytes throws(Problem) in
      _ = try SyncRequest(encoded: bytes)
    }
  }

  // MARK: Answers

  @Test func `an answer comes back as it was written`() throws {
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let answer = random.answer()
      let bytes = answer.encoded
      let read = try SyncAnswer(encoded: bytes)
      #expect(read == answer, "seed \(seed)")
      #expect(read.encoded == bytes, "seed \(seed)")
    }
  }

  @Test func `every truncation of an answer is refused`() {
    everyTruncation { random in
      random.answer().encoded
    } read: { bytes throws(Problem) in
      _ = try SyncAnswer(encoded: bytes)
    }
  }

  @Test func `an altered answer never traps`() {
    altered { random in
      random.answer().encoded
    } read: { bytes throws(Problem) in
      _ = try SyncAnswer(encoded: bytes)
    }
  }

  @Test func `an answer that claims 2^40 things is refused at once`() {
    let empty = SyncAnswer(hubClock: 0).encoded
    for position in 3...8 {
      let bytes = empty[..<position] + [0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 0]
      let found = code { () throws(Problem) in try SyncAnswer(encoded: Array(bytes)) }
      #expect(found == .not_understood, "position \(position)")
    }
  }

  @Test func `more notices than an answer may hold are too large`() {
    let side = ConflictNotice.Side(value: .null, stamp: .never)
    let notice = ConflictNotice(
      id: 1, version: 1, type: "base", record: RecordID(high: 0, low: 0), field: "nom",
      status: "open", winner: side, loser: side)
    var answer = SyncAnswer(hubClock: 0)
    answer.notices = Array(repeating: notice, count: Limits.noticesInAnswer)
    #expect(code { () throws(Problem) in try SyncAnswer(encoded: answer.encoded) } == nil)
    answer.notices.append(notice)
    #expect(code { () throws(Problem) in try SyncAnswer(encoded: answer.encoded) } == .too_large)
  }

  private func asking(_ scopes: [Scope]) -> [UInt8] {
    SyncRequest(
      deviceClock: 0, schemaVersion: 1, program: "", grantVersion: 0, noticeCursor: 0,
      knownDevices: 0, budget: 0, waiting: 0, cursors: scopes.map { Cursor(scope: $0) },
      push: Changeset()
    ).encoded
  }

  @Test func `a scope that a request names twice is not understood`() {
    let twice = asking([.mission, .base("GAO"), .mission])
    #expect(code { () throws(Problem) in try SyncRequest(encoded: twice) } == .not_understood)
  }

  @Test func `more cursors than there can be scopes are too large`() {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    let scopes = (0...Limits.cursorsInRequest).map { number in
      Scope.base(String([letters[number / 676], letters[number / 26 % 26], letters[number % 26]]))
    }
    let most = asking(Array(scopes.dropLast()))
    #expect(code { () throws(Problem) in try SyncRequest(encoded: most) } == nil)
    #expect(code { () throws(Problem) in try SyncRequest(encoded: asking(scopes)) } == .too_large)
  }

  @Test func `another version of the protocol is named as such`() {
    #expect(code { () throws(Problem) in try SyncRequest(encoded: [2]) } == .protocol_old)
    #expect(code { () throws(Problem) in try SyncAnswer(encoded: [2]) } == .protocol_old)
  }

  @Test func `nothing new is small`() {
    var request = SyncRequest(
      deviceClock: 1_784_360_000_000, schemaVersion: 1, program: "djoliba 1.0", grantVersion: 1,
      noticeCursor: 12, knownDevices: 30, budget: 64 << 10, waiting: 0,
      cursors: [Scope.mission, .base("GAO")].map { Cursor(scope: $0, seq: 1_000, mark: 1 << 60) },
      push: Changeset())
    request.turn = .max
    #expect(request.encoded.count == 73)
    var answer = SyncAnswer(hubClock: 1_784_360_000_000)
    answer.pages = request.cursors.map { cursor in
      ScopePage(cursor: cursor, proof: .init(digest: Digest(high: 1, low: 2), records: 2_500))
    }
    answer.turn = .max
    #expect(answer.encoded.count == 97)
  }

  // MARK: Hostile bytes

  private func everyTruncation(
    _ make: (inout SplitMix64) -> [UInt8], read: ([UInt8]) throws(Problem) -> Void
  ) {
    for seed in 0..<40 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let bytes = make(&random)
      let whole = bytes.indices.first { count in
        code { () throws(Problem) in try read(Array(bytes[..<count])) } != .not_understood
      }
      #expect(whole == nil, "seed \(seed)")
    }
  }

  private func altered(
    _ make: (inout SplitMix64) -> [UInt8], read: ([UInt8]) throws(Problem) -> Void
  ) {
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var bytes = make(&random)
      for _ in 0...random.below(3) { bytes[random.below(bytes.count)] ^= 1 << random.below(8) }
      _ = code { () throws(Problem) in try read(bytes) }
    }
  }
}
