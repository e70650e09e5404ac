// The simulation at the terminal: many seeds and what came of them, or one seed and its history.
import ArgumentParser
import Foundation
import Launching
import Simulation

@main struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Plays worlds of a hub and its laptops, in which everything fails that may fail.",
    discussion: """
      Exits with 1 when something did not hold, after printing the shortest history found.
      """)

  @Option(help: "How many seeds to play.")
  var seeds: UInt64 = 1000

  @Option(help: "The first of them.")
  var from: UInt64 = 1

  @Option(help: "Play this seed alone, and shorten its history when something does not hold.")
  var seed: UInt64?

  @Flag(help: "Tell what happens; with --seed.")
  var trace = false

  @Option(help: "Play these of its steps alone, by their numbers: 3,7,9; with --seed.")
  var keep: String?

  @Option(help: "Play it with so many laptops at most; with --seed.")
  var laptops: Int?

  @Flag(help: "Play it with links that never fail; with --seed.")
  var goodLinks = false

  @Option(help: "Processes at a time.")
  var processes = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Break the worlds on purpose, to see that it is noticed.")
  var canary: Canary?

  @Flag(help: "Play one session again and again, the power going at each sync of each machine.")
  var powerCuts = false

  @Flag(help: .hidden)
  var raw = false

  /// Worlds among which everything must have happened.
  private static let enough: UInt64 = 1000

  func run() async throws {
    let holds =
      if let seed {
        try await playOne(seed)
      } else if powerCuts {
        try await cutPower()
      } else {
        try await playMany()
      }
    if !holds { throw ExitCode(1) }
  }

  /// Every kind of loss at every sync, unsealed and sealed.
  private func cutPower() async throws -> Bool {
    var holds = true
    for sealed in [false, true] {
      let report = try await PowerCuts(seed: from, all: true, sealed: sealed).run()
      print(
        """
        \(sealed ? "Sealed" : "Unsealed"): \(report.crashes) crashes at \(report.syncs) syncs of the \
        hub and each laptop; \(report.sound) files were whole.
        """)
      for broken in report.broken { print(broken) }
      holds = holds && report.broken.isEmpty && report.sound == report.crashes
    }
    return holds
  }

  private func playOne(_ seed: UInt64) async throws -> Bool {
    let plan = plan(seed)
    let outcome = await plan.play(
      in: try Scaffold(), sabotage: canary?.sabotage, tells: trace ? { print($0) } : nil)
    guard outcome.violation != nil else {
      print("Seed \(seed) holds.")
      return true
    }
    try await tell(plan)
    return false
  }

  /// The plan of a seed, or the part of it that was asked for.
  private func plan(_ seed: UInt64) -> Plan {
    var plan = Plan(seed: seed)
    if let keep { plan = plan.keeping(Set(keep.split(separator: ",").compactMap { Int($0) })) }
    if let laptops { plan = plan.with(laptops: laptops) }
    return goodLinks ? plan.withGoodLinks : plan
  }

  private func playMany() async throws -> Bool {
    let start = ContinuousClock.now
    let report = try await processes > 1 ? shared() : campaign.run()
    if raw {
      FileHandle.standardOutput.write(try JSONEncoder().encode(report))
      return true
    }
    print(report.tally.table)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let pace = Double(report.played) / seconds
    print(
      """
      \(report.played) seeds in \(Int(seconds)) s by \(processes) processes: \(Int(pace)) a \
      second, \(Int(pace / Double(processes))) a second each.
      Fingerprint \(String(report.fingerprint, radix: 16)): the same seeds give the same.
      """)
    for broken in report.broken { print("Seed \(broken.seed): \(broken.sentence)") }
    if seeds >= Self.enough, !report.tally.missing.isEmpty {
      print("Never happened: \(report.tally.missing.joined(separator: ", "))")
      return false
    }
    guard let first = report.broken.first else { return true }
    try await tell(Plan(seed: first.seed))
    return false
  }

  private var campaign: Campaign {
    Campaign(seeds: from..<from + seeds, sabotage: canary?.sabotage)
  }

  /// Each process plays a share: SQLite and the allocator hold some locks for a whole process.
  private func shared() async throws -> Campaign.Report {
    let shares = try (0..<UInt64(processes)).map { index in
      let (first, end) = (
        seeds * index / UInt64(processes), seeds * (index + 1) / UInt64(processes)
      )
      return try Share(from: from + first, seeds: end - first, canary: canary)
    }
    return try shares.reduce(into: Campaign.Report()) { $0.add(try $1.report()) }
  }

  /// The shortest history that breaks the same, and how to see it again.
  private func tell(_ plan: Plan) async throws {
    let scaffold = try Scaffold()
    let shortest = await plan.shrunk(in: scaffold, sabotage: canary?.sabotage)
    print("\nThe shortest history found of seed \(plan.seed):")
    _ = await shortest.plan.play(in: scaffold, sabotage: canary?.sabotage) { print("  " + $0) }
    let option = canary.map { " --canary \($0.sabotage.rawValue)" } ?? ""
    print("Again: simulate \(shortest.plan.options) --trace\(option)")
  }
}

/// A sabotage by its name.
struct Canary: ExpressibleByArgument {
  let sabotage: Sabotage

  init?(argument: String) {
    guard let sabotage = Sabotage(rawValue: argument) else { return nil }
    self.sabotage = sabotage
  }
}

/// Another process of this program that plays some of the seeds.
struct Share {
  private let launched: Launched
  private let output = SpokenFile()

  init(from: UInt64, seeds: UInt64, canary: Canary?) throws {
    var words = ["/proc/self/exe", "--from", "\(from)", "--seeds", "\(seeds)"]
    words += ["--processes", "1", "--raw"]
    if let canary { words += ["--canary", canary.sabotage.rawValue] }
    launched = try Launched(words, out: output.descriptor, err: 2)
  }

  func report() throws -> Campaign.Report {
    launched.wait()
    return try JSONDecoder().decode(Campaign.Report.self, from: Data(output.whole()))
  }
}
