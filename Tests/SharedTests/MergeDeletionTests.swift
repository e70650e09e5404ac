import Shared
import Testing

/// Law 12, tried on histories of which it is known who saw what.
struct MergeDeletionTests {
  typealias Deciding = @Sendable (_ current: FieldStamps, Stamp, _ seen: FieldStamps) -> Outcome

  @Test func `a deletion wins exactly when all was seen or its own`() {
    #expect(Self.counterexample { mergeDeletion(of: $0, by: $1, seen: $2) } == nil)
  }

  static let canaries: [(String, Deciding)] = [
    ("a deletion always wins", { _, _, _ in .admitted }),
    ("a deletion always loses", { _, _, _ in .conflict(incomingWins: false, byHub: false) }),
    (
      "the later stamp wins",
      { current, stamp, _ in
        current.latest < stamp ? .admitted : .conflict(incomingWins: false, byHub: false)
      }
    ),
    (
      "own edits unknown",
      { current, stamp, seen in
        mergeDeletion(of: current, by: Stamp(clock: stamp.clock, device: 999), seen: seen)
      }
    ),
    (
      "only the record is looked at",
      { current, stamp, seen in
        mergeDeletion(of: FieldStamps(record: current.record), by: stamp, seen: seen)
      }
    ),
  ]

  @Test(arguments: canaries)
  func `a broken decision is noticed`(name: String, decide: @escaping Deciding) {
    #expect(Self.counterexample(decide) != nil, "\(name)")
  }

  @Test func `a field that was added unseen saves the record`() {
    let seen = FieldStamps(record: Stamp(clock: 5, device: 1))
    var current = seen
    current.set("nom", Stamp(clock: 6, device: 2))
    let lost = Outcome.conflict(incomingWins: false, byHub: false)
    #expect(mergeDeletion(of: current, by: Stamp(clock: 9, device: 3), seen: seen) == lost)
    #expect(mergeDeletion(of: current, by: Stamp(clock: 9, device: 3), seen: current) == .admitted)
    #expect(mergeDeletion(of: current, by: Stamp(clock: 9, device: 2), seen: seen) == .admitted)
    #expect(mergeDeletion(of: current, by: Stamp(clock: 4, device: 2), seen: seen) == lost)
  }

  /// Builds a record, lets the deleter look, and goes on writing: some of it the deleter's own.
  private static func counterexample(_ decide: Deciding) -> String? {
    for seed in 0..<5_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var clock: UInt64 = 10
      var current = FieldStamps(record: Stamp(clock: clock, device: UInt32(1 + random.below(3))))
      func write(by device: UInt32) {
        clock += 1
        current.set("f\(random.below(4))", Stamp(clock: clock, device: device))
      }
      for _ in 0..<random.below(6) { write(by: UInt32(1 + random.below(3))) }
      let seen = current
      let seenAt = clock
      for _ in 0..<random.below(4) { write(by: random.chance(2, in: 3) ? 1 : 2) }
      let strangers = current.exceptions.count { $0.stamp.clock > seenAt && $0.stamp.device != 1 }
      let outcome = decide(current, Stamp(clock: clock + 1, device: 1), seen)
      let expected: Outcome =
        strangers == 0 ? .admitted : .conflict(incomingWins: false, byHub: false)
      if outcome != expected { return "seed \(seed)" }
    }
    return nil
  }
}
