import Shared

// The laws of the policies that guard a field; they are stated at the head of `MergeLaws.swift`.

extension MergeLaw {
  static let neverBack = MergeLaw(name: "7") { merge in
    let field = Field.merged(by: .ordered(MergeWorld.lowestFirst, back: [.dp]))
    func rank(_ value: Value) -> Int { MergeWorld.words.firstIndex(of: value) ?? -1 }
    for seed in 0..<4_000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let arrivals = MergeWorld.history(&random).shuffled(using: &random)
      var hub = ModelHub(field, merge, from: .unwritten)
      for change in arrivals {
        let before = rank(hub.state.value)
        hub.receive(change)
        if rank(hub.state.value) < before { return "seed \(seed), \(hub.state): \(change)" }
      }
      let back = IncomingChange("vert", at: 1, by: 3, seen: hub.state.stamp, as: .dp)
      hub.receive(back)
      if hub.state != back.state { return "seed \(seed): \(back)" }
    }
    return nil
  }

  static let unlistedRolesPropose = MergeLaw(name: "9") { merge in
    for isOpen in [true, false] {
      let field = Field.merged(by: .gated([.dp], openAtCreation: isOpen))
      if let found = stranger(to: field, merge, refusal: .proposed) { return found }
      for creates in [true, false] {
        var hub = ModelHub(field, merge, from: .unwritten)
        hub.receive(IncomingChange("vert", at: 6, by: 1, creates: creates))
        if hub.outcomes != [isOpen && creates ? .admitted : .proposed] {
          return "open \(isOpen), creates \(creates)"
        }
      }
    }
    return nil
  }

  static let gatesHold = MergeLaw(name: "10") { merge in
    let gates = Dictionary(
      uniqueKeysWithValues: MergeWorld.lowestFirst.map { ($0, Set([Role.dp])) })
    for policy in policies {
      let field = Field.merged(by: policy, gates: gates)
      let refusal = Outcome.refused(.role_not_allowed)
      if let found = stranger(to: field, merge, refusal: refusal) { return found }
      var hub = ModelHub(field, merge, from: .unwritten)
      hub.receive(IncomingChange("vert", at: 6, by: 1, creates: true))
      if hub.state != .unwritten { return "\(policy): \(hub.state)" }
    }
    return nil
  }

  /// Asks that somebody whose role is not let in leaves a written field and its stamp alone,
  /// whatever they write, saw, or wrote there before.
  private static func stranger(
    to field: Field, _ merge: @escaping Merging, refusal: Outcome
  ) -> String? {
    for standing in MergeWorld.words {
      let state = FieldState(value: standing, stamp: Stamp(clock: 5, device: 9))
      for value in MergeWorld.words {
        for (device, clock) in [(1, 4), (1, 6), (9, 6)] as [(UInt32, UInt64)] {
          for seen in [Stamp.never, state.stamp] {
            let change = IncomingChange(value, at: clock, by: device, seen: seen, creates: true)
            var hub = ModelHub(field, merge, from: state)
            hub.receive(change)
            let expected = value == standing ? .superseded : refusal
            if hub.state != state || hub.outcomes != [expected] { return "\(state): \(change)" }
          }
        }
      }
    }
    return nil
  }

  static let appendOnlyStays = MergeLaw(name: "11") { merge in
    let field = Field.merged(by: .appendOnly)
    var successor = ModelHub(field, merge, from: MergeWorld.bases("vert")[1])
    successor.receive(
      IncomingChange("rouge", at: 9, by: 1, seen: successor.state.stamp, as: .hub))
    if successor.outcomes != [.refused(.append_only)] { return "a successor" }
    let worlds = MergeWorld.concurrent(
      devices: [1, 1, 2, 3], values: MergeWorld.words, clocks: [6, 7], seen: .never)
    for world in worlds where !world.isEmpty {
      // A later change of the same device is no stranger to the earlier one: law 5.
      let own = world.filter { $0.stamp.device == 1 }
      if own.count == 2 && own[0].stamp != own[1].stamp { continue }
      for arrivals in world.permutations {
        var hub = ModelHub(field, merge, from: .unwritten)
        hub.receive(arrivals)
        if hub.state.value != earlierOfFirstTwo(arrivals) { return "\(arrivals)" }
      }
    }
    return nil
  }

  /// The change that stands first, and the first one with another value: the earlier of both.
  private static func earlierOfFirstTwo(_ arrivals: [IncomingChange]) -> Value {
    let first = arrivals[0]
    guard let other = arrivals.first(where: { $0.value != first.value }) else { return first.value }
    let isEarlier = (other.stamp, other.value) < (first.stamp, first.value)
    return isEarlier ? other.value : first.value
  }
}
