import Shared
import Testing

struct GroundStampTests {
  // MARK: Order

  @Test func `stamps are ordered by clock, then by device`() {
    let sorted = [
      Stamp.never, Stamp(clock: 0, device: 1), Stamp(clock: 1, device: 0),
      Stamp(clock: 1, device: .max), Stamp(clock: .max, device: 0),
    ]
    for (index, low) in sorted.enumerated() {
      #expect(!(low < low))
      for high in sorted[(index + 1)...] { #expect(low < high && !(high < low)) }
    }
  }

  @Test func `a stamp knows its milliseconds`() {
    #expect(Stamp(clock: 1_752_000_000_000 << 16 | 7, device: 3).milliseconds == 1_752_000_000_000)
  }

  // MARK: Clock

  @Test(arguments: Array<UInt64>(1...40))
  func `the clock never goes back and never repeats, whatever the wall clock does`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var clock = HybridClock()
    var wall: Int64 = 1_752_000_000_000
    for _ in 0..<1_000 {
      wall = random.chance(1, in: 20) ? random.pick([-5, 0, 2_051_222_400_000, wall]) : wall + 1
      let (last, seen) = (clock.last, random.next() >> 15)
      if random.chance(1, in: 5) { clock.witness(seen, notBeyond: wall + 60_000) }
      #expect(clock.last >= last)
      let given = clock.tick(milliseconds: wall, above: random.chance(1, in: 9) ? seen : 0)
      #expect(given > last && given == clock.last)
    }
  }

  @Test func `an edit is stamped above what its writer has seen`() {
    var clock = HybridClock()
    #expect(clock.tick(milliseconds: 0, above: 900 << 16) == 900 << 16 + 1)
    #expect(clock.tick(milliseconds: 901) == 901 << 16)
  }

  @Test func `the clock follows the wall clock when it can`() {
    var clock = HybridClock(last: 5)
    #expect(clock.tick(milliseconds: 1_000) == 1_000 << 16)
    #expect(clock.tick(milliseconds: 1_000) == 1_000 << 16 + 1)
    #expect(clock.tick(milliseconds: 999) == 1_000 << 16 + 2)
  }

  @Test func `a reading before 1970 or beyond 48 bits is brought within`() {
    #expect(HybridClock.reading(-1) == 0)
    #expect(HybridClock.reading(.min) == 0)
    #expect(HybridClock.reading(.max) == 0xffff_ffff_ffff_0000)
  }

  @Test func `at the end of its numbers the clock stays there`() {
    var clock = HybridClock(last: .max - 1)
    #expect(clock.tick(milliseconds: 5) == .max)
    #expect(clock.tick(milliseconds: 5) == .max)
    var other = HybridClock()
    #expect(other.tick(milliseconds: 5, above: .max) == .max)
  }

  @Test func `a clock value beyond the limit is not followed`() {
    var clock = HybridClock(last: 10)
    clock.witness(61 << 16, notBeyond: 60)
    #expect(clock.last == 10)
    clock.witness(60 << 16 | 0xffff, notBeyond: 60)
    #expect(clock.last == 60 << 16 | 0xffff)
    clock.witness(.max, notBeyond: -1)
    clock.witness(3, notBeyond: 60)
    #expect(clock.last == 60 << 16 | 0xffff)
  }
}
