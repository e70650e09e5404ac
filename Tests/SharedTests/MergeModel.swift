import Shared

/// A merge function, the true one or a broken one.
typealias Merging = @Sendable (FieldState, IncomingChange, Field) -> Outcome

/// A hub of one field: what stands, and the clock from which the hub stamps its own choices.
struct ModelHub {
  let field: Field
  let merge: Merging
  private(set) var state: FieldState
  private(set) var outcomes: [Outcome] = []
  /// Milliseconds by the hub's wall clock.
  private let now: Int64
  private var clock = HybridClock()

  init(_ field: Field, _ merge: @escaping Merging, from state: FieldState, now: Int64 = 0) {
    self.field = field
    self.merge = merge
    self.state = state
    self.now = now
  }

  /// Applies what the merge function says, as the hub does.
  mutating func receive(_ change: IncomingChange) {
    let outcome = merge(state, change, field)
    outcomes.append(outcome)
    let arrived = FieldState(value: change.value, stamp: change.stamp)
    switch outcome {
    case .duplicate, .superseded, .proposed, .refused: return
    case .admitted: state = arrived
    case .conflict(let incomingWins, let byHub):
      var winner = incomingWins ? arrived : state
      if byHub {
        let above = max(arrived.stamp.clock, state.stamp.clock)
        winner.stamp = Stamp(clock: clock.tick(milliseconds: now, above: above), device: 0)
      }
      state = winner
    }
  }

  mutating func receive(_ changes: [IncomingChange]) {
    for change in changes { receive(change) }
  }
}

extension IncomingChange {
  /// An edit in few words.
  init(
    _ value: Value, at clock: UInt64, by device: UInt32, seen: Stamp = .never,
    as role: Role = .saisie, creates: Bool = false
  ) {
    self.init(
      value: value, stamp: Stamp(clock: clock, device: device), seen: seen, role: role,
      creates: creates)
  }

  var state: FieldState { FieldState(value: value, stamp: stamp) }
}

/// The worlds in which a law is tried.
enum MergeWorld {
  static let words: [Value] = ["vert", "orange", "rouge"]
  static let mostCautiousFirst = ["rouge", "orange", "vert"]
  static let lowestFirst = ["vert", "orange", "rouge"]

  /// What may stand before anybody in the world writes.
  static func bases(_ value: Value) -> [FieldState] {
    [.unwritten, FieldState(value: value, stamp: Stamp(clock: 5, device: 9))]
  }

  /// Every set of up to four changes by the devices, one each, that saw the same and not each
  /// other: any of the values, any of the clocks.
  static func concurrent(
    devices: [UInt32], values: [Value], clocks: [UInt64], seen: Stamp, as role: Role = .saisie
  ) -> [[IncomingChange]] {
    devices.reduce([[]]) { worlds, device in
      worlds.flatMap { world in
        [world]
          + values.flatMap { value in
            clocks.map { world + [IncomingChange(value, at: $0, by: device, seen: seen, as: role)] }
          }
      }
    }
  }

  /// Edits of three devices, each with a stamp above what it saw: nothing, or any edit before
  /// it. Clocks are few, so that stamps meet; a device whose disk was copied writes equal ones.
  static func history(_ random: inout SplitMix64, as roles: [Role] = [.saisie]) -> [IncomingChange]
  {
    var history: [IncomingChange] = []
    for _ in 0...random.below(8) {
      let seen = random.chance(1, in: 3) ? nil : history.randomElement(using: &random)?.stamp
      let clock = (seen?.clock ?? 5) + 1 + UInt64(random.below(4))
      history.append(
        IncomingChange(
          random.pick(words + [.null]), at: clock, by: UInt32(1 + random.below(3)),
          seen: seen ?? .never, as: random.pick(roles)))
    }
    return history
  }
}
