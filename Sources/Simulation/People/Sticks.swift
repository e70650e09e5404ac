import FieldClient
import Shared
import SyncServer

// Where there is no network, somebody carries a stick. It may arrive after others, twice, damaged,
// when the hub is not what it was, or at a machine with a copy of the folder.

/// A file on a stick.
struct Stick {
  /// The machine that wrote it, or for which it is.
  let laptop: Int
  let way: BundleHead.Way
  var file: [UInt8]
  /// How often the machine had synced, or tried to, when it was written.
  let syncs: Int
}

extension World {
  func stickLeaves(_ laptop: Laptop) {
    judged(on: laptop) {
      let bundle = try laptop.client().bundle(by: laptop.bundles, language: .en)
      sticks.append(Stick(laptop: laptop.index, way: .up, file: bundle.file, syncs: laptop.syncs))
      hasActed = true
      say("    \(laptop) puts \(bundle.report.records) records on a stick")
    }
  }

  /// One of a device's sticks is read: in Bamako, or by this machine that has an answer to wait for.
  func stickArrives(_ laptop: Laptop, _ dice: inout Dice) {
    let own = sticks.indices.filter { laptops[sticks[$0].laptop].device == laptop.device }
    guard !own.isEmpty else { return }
    hasActed = true
    let index = dice.pick(own)
    var stick = sticks[index]
    if dice.once(in: 6) { note(.stickAgain) } else { sticks.remove(at: index) }
    let isBroken = dice.once(in: 8)
    if isBroken {
      note(.stickBroken)
      stick.file[dice.below(stick.file.count)] ^= UInt8(1 << dice.below(8))
    }
    do throws(Problem) {
      switch stick.way {
      case .up: try readInBamako(stick, laptop, &dice)
      case .down, .parcel: try read(stick, on: laptop)
      }
      if isBroken { fail(.messages, "a stick was read that was damaged") }
    } catch {
      say("    the stick: \(error.code)")
      judge(error, stick, isBroken: isBroken, laptop)
    }
  }

  /// The answer goes back with the same driver, or with somebody at some time.
  private func readInBamako(
    _ stick: Stick, _ laptop: Laptop, _ dice: inout Dice
  ) throws(Problem) {
    let receipt = try hub.read(bundle: stick.file)
    if laptops[stick.laptop].isRevoked {
      fail(.scopes, "a stick was read whose writer is shut out")
    }
    say("    Bamako reads \(receipt.records) records, \(receipt.refused) refused")
    let answer = Stick(laptop: stick.laptop, way: .down, file: receipt.answer, syncs: stick.syncs)
    guard dice.once(in: 2) else { return sticks.append(answer) }
    pass(Int64(dice.below(86_400_000)))
    try read(answer, on: laptop)
  }

  private func read(_ stick: Stick, on laptop: Laptop) throws(Problem) {
    let report = try acting(by: laptop.clock) { () throws(Problem) in
      try laptop.client().take(answer: stick.file, by: laptop.bundles)
    }
    tally.count(OutcomeOfSync.byStick)
    say("    \(laptop) reads that \(report.admitted) were admitted, and \(report.received) more")
    noteAcknowledged(laptop)
  }

  /// A stick that is not taken must have a reason, and what was on it still waits.
  private func judge(_ problem: Problem, _ stick: Stick, isBroken: Bool, _ laptop: Laptop) {
    let disk = stick.way == .up ? hub.disk : laptop.disk
    let isExpected: Bool =
      switch problem.code {
      case .not_a_bundle, .bundle_damaged, .bundle_other_way, .file_newer: isBroken
      case .bundle_foreign:
        isBroken || laptops[stick.laptop].isRevoked
          || laptops.contains { $0 !== laptop && $0.device == laptop.device }
      case .bundle_old: true
      case .bundle_ahead: stick.way == .up
      case .hub_behind: stick.way == .up && mayDiffer
      // Where its writer was then, the hub may have forgotten since it was heard over the network.
      case .bundle_repair:
        stick.way == .up && (mayDiffer || laptops[stick.laptop].syncs > stick.syncs)
      case .revoked: laptop.isRevoked
      default: disk.isDown || disk.isFull
      }
    if !isExpected { fail(.messages, "a stick gave \(problem.code) \(problem.cause ?? "")") }
  }
}
