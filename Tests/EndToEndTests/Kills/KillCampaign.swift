/// Kills real programs at random moments, again and again, and checks their files each time.
///
/// The moments are drawn over the time that the same work takes undisturbed. They are not the same
/// in another run with the same seed, because no machine takes the same time twice; what is
/// written and who is killed doing what is.
final class KillCampaign {
  /// Kills on one hub: with more its history would be most of what is checked.
  private static let killsPerMission = 250
  /// Rounds after which everybody syncs and must hold the same.
  private static let roundsToSettle = 30

  private let seed: UInt64
  private let kills: Int
  private let victims: [Victim]
  private var chance: SeededChance
  private var moments: SeededChance
  private var mission: KillMission
  private var windows: [Victim: KillWindow] = [:]

  init(seed: UInt64, kills: Int, victims: [Victim] = Victim.allCases) throws {
    self.seed = seed
    self.kills = kills
    self.victims = victims
    chance = SeededChance(seed)
    moments = SeededChance(~seed)
    mission = try KillMission(KillTally())
  }

  /// - Returns: what happened how often. A mission in which something did not hold is kept.
  func run() throws -> KillTally {
    do {
      try playMissions()
    } catch {
      mission.place.isKept = true
      throw Unexpected("\(error)\nSEED=\(seed), kept in \(mission.place.folder)\n\(tally.table)")
    }
    return tally
  }

  private var tally: KillTally { mission.tally }

  private func playMissions() throws {
    while true {
      let end = min(kills, tally.kills + Self.killsPerMission)
      try measure()
      var rounds = 0
      while tally.kills < end {
        // Taking turns, so that each gets its share of however few.
        let victim = victims[rounds % victims.count]
        let scene = scene { [unowned self] in windows[victim]!.moment(&moments) }
        let (phase, _) = try scene.play(victim, &chance)
        mission.tally.count(victim, phase)
        windows[victim]!.learn(phase)
        rounds += 1
        if rounds % Self.roundsToSettle == 0 { try mission.settle() }
      }
      try mission.settle()
      guard tally.kills < kills else { return }
      mission = try KillMission(tally)
    }
  }

  /// How long each work takes when nobody is killed.
  private func measure() throws {
    for victim in victims {
      let (_, seconds) = try scene { nil }.play(victim, &chance)
      windows[victim] = KillWindow(seconds)
    }
    try mission.settle()
  }

  private func scene(_ moment: @escaping () -> Double?) -> KillScene {
    KillScene(mission, device: chance.pick(KillMission.devices), moment: moment)
  }
}

/// When to kill: the seconds between the start of a program and the end of its work, narrowed from
/// both ends as long as kills come before anything happened or after everything had.
struct KillWindow {
  private let whole: Double
  private var from = 0.0
  private var to: Double

  init(_ seconds: Double) {
    whole = seconds
    to = seconds
  }

  func moment(_ chance: inout SeededChance) -> Double { .random(in: from...to, using: &chance) }

  mutating func learn(_ phase: Phase) {
    let step = (to - from) / 8
    switch phase {
    case .before: from += step
    case .after, .outrun: to -= step
    case .inCommit, .between: (from, to) = (max(0, from - step), to + step)
    }
    // However quick the work is, a machine with other things to do takes longer or shorter.
    if to - from < whole / 10 { (from, to) = (from - whole / 20, to + whole / 20) }
    from = max(0, from)
  }
}
