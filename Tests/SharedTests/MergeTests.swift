import Shared
import Testing

struct MergeTests {
  @Test(arguments: MergeLaw.all)
  func `the law holds`(law: MergeLaw) {
    #expect(law.counterexample { merge($0, $1, $2) } == nil)
  }

  @Test(arguments: MergeCanary.all)
  func `a broken merge breaks its law`(canary: MergeCanary) {
    #expect(canary.law.counterexample(canary.merge) != nil)
  }

  @Test func `equal stamps are settled by the bytes of two spellings`() {
    let spellings = ["\u{e9}", "e\u{301}"].map { IncomingChange(.text($0), at: 6, by: 1) }
    for arrivals in spellings.permutations {
      var hub = ModelHub(.merged(by: .last), { merge($0, $1, $2) }, from: .unwritten)
      hub.receive(arrivals)
      #expect(hub.state.value == "\u{e9}")
    }
  }

  @Test func `an append-only choice of the hub survives an earlier stamp and a retry`() {
    let (first, second, third) = (
      IncomingChange("a", at: 10, by: 1), IncomingChange("b", at: 30, by: 2),
      IncomingChange("c", at: 20, by: 3)
    )
    var hub = ModelHub(.merged(by: .appendOnly), { merge($0, $1, $2) }, from: .unwritten)
    hub.receive([first, second, second, third, third])
    #expect(hub.state.value == "a")
    #expect(hub.outcomes[1] == .conflict(incomingWins: false, byHub: true))
    #expect(hub.outcomes[2...].allSatisfy { $0 == .conflict(incomingWins: false, byHub: false) })
  }

  @Test func `an append-only value written again keeps its earlier stamp`() {
    var hub = ModelHub(.merged(by: .appendOnly), { merge($0, $1, $2) }, from: .unwritten)
    hub.receive([IncomingChange("a", at: 10, by: 1), IncomingChange("a", at: 50, by: 2)])
    hub.receive(IncomingChange("b", at: 30, by: 3))
    #expect(hub.state.value == "a")
  }

  @Test func `the same value twice is no conflict`() {
    for policy in MergeLaw.policies {
      let state = FieldState(value: "vert", stamp: Stamp(clock: 5, device: 9))
      for clock in [1, 5, 9] as [UInt64] {
        let change = IncomingChange("vert", at: clock, by: 1)
        let outcome = merge(state, change, .merged(by: policy))
        #expect(outcome == .admitted || outcome == .superseded)
      }
    }
  }

  @Test func `the hub itself is let in everywhere`() {
    let state = FieldState(value: "vert", stamp: Stamp(clock: 5, device: 9))
    let field = Field.merged(by: .gated([], openAtCreation: false), gates: ["rouge": []])
    let change = IncomingChange("rouge", at: 9, by: 0, seen: state.stamp, as: .hub)
    #expect(merge(state, change, field) == .admitted)
  }
}
