import GRDB
import Shared

// A power cut shows what a disk holds at one moment: what was synced, and anything or nothing of
// what was written since. So between two syncs there is one crash to take for each thing that the
// disk may do with the writes between them, and the syncs of a session can be counted. Here the
// same session is played once for each sync of each machine and each such thing: the power goes
// before that sync is done, the machine starts again, the session goes on to its end, and what
// must hold holds.

/// One session, and the power going at each of its syncs.
package struct PowerCuts: Sendable {
  /// Where the power goes, and what it takes.
  struct Point: Sendable, CustomStringConvertible {
    let machine: Int
    let sync: Int
    let loss: Disk.Loss

    var description: String { "\(machine == 0 ? "hub" : "laptop \(machine)") \(sync) \(loss)" }
  }

  package struct Report: Sendable {
    /// Syncs of the session, of the hub and then of each laptop.
    package internal(set) var syncs: [Int] = []
    /// Crashes that were taken.
    package internal(set) var crashes = 0
    /// Crashes after which the file was found whole, page by page.
    package internal(set) var sound = 0
    package internal(set) var broken: [String] = []
  }

  private let seed: UInt64
  private let losses: [Disk.Loss]
  private let plan: Plan
  private let sealed: Bool

  /// - Parameters:
  ///   - all: every kind of loss at every sync, instead of one kind at each in turn.
  ///   - sealed: whether the laptops' replicas are.
  package init(seed: UInt64, all: Bool, sealed: Bool = false) {
    self.seed = seed
    self.sealed = sealed
    losses = all ? Disk.Loss.allCases : []
    plan = Plan(seed: seed, laptops: 2, steps: Self.session)
  }

  /// Two people write the same and other records, with the library and without, and their machines
  /// and Bamako exchange them, refuse, delete and correct.
  private static let session: [(action: Action, laptop: Int)] = [
    (.add, 0), (.addTally, 0), (.sqlInsert, 0), (.sync, 0), (.sync, 1), (.edit, 0), (.bulk, 1),
    (.spoil, 1), (.sync, 1), (.sync, 0), (.sqlReplace, 1), (.delete, 0), (.hubEdits, 0),
    (.sync, 1), (.dropRefused, 1), (.hubUpgrades, 0), (.sync, 0), (.edit, 1), (.move, 0),
    (.syncLittle, 0), (.sync, 1), (.hubErases, 0), (.sync, 0), (.sync, 1),
  ]

  package func run() async throws -> Report {
    let scaffold = try Scaffold(sealed: sealed)
    var report = Report()
    report.syncs = await play(nil, in: scaffold, &report)
    for (machine, syncs) in report.syncs.enumerated() {
      for sync in 1..<syncs + 1 {
        for loss in losses(at: sync) {
          report.crashes += 1
          _ = await play(Point(machine: machine, sync: sync, loss: loss), in: scaffold, &report)
        }
      }
    }
    return report
  }

  private func losses(at sync: Int) -> [Disk.Loss] {
    losses.isEmpty ? [Disk.Loss.allCases[sync % Disk.Loss.allCases.count]] : losses
  }

  /// - Returns: the syncs of each machine's disk during the session.
  private func play(
    _ point: Point?, in scaffold: Scaffold, _ report: inout Report
  ) async -> [Int] {
    let world = World(plan, in: scaffold, sabotage: nil, tells: nil)
    let disks = [world.hub.disk] + world.laptops.map(\.disk)
    world.powerCut = PowerCut(loss: point?.loss)
    if let point { disks[point.machine].cutAtSync = point.sync }
    let syncs = await World.$current.withValue(world) {
      let syncs = await world.playSession()
      world.close()
      return syncs
    }
    report.sound += world.powerCut?.sound ?? 0
    if let violation = world.broken.first {
      report.broken.append("seed \(seed), \(point.map { "\($0)" } ?? "no cut"): \(violation)")
    }
    return syncs
  }
}

/// What power cuts do in a world in which they come at a known moment.
struct PowerCut {
  /// Nil when it never comes.
  let loss: Disk.Loss?
  /// Machines whose files were whole afterwards.
  var sound = 0
}

extension World {
  fileprivate func playSession() async -> [Int] {
    await playSteps()
    let syncs = ([hub.disk] + laptops.map(\.disk)).map(\.syncs)
    await playEnd()
    return syncs
  }

  /// After a machine started again: SQLite reads every page of its file.
  func checkPages(_ whose: String, _ read: ((Database) throws -> [String]) throws -> [String]) {
    guard powerCut != nil else { return }
    do {
      let found = try read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
      if found == ["ok"] { return powerCut!.sound += 1 }
      fail(.progress, "\(whose)'s file is damaged: \(found.first ?? "")")
    } catch {
      fail(.progress, "\(whose) cannot be opened after a power cut: \(error)")
    }
  }
}
