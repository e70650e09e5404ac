/// Whose process a signal ended, and while it did what.
enum Victim: String, CaseIterable {
  case importing, syncing, hub, hubAndDevice, rebuilding, enrolling, founding
}

/// How far the work had come when its process died, as the files tell afterwards.
enum Phase: String, CaseIterable {
  /// Nothing had changed anywhere.
  case before
  /// A transaction stood in a log without its end.
  case inCommit
  /// Some of it was there: pages, or the hub had taken what the device was not told yet.
  case between
  /// All of it was there, and only the end of the process was missing.
  case after
  /// The process ended before the signal came.
  case outrun
}

/// How often each thing happened in a campaign.
struct KillTally {
  private var counts: [Victim: [Phase: Int]] = [:]
  /// Syncs that nobody killed and that said they were complete.
  var syncs = 0
  /// Records whose stamps were counted into a digest anew.
  var records = 0
  /// Values that were looked for.
  var values = 0
  /// Files whose pages were all read.
  var files = 0

  mutating func count(_ victim: Victim, _ phase: Phase) {
    counts[victim, default: [:]][phase, default: 0] += 1
  }

  subscript(victim: Victim, phase: Phase) -> Int { counts[victim]?[phase] ?? 0 }

  /// Processes that a signal ended, of which the hub and a device together are two.
  var kills: Int { Victim.allCases.reduce(0) { $0 + kills(of: $1) } }

  func kills(of victim: Victim) -> Int {
    let rounds = Phase.allCases.filter { $0 != .outrun }.reduce(0) { $0 + self[victim, $1] }
    return victim == .hubAndDevice ? 2 * rounds : rounds
  }

  func kills(in phase: Phase) -> Int { Victim.allCases.reduce(0) { $0 + self[$1, phase] } }

  var table: String {
    let phases = Phase.allCases.map(\.rawValue)
    let header = Self.line(["", "killed"] + phases)
    let lines = Victim.allCases.map { victim in
      Self.line(
        [victim.rawValue, "\(kills(of: victim))"] + Phase.allCases.map { "\(self[victim, $0])" })
    }
    let checked = "\(syncs) whole syncs; checked: \(files) files, \(records) records, "
    return ([header] + lines + [checked + "\(values) values"]).joined(separator: "\n")
  }

  private static func line(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(1, (index == 0 ? 14 : 9) - cell.count))
      return index == 0 ? cell + space : space + cell
    }.joined()
  }
}

/// SplitMix64: the same seed draws the same again.
struct SeededChance: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
