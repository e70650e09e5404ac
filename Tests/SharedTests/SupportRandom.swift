/// A small deterministic generator (Steele, Lea and Flood, 2014): the seed that a failing test
/// prints is enough to see the failure again.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, not including, `bound`.
  mutating func below(_ bound: Int) -> Int { Int(next() >> 1) % bound }

  mutating func chance(_ one: Int, in all: Int) -> Bool { below(all) < one }

  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

  mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 24) }

  /// Looks like anything: noise, runs and repeated words, up to 3,000 bytes.
  mutating func buffer() -> [UInt8] {
    var bytes: [UInt8] = []
    let word = (0..<1 + below(12)).map { _ in byte() }
    for _ in 0..<below(40) {
      switch below(3) {
      case 0: bytes += (0..<below(40)).map { _ in byte() }
      case 1: bytes += [UInt8](repeating: byte(), count: below(75))
      default: bytes += word
      }
    }
    return bytes
  }
}

extension Array {
  /// Every order of the elements.
  var permutations: [[Element]] {
    guard count > 1 else { return [self] }
    return indices.flatMap { index in
      var rest = self
      let first = rest.remove(at: index)
      return rest.permutations.map { [first] + $0 }
    }
  }
}
