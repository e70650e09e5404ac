import Testing

@testable import Simulation

/// The power goes at every sync of one session.
@Suite struct PowerCutTests {
  @Test(arguments: [false, true])
  func `the power may go at any sync of any machine, sealed or not`(sealed: Bool) async throws {
    let report = try await PowerCuts(seed: 1, all: false, sealed: sealed).run()
    #expect(report.broken.isEmpty, "\(report.broken.joined(separator: "\n"))")
    #expect(report.syncs.count == 3)
    #expect(report.syncs.allSatisfy { $0 >= 15 }, "\(report.syncs)")
    #expect(report.crashes == report.syncs.reduce(0, +))
    #expect(report.sound == report.crashes)
    let laptop = try Scaffold(sealed: sealed).template.laptops[0].disk["/replica.sqlite"] ?? []
    #expect(laptop.starts(with: Array("Djoliba".utf8)) == sealed)
  }
}
