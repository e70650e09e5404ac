/// Many seeds, one after the other.
package struct Campaign: Sendable {
  /// What came of them.
  package struct Report: Sendable, Codable {
    package struct Broken: Sendable, Codable {
      package let seed: UInt64
      package let sentence: String
    }

    package private(set) var played = 0
    package private(set) var tally = Tally()
    /// Of all worlds together, in any order.
    package private(set) var fingerprint: UInt64 = 0
    /// The worlds in which something did not hold.
    package private(set) var broken: [Broken] = []

    package init() {}

    fileprivate mutating func add(_ outcome: Outcome) {
      played += 1
      tally.add(outcome.tally)
      fingerprint ^= outcome.fingerprint
      if let violation = outcome.violation {
        broken.append(Broken(seed: outcome.plan.seed, sentence: "\(violation)"))
      }
    }

    package mutating func add(_ other: Report) {
      played += other.played
      tally.add(other.tally)
      fingerprint ^= other.fingerprint
      broken += other.broken
    }
  }

  let seeds: Range<UInt64>
  let sabotage: Sabotage?
  /// Broken worlds after which it stops.
  let patience: Int

  package init(seeds: Range<UInt64>, sabotage: Sabotage? = nil, patience: Int = 10) {
    self.seeds = seeds
    self.sabotage = sabotage
    self.patience = patience
  }

  package func run() async throws -> Report {
    let scaffold = try Scaffold()
    var report = Report()
    for seed in seeds where report.broken.count < patience {
      report.add(await Plan(seed: seed).play(in: scaffold, sabotage: sabotage))
    }
    return report
  }
}
