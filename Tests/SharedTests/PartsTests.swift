import Shared
import Testing

struct PartsTests {
  private static let limit = 1 << 20

  /// Messages that look like each other, as the parts of an answer do.
  private func messages(_ random: inout SplitMix64) -> [[UInt8]] {
    (0..<1 + random.below(8)).map { _ in random.buffer() + Array("Ansongo, Bourem, Ménaka".utf8) }
  }

  private func expand(
    _ bytes: [UInt8], isWhole: Bool = true, limit: Int = limit
  ) throws(Problem) -> (messages: [[UInt8]], length: Int) {
    try Parts.expand(bytes, isWhole: isWhole, limit: limit)
  }

  private func refusal(
    _ bytes: [UInt8], isWhole: Bool = true, limit: Int = limit
  ) -> Problem.Code? {
    code { () throws(Problem) in try expand(bytes, isWhole: isWhole, limit: limit) }
  }

  @Test func `what was compressed in parts comes back`() throws {
    var random = SplitMix64(seed: 3)
    for _ in 0..<300 {
      let messages = messages(&random)
      let bytes = Parts.compress(messages)
      let whole = try expand(bytes)
      #expect(whole.messages == messages)
      #expect(whole.length == bytes.count)
    }
  }

  @Test func `one message is an ordinary frame`() throws {
    let message = Array("seul".utf8)
    #expect(Parts.compress([message]) == Compression.compress(message))
    #expect(try expand(Parts.compress([message])).messages == [message])
    #expect(try expand(Parts.compress([message]), isWhole: false).messages == [])
  }

  @Test func `whatever came before a cut at any byte is there, and no more`() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<20 {
      let messages = messages(&random) + [[1, 2, 3]]
      let bytes = Parts.compress(messages)
      var last = 0
      for count in 0..<bytes.count {
        let cut = Array(bytes.prefix(count))
        let (begun, length) = try expand(cut, isWhole: false)
        #expect(begun == Array(messages.prefix(begun.count)))
        #expect(begun.count >= last && begun.count < messages.count && length <= count)
        last = begun.count
        #expect(refusal(cut) != nil)
      }
      #expect(last == messages.count - 1)
    }
  }

  @Test func `parts cost little more than one text`() {
    let messages = (0..<16).map { part in
      Array((0..<100).flatMap { "Contact \(part * 100 + $0), Gao, +2237\(part)0\($0)12;".utf8 })
    }
    let together = Compression.compress(Array(messages.joined())).count
    #expect(Parts.compress(messages).count < together * 115 / 100)
  }

  @Test func `all parts together hold no more than the limit`() throws {
    let messages = [[UInt8]](repeating: [UInt8](repeating: 7, count: 100_000), count: 3)
    let bytes = Parts.compress(messages)
    #expect(bytes.count < 200)
    for isWhole in [true, false] {
      #expect(refusal(bytes, isWhole: isWhole, limit: 299_999) == .too_large)
      #expect(try expand(bytes, isWhole: isWhole, limit: 300_000).messages == messages)
    }
  }

  @Test func `a part after the last, or bytes after a part's end, are not understood`() {
    let bytes = Parts.compress([[1, 2, 3], [4, 5, 6]])
    #expect(refusal(bytes + [1, 0]) == .not_understood)
    #expect(refusal(bytes + [0]) == .not_understood)
    #expect(refusal([2]) == .not_understood)
    #expect(refusal([]) == .not_understood)
    #expect(refusal([], isWhole: false) == nil)
  }

  /// Magicless frame header: a window of 128 MiB.
  @Test func `a frame that asks for much memory is refused`() {
    let bytes: [UInt8] = [2, 9, 0x00, 0x88, 0x21, 0, 0, 0, 0, 0, 0]
    #expect(refusal(bytes) == .not_understood)
  }

  @Test func `a flipped bit and noise never trap`() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2_000 {
      var bytes = Parts.compress(messages(&random))
      bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
      for isWhole in [true, false] {
        _ = try? Parts.expand(bytes, isWhole: isWhole, limit: Self.limit)
      }
      let noise = [2] + (0..<random.below(40)).map { _ in random.byte() }
      let read = try? Parts.expand(noise, isWhole: false, limit: 10_000)
      #expect(read?.messages.reduce(0) { $0 + $1.count } ?? 0 <= 10_000)
    }
  }

}
