import Shared
import Testing

// The laws of merging.
//
//  1. Under last and review, and under gated among the listed roles, what stands in the end is
//     the change with the highest stamp, equal stamps being settled by the value's bytes, in
//     whatever order the changes arrive. It asks only that each stamp is above the one its
//     writer saw, which the clock grants.
//  2. Under cautious and ordered, of changes by several devices that saw the same and not each
//     other, the one of the highest rank stands in the end, in whatever order they arrive. For
//     ordered none of them goes back from what they saw: that one is refused if it comes first.
//  3. A change that arrives twice in a row changes nothing the second time, and is a duplicate
//     when it stands.
//  4. A successor wins under last, review and cautious, whatever the stamps.
//  5. A later change of the same device is a successor, whatever it says it saw.
//  6. In a conflict the hub stamps its choice exactly when the stamps would choose otherwise;
//     so the stamp that then stands is never below the one that lost.
//  7. Ordered never goes back for a role that may not, in any order of any changes; a
//     successor with the role does.
//  8. A cautious conflict keeps the more cautious value.
//  9. Gated: a role that is not listed never changes a value that was written, nor its stamp;
//     it proposes. A field nobody wrote takes it only where open at creation, in a creation.
// 10. Gates: a value is never written, nor its stamp raised, by a role its gate does not let in.
// 11. Append-only: a successor is refused. Of two changes that did not see each other the
//     earlier stands, in either order. Of more, the earlier of the first two values to arrive:
//     once the hub has settled a conflict with its own stamp, its choice stays.
// 12. A deletion wins exactly when its writer had seen, or written, every field as it stands.
//
// Each law is a function of the merge function that looks for a counterexample, so that it can
// be asked of broken ones too.

struct MergeLaw: Sendable, CustomTestStringConvertible {
  let name: String
  /// The first world in which the law does not hold; nil when it holds in all.
  let counterexample: @Sendable (_ merge: @escaping Merging) -> String?

  var testDescription: String { name }
}

extension MergeLaw {
  static let all = [
    highestStampInAnyOrder, highestStampInEveryOrder, highestRank, twiceIsOnce, successorWins,
    ownLaterWins, hubStampsWhatStampsWouldNot, neverBack, moreCautious, unlistedRolesPropose,
    gatesHold, appendOnlyStays,
  ]

  static let policies: [Policy] = [
    .last, .review, .appendOnly, .cautious(MergeWorld.mostCautiousFirst),
    .ordered(MergeWorld.lowestFirst, back: [.dp]), .gated([.dp], openAtCreation: true),
  ]

  // MARK: Order of arrival

  static let highestStampInAnyOrder = MergeLaw(name: "1, random histories") { merge in
    for policy in [Policy.last, .review, .gated([.saisie], openAtCreation: false)] {
      for seed in 0..<4_000 as Range<UInt64> {
        var random = SplitMix64(seed: seed)
        let arrivals = MergeWorld.history(&random).shuffled(using: &random)
        let highest = arrivals.map(\.state).max { ($0.stamp, $0.value) < ($1.stamp, $1.value) }!
        var hub = ModelHub(.merged(by: policy), merge, from: .unwritten)
        hub.receive(arrivals)
        if hub.state != highest { return "\(policy), seed \(seed): \(arrivals)" }
      }
    }
    return nil
  }

  static let highestStampInEveryOrder = MergeLaw(name: "1, every order") { merge in
    for policy in [Policy.last, .review, .gated([.saisie], openAtCreation: false)] {
      let found = everyOrder(
        of: policy, devices: [1, 1, 2, 3], values: ["a", "b"], clocks: [6, 7], merge
      ) { changes in
        changes.map(\.state).max { ($0.stamp, $0.value) < ($1.stamp, $1.value) }!.value
      }
      if let found { return found }
    }
    return nil
  }

  static let highestRank = MergeLaw(name: "2") { merge in
    let words = Policy.cautious(MergeWorld.mostCautiousFirst)
    let steps = Policy.ordered(MergeWorld.lowestFirst, back: [])
    return everyOrder(
      of: words, devices: [1, 2, 3, 4], values: MergeWorld.words, clocks: [6, 7], merge, rank)
      ?? everyOrder(
        of: words, devices: [1, 2, 3], values: [nil, "rouge", "vert"], clocks: [6, 9], merge, rank)
      ?? everyOrder(
        of: .cautious([]), devices: [1, 2, 3, 4], values: [1, 2, nil], clocks: [6, 7], merge,
        { $0.map(\.value).max()! })
      ?? everyOrder(
        of: steps, devices: [1, 2, 3, 4], values: MergeWorld.words, clocks: [6, 7], merge, rank)
  }

  private static func rank(_ changes: [IncomingChange]) -> Value {
    changes.map(\.value).max { a, b in
      (MergeWorld.words.firstIndex(of: a) ?? -1) < (MergeWorld.words.firstIndex(of: b) ?? -1)
    }!
  }

