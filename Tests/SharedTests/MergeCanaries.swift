import Shared
import Testing

/// A merge with one mistake, and the law that must notice it. A law that no mistake can break
/// says nothing.
struct MergeCanary: Sendable, CustomTestStringConvertible {
  let name: String
  let law: MergeLaw
  let merge: Merging

  var testDescription: String { "\(name), law \(law.name)" }
}

extension MergeCanary {
  static let all = [
    MergeCanary(name: "mine wins", law: .highestStampInAnyOrder, merge: lastArrivalWins),
    MergeCanary(name: "mine wins", law: .highestStampInEveryOrder, merge: lastArrivalWins),
    MergeCanary(name: "tie by side", law: .highestStampInAnyOrder, merge: tieBySide),
    MergeCanary(name: "tie by side", law: .highestStampInEveryOrder, merge: tieBySide),
    MergeCanary(name: "cautious ignored", law: .highestRank, merge: byStampOnly),
    MergeCanary(name: "cautious ignored", law: .moreCautious, merge: byStampOnly),
    MergeCanary(name: "no duplicate", law: .twiceIsOnce, merge: noDuplicate),
    MergeCanary(name: "append-only flips on retry", law: .twiceIsOnce, merge: flipping),
    MergeCanary(name: "append-only flips", law: .appendOnlyStays, merge: flipping),
    MergeCanary(name: "append-only is changed", law: .appendOnlyStays, merge: byStampOnly),
    MergeCanary(name: "seen ignored", law: .successorWins) { current, incoming, field in
      Shared.merge(current, incoming.having(seen: Stamp(clock: .max, device: .max)), field)
    },
    MergeCanary(name: "own edits unknown", law: .ownLaterWins) { current, incoming, field in
      let isOwn = incoming.stamp.device == current.stamp.device
      return isOwn
        ? .conflict(incomingWins: true, byHub: false) : Shared.merge(current, incoming, field)
    },
    MergeCanary(name: "the hub never stamps", law: .hubStampsWhatStampsWouldNot) {
      current, incoming, field in
      let outcome = Shared.merge(current, incoming, field)
      guard case .conflict(let incomingWins, _) = outcome else { return outcome }
      return .conflict(incomingWins: incomingWins, byHub: false)
    },
    MergeCanary(name: "anybody goes back", law: .neverBack) { current, incoming, field in
      let outcome = Shared.merge(current, incoming, field)
      return outcome == .refused(.going_back) ? .admitted : outcome
    },
    MergeCanary(name: "nobody goes back", law: .neverBack) { current, incoming, field in
      Shared.merge(current, incoming.having(role: .saisie), field)
    },
    MergeCanary(name: "gated ignored", law: .unlistedRolesPropose, merge: byStampOnly),
    MergeCanary(name: "stamps raised", law: .unlistedRolesPropose, merge: raising),
    MergeCanary(name: "gates ignored", law: .gatesHold) { current, incoming, field in
      Shared.merge(current, incoming, .merged(by: field.policy))
    },
    MergeCanary(name: "stamps raised", law: .gatesHold, merge: raising),
  ]

  private static let lastArrivalWins: Merging = { current, incoming, field in
    let outcome = Shared.merge(current, incoming, field)
    guard case .conflict = outcome else { return outcome }
    return .conflict(incomingWins: true, byHub: false)
  }

  private static let tieBySide: Merging = { current, incoming, field in
    let isTie = incoming.stamp == current.stamp && incoming.value != current.value
    return isTie
      ? .conflict(incomingWins: false, byHub: false) : Shared.merge(current, incoming, field)
  }

  private static let byStampOnly: Merging = { current, incoming, _ in
    Shared.merge(current, incoming, .merged(by: .last))
  }

  private static let noDuplicate: Merging = { current, incoming, field in
    let outcome = Shared.merge(current, incoming, field)
    return outcome == .duplicate ? .admitted : outcome
  }

  /// Forgets that the earlier of two lost its stamp when the hub chose it.
  private static let flipping: Merging = { current, incoming, field in
    let outcome = Shared.merge(current, incoming, field)
    guard case .conflict = outcome, case .appendOnly = field.policy else { return outcome }
    let higher = (current.stamp, current.value) < (incoming.stamp, incoming.value)
    return .conflict(incomingWins: !higher, byHub: true)
  }

  /// Lets the same value in from whoever writes it.
  private static let raising: Merging = { current, incoming, field in
    let isSame = incoming.value == current.value && incoming.stamp > current.stamp
    return isSame ? .admitted : Shared.merge(current, incoming, field)
  }
}

extension IncomingChange {
  fileprivate func having(seen: Stamp? = nil, role: Role? = nil) -> IncomingChange {
    IncomingChange(
      value: value, stamp: stamp, seen: seen ?? self.seen, role: role ?? self.role,
      creates: creates)
  }
}
