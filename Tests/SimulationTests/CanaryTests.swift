import Simulation
import Testing

/// The simulation sees what it is there for.
@Suite struct CanaryTests {
  static let seeds: ClosedRange<UInt64> = 1...200

  @Test func `each invariant has a canary`() {
    #expect(Set(Sabotage.allCases.map(\.invariant)) == Set(Invariant.allCases))
  }

  @Test(arguments: Sabotage.allCases)
  func `a world broken on purpose is found`(sabotage: Sabotage) async throws {
    let scaffold = try Scaffold()
    for seed in Self.seeds {
      let outcome = await Plan(seed: seed).play(in: scaffold, sabotage: sabotage)
      if outcome.violation?.invariant == sabotage.invariant { return }
    }
    Issue.record("\(sabotage) breaks \"\(sabotage.invariant.rawValue)\" and nobody notices")
  }
}