  /// Tries every order of every world, with a hub whose clock is behind and one that is ahead.
  private static func everyOrder(
    of policy: Policy, devices: [UInt32], values: [Value], clocks: [UInt64],
    _ merge: @escaping Merging, _ expected: ([IncomingChange]) -> Value
  ) -> String? {
    let field = Field.merged(by: policy)
    for base in MergeWorld.bases("vert") {
      if base.value == "vert", case .cautious([]) = policy { continue }
      let worlds = MergeWorld.concurrent(
        devices: devices, values: values, clocks: clocks, seen: base.stamp)
      for world in worlds where !world.isEmpty {
        let value = expected(world)
        for (turn, arrivals) in world.permutations.enumerated() {
          var hub = ModelHub(field, merge, from: base, now: turn % 2 == 0 ? 0 : 1_000)
          hub.receive(arrivals)
          if hub.state.value != value { return "\(policy), \(base): \(arrivals)" }
        }
      }
    }
    return nil
  }

  // MARK: One change

  static let twiceIsOnce = MergeLaw(name: "3") { merge in
    everyArrival(merge) { hub, change in
      hub.receive(change)
      let (once, stands) = (hub.state, hub.state == change.state)
      hub.receive(change)
      return hub.state == once && (!stands || hub.outcomes.last == .duplicate)
    }
  }

  static let successorWins = MergeLaw(name: "4") { merge in
    for policy in [Policy.last, .review, .cautious(MergeWorld.mostCautiousFirst)] {
      let found = everyPair(policy, merge) { hub, standing, change in
        hub.receive(
          IncomingChange(
            value: change.value, stamp: change.stamp, seen: standing.stamp, role: change.role))
        return hub.state == change.state
      }
      if let found { return found }
    }
    return nil
  }

  static let ownLaterWins = MergeLaw(name: "5") { merge in
    for policy in [Policy.last, .review, .cautious(MergeWorld.mostCautiousFirst)] {
      let found = everyPair(policy, merge) { hub, standing, change in
        let device = standing.stamp.device
        let later = Stamp(clock: standing.stamp.clock + 1, device: device)
        hub.receive(
          IncomingChange(value: change.value, stamp: later, seen: .never, role: change.role))
        return hub.state == FieldState(value: change.value, stamp: later)
          && hub.outcomes.last == .admitted
      }
      if let found { return found }
    }
    return nil
  }

  static let hubStampsWhatStampsWouldNot = MergeLaw(name: "6") { merge in
    everyArrival(merge) { hub, change in
      let before = hub.state
      hub.receive(change)
      guard case .conflict(let incomingWins, let byHub)? = hub.outcomes.last else { return true }
      let higher = (before.stamp, before.value) < (change.stamp, change.value)
      return byHub == (incomingWins != higher)
        && hub.state.stamp >= max(before.stamp, change.stamp)
    }
  }

  static let moreCautious = MergeLaw(name: "8") { merge in
    everyPair(.cautious(MergeWorld.mostCautiousFirst), merge) { hub, standing, change in
      hub.receive(change)
      let words = MergeWorld.words
      let more = max(
        words.firstIndex(of: standing.value) ?? -1, words.firstIndex(of: change.value) ?? -1)
      return hub.state.value == (more < 0 ? Value.null : words[more])
    }
  }

  /// Asks of each arrival in thousands of random histories, under every policy.
  private static func everyArrival(
    _ merge: @escaping Merging, _ holds: (inout ModelHub, IncomingChange) -> Bool
  ) -> String? {
    for policy in policies {
      for seed in 0..<2_000 as Range<UInt64> {
        var random = SplitMix64(seed: seed)
        let arrivals = MergeWorld.history(&random, as: [.saisie, .dp]).shuffled(using: &random)
        let field = Field.merged(by: policy, gates: seed % 3 == 0 ? ["orange": [.dp]] : [:])
        var hub = ModelHub(field, merge, from: .unwritten, now: seed % 2 == 0 ? 0 : 1)
        for change in arrivals where !holds(&hub, change) {
          return "\(policy), seed \(seed), \(hub.state): \(change)"
        }
      }
    }
    return nil
  }

  /// Asks of every value that stands and every change of another device that did not see it.
  private static func everyPair(
    _ policy: Policy, _ merge: @escaping Merging,
    _ holds: (inout ModelHub, FieldState, IncomingChange) -> Bool
  ) -> String? {
    let values = MergeWorld.words + [.null]
    for standing in values {
      for incoming in values {
        for clock in [1, 5, 9] as [UInt64] {
          let state = FieldState(value: standing, stamp: Stamp(clock: 5, device: 9))
          let change = IncomingChange(incoming, at: clock, by: 1)
          var hub = ModelHub(.merged(by: policy), merge, from: state)
          if !holds(&hub, state, change) { return "\(policy), \(state): \(change)" }
        }
      }
    }
    return nil
  }
}
