import Shared
import Testing

struct CompressionTests {
  @Test func `what was compressed comes back`() throws {
    var random = SplitMix64(seed: 0x9e37_79b9_7f4a_7c15)
    for _ in 0..<4_000 {
      let bytes = random.buffer()
      let frame = Compression.compress(bytes, level: 1 + Int32(random.below(6)))
      #expect(try Compression.expand(frame, limit: bytes.count) == bytes)
    }
  }

  @Test func `bytes that do not shrink are stored and cost two bytes`() throws {
    let bytes: [UInt8] = [9, 1, 7, 250, 33]
    #expect(Compression.compress(bytes) == [0, 5] + bytes)
    #expect(Compression.compress([]) == [0, 0])
    #expect(try Compression.expand([0, 0], limit: 0) == [])
  }

  @Test func `a frame carries no magic and no checksum`() {
    let frame = Compression.compress([UInt8](repeating: 0x61, count: 100_000))
    // method, three bytes of size, two of frame header, one run of 100,000 bytes.
    #expect(frame.count < 24)
    #expect(frame.prefix(4) == [1, 0xa0, 0x8d, 0x06])
  }

  @Test func `a flipped bit is refused or stays within the declared size`() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<4_000 {
      var frame = Compression.compress(random.buffer(), level: 3)
      frame[random.below(frame.count)] ^= 1 << UInt8(random.below(8))
      expectHarmless(frame)
    }
  }

  @Test func `every truncation is refused`() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<60 {
      let frame = Compression.compress(random.buffer(), level: 3)
      for count in 0..<min(frame.count, 400) {
        #expect(throws: Problem.self) {
          try Compression.expand(Array(frame.prefix(count)), limit: 1 << 20)
        }
      }
    }
  }

  @Test func `noise never traps`() {
    var random = SplitMix64(seed: 13)
    for _ in 0..<20_000 {
      expectHarmless([UInt8(random.below(4))] + (0..<random.below(40)).map { _ in random.byte() })
    }
  }

  @Test(
    arguments: [
      [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1],
      [1, 0x81, 0x80, 0x40, 0, 0],
    ] as [[UInt8]])
  func `a frame that declares more than the limit is too large`(_ frame: [UInt8]) {
    #expect(code(frame, limit: 1 << 20) == .too_large)
  }

  @Test func `the limit itself is allowed and one byte less is not`() {
    let frame = Compression.compress([UInt8](repeating: 3, count: 5_000))
    #expect(code(frame, limit: 5_000) == nil)
    #expect(code(frame, limit: 4_999) == .too_large)
  }

  @Test func `a frame that holds more than it declares is not understood`() {
    let bomb = Compression.compress([UInt8](repeating: 0, count: 8 << 20))
    let data = bomb.dropFirst(5)
    #expect(code([1, 100] + data, limit: 1 << 20) == .not_understood)
    #expect(code([0, 1, 65, 66], limit: 100) == .not_understood)
  }

  @Test func `a frame that holds less than it declares is not understood`() {
    let frame = Compression.compress([UInt8](repeating: 0, count: 100))
    #expect(code([1, 101] + frame.dropFirst(2), limit: 200) == .not_understood)
    #expect(code([0, 3, 65, 66], limit: 100) == .not_understood)
  }

  @Test func `an unknown method is not understood`() {
    #expect(code([2, 1, 65], limit: 100) == .not_understood)
    #expect(code([255, 1, 65], limit: 100) == .not_understood)
    #expect(code([], limit: 100) == .not_understood)
    #expect(code([1], limit: 100) == .not_understood)
  }

  private func code(_ frame: [UInt8], limit: Int) -> Problem.Code? {
    do throws(Problem) {
      _ = try Compression.expand(frame, limit: limit)
      return nil
    } catch {
      return error.code
    }
  }

  private func expectHarmless(_ frame: [UInt8]) {
    let limit = 1 << 16
    do throws(Problem) {
      #expect(try Compression.expand(frame, limit: limit).count <= limit)
    } catch {
      #expect(error.code == .not_understood || error.code == .too_large)
    }
  }
}
