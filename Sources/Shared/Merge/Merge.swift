// How the hub decides. One pure function, and no store has another.
//
// A change says which value its writer had in front of them (`seen`). If that is the value
// that stands, the writer knew what they replaced: a successor, and it wins whatever the
// clocks say. If it is not, two people wrote without knowing of each other: a conflict. Then
// the higher stamp wins, equal stamps are settled by the value's bytes, and the loser is
// kept. No side wins for being "mine", so any order of arrival gives the same value.
//
// A device always knows its own earlier writes, so a later stamp of the same device is a
// successor even when an answer was lost on the way and `seen` is behind.
//
// Policies bend the conflict case (cautious, ordered, append-only: rank before stamp) or
// guard the door (gated, locked, roles that may go back). Where rank and stamp disagree, the
// hub writes the ranked value again with a stamp of its own, above both. The laws that follow
// stand at the head of `MergeLaws.swift` among the tests.

/// What stands now in one field.
package struct FieldState: Sendable, Hashable {
  package var value: Value
  /// `.never` when nobody has written the field yet.
  package var stamp: Stamp

  package init(value: Value, stamp: Stamp) {
    self.value = value
    self.stamp = stamp
  }

  package static let unwritten = FieldState(value: .null, stamp: .never)
}

/// One change as it comes in, and what is known of its writer.
package struct IncomingChange: Sendable, Hashable {
  package let value: Value
  package let stamp: Stamp
  package let seen: Stamp
  package let role: Role
  /// Part of a record's first appearance.
  package let creates: Bool

  package init(value: Value, stamp: Stamp, seen: Stamp, role: Role, creates: Bool = false) {
    self.value = value
    self.stamp = stamp
    self.seen = seen
    self.role = role
    self.creates = creates
  }
}

/// What the hub does with a change.
package enum Outcome: Sendable, Hashable {
  /// It arrived before and still stands.
  case duplicate
  /// The incoming value stands, and nobody lost anything.
  case admitted
  /// The current value stands, and nobody lost anything: both wrote the same.
  case superseded
  /// A conflict. `incomingWins` says who; `byHub` that the winner gets a stamp of the hub's.
  case conflict(incomingWins: Bool, byHub: Bool)
  /// Kept beside the record until somebody with the role decides.
  case proposed
  case refused(Problem.Code)
}

/// Decides one field.
package func merge(_ current: FieldState, _ incoming: IncomingChange, _ field: Field) -> Outcome {
  if incoming.stamp == current.stamp && incoming.value == current.value { return .duplicate }
  let isSuccessor = incoming.isSuccessor(of: current)
  let isBarred = incoming.isBarred(by: field.gates)
  if incoming.value == current.value && current.stamp != .never {
    // A stamp decides later conflicts: who may not write the value may not raise its stamp.
    let rises = isSuccessor || current.isBelow(incoming)
    return rises && !isBarred && incoming.mayRestate(field.policy) ? .admitted : .superseded
  }
  if isBarred { return .refused(.role_not_allowed) }
  if isSuccessor { return succeed(current, incoming, field.policy) }
  return settle(current, incoming, field.policy)
}

/// The writer knew what stood there.
private func succeed(
  _ current: FieldState, _ incoming: IncomingChange, _ policy: Policy
) -> Outcome {
  let isFirst = current.stamp == .never
  switch policy {
  case .last, .review, .cautious: return .admitted
  case .appendOnly: return isFirst ? .admitted : .refused(.append_only)
  case .gated(let roles, let openAtCreation):
    if incoming.role.isIn(roles) { return .admitted }
    return openAtCreation && incoming.creates && isFirst ? .admitted : .proposed
  case .ordered(let order, let back):
    let goesBack = !isFirst && rank(incoming.value, order) < rank(current.value, order)
    return goesBack && !incoming.role.isIn(back) ? .refused(.going_back) : .admitted
  }
}

/// Two writers did not know of each other.
private func settle(
  _ current: FieldState, _ incoming: IncomingChange, _ policy: Policy
) -> Outcome {
  let higher = current.isBelow(incoming)
  switch policy {
  case .last, .review: return .conflict(incomingWins: higher, byHub: false)
  case .gated(let roles, _):
    return incoming.role.isIn(roles) ? .conflict(incomingWins: higher, byHub: false) : .proposed
  case .appendOnly:
    // The earlier; but its stamp is gone once the hub gave its own, so that choice stays.
    let wins = !higher && !current.stamp.isOfHub
    return .conflict(incomingWins: wins, byHub: wins != higher)
  case .cautious(let order):
    return byRank(cautiousness(incoming.value, order), cautiousness(current.value, order), higher)
  case .ordered(let order, _):
    return byRank(Double(rank(incoming.value, order)), Double(rank(current.value, order)), higher)
  }
}

private func byRank(_ incoming: Double, _ current: Double, _ higher: Bool) -> Outcome {
  if incoming == current { return .conflict(incomingWins: higher, byHub: false) }
  let wins = incoming > current
  return .conflict(incomingWins: wins, byHub: wins != higher)
}

/// Position in an order from low to high; what the order does not name is below all.
private func rank(_ value: Value, _ order: [String]) -> Int {
  value.text.flatMap(order.firstIndex) ?? -1
}

/// Larger is more cautious. The order names the most cautious first; without one, numbers
/// speak for themselves.
private func cautiousness(_ value: Value, _ order: [String]) -> Double {
  switch value {
  case .int(let number): Double(number)
  case .real(let number): number
  case .text(let text): order.firstIndex(of: text).map { Double(order.count - $0) } ?? -1
  case .null: -.infinity
  }
}

extension IncomingChange {
  fileprivate func isSuccessor(of current: FieldState) -> Bool {
    current.stamp == .never || seen == current.stamp
      || stamp.device == current.stamp.device && stamp > current.stamp
  }

  fileprivate func isBarred(by gates: [String: Set<Role>]) -> Bool {
    value.text.flatMap { gates[$0] }.map { !role.isIn($0) } ?? false
  }

  /// Whether writing once more what stands there may raise its stamp.
  fileprivate func mayRestate(_ policy: Policy) -> Bool {
    switch policy {
    case .last, .review, .cautious, .ordered: true
    case .appendOnly: false
    case .gated(let roles, _): role.isIn(roles)
    }
  }
}

extension Stamp {
  fileprivate var isOfHub: Bool { device == 0 }
}

extension FieldState {
  fileprivate func isBelow(_ incoming: IncomingChange) -> Bool {
    (stamp, value) < (incoming.stamp, incoming.value)
  }
}

extension Role {
  package func isIn(_ roles: Set<Role>) -> Bool { self == .hub || roles.contains(self) }
}

/// Decides a deletion: its writer must have seen every field as it stands.
///
/// - Parameters:
///   - current: the fields as they stand, written ones only.
///   - seen: the stamps that the writer had in front of them.
package func mergeDeletion(
  of current: FieldStamps, by stamp: Stamp, seen: FieldStamps
) -> Outcome {
  func knew(_ field: Stamp, _ other: Stamp) -> Bool {
    field == other || field.device == stamp.device && field < stamp
  }
  let knewAll =
    knew(current.record, seen.record)
    && current.exceptions.allSatisfy { exception in
      knew(exception.stamp, seen.own(exception.field) ?? .never)
    }
  return knewAll ? .admitted : .conflict(incomingWins: false, byHub: false)
}
