import Foundation
import Testing

/// SIGKILL at random moments of real programs: nothing is lost, nothing comes twice.
///
/// `make kill KILLS=5000 SEED=7` goes on for longer and with the optimised programs.
@Suite(.serialized, .timeLimit(.minutes(600)))
struct FaultKillTests {
  private static let environment = ProcessInfo.processInfo.environment

  @Test func `whoever is killed at whatever moment, nothing that was accepted is lost`() throws {
    let kills = Self.environment["DJOLIBA_KILLS"].flatMap(Int.init) ?? 100
    let seed = Self.environment["DJOLIBA_SEED"].flatMap(UInt64.init) ?? 1
    let tally = try KillCampaign(seed: seed, kills: kills).run()
    print("SEED=\(seed)\n\(tally.table)")
    #expect(tally.kills >= kills)
    for victim in Victim.allCases { #expect(tally.kills(of: victim) > 0, "\(victim)") }
    // A commit is short: one kill in two hundred falls into one.
    for phase in kills < 2_000 ? [.before, .between, .after] : Phase.allCases {
      #expect(tally.kills(in: phase) > 0, "\(phase)")
    }
    #expect(tally.syncs > 0 && tally.values > 0 && tally.records > 0 && tally.files > kills)
  }
}
