import BadLink
import Testing

/// One direction of a link, in time that a test counts out.
@Suite struct LaneTests {
  @Test func `bytes leave at the link's pace and arrive half a round trip later`() {
    var lane = Lane(.thuraya, bitsPerSecond: 16_000, seed: 1)
    let moments = [0, 0.5, 10].map { lane.pass(2_000, at: $0) }
    #expect(moments.map(\.left) == [1, 2, 11])
    #expect(moments.map(\.arrived) == [1.6, 2.6, 11.6])
  }

  @Test func `a link without limits hands on at once`() {
    var lane = Lane(LinkProfile(name: "whole"), bitsPerSecond: .infinity, seed: 1)
    let passed = lane.pass(1 << 30, at: 7)
    #expect(passed.left == 7 && passed.arrived == 7)
  }

  @Test func `while it stalls nothing leaves, and nobody notices when there is nothing to send`() {
    var busy = Lane(.secondGeneration, bitsPerSecond: 8_000, seed: 3)
    var last = 0.0
    var gaps: [Double] = []
    for _ in 0..<600 {
      let left = busy.pass(100, at: last).left
      gaps.append(left - last)
      last = left
    }
    // A minute's bytes: as many stalls of five seconds as fit between ten and thirty seconds apart.
    let stalls = gaps.filter { $0 > 1 }
    #expect((2...6).contains(stalls.count))
    #expect(stalls.allSatisfy { abs($0 - 5.1) < 0.001 })
    var idle = Lane(.secondGeneration, bitsPerSecond: 8_000, seed: 3)
    let late = idle.pass(100, at: 1_000).left
    #expect(late < 1_000 + 5.2)
  }

  @Test func `the same seed stalls at the same moments`() {
    func run(_ seed: UInt64) -> [Double] {
      var lane = Lane(.secondGeneration, bitsPerSecond: 8_000, seed: seed)
      return (0..<100).map { lane.pass(1_000, at: Double($0)).arrived }
    }
    #expect(run(4) == run(4))
    #expect(run(4) != run(5))
  }
}
