/// What will happen in a world: one thing after the other, each with chance of its own, so that
/// leaving one out changes as little as possible of the others.
package struct Plan: Sendable {
  package let seed: UInt64
  package private(set) var laptops: Int
  /// Letters that pad every text, so that pages fill.
  let padding: Int
  var steps: [Step]

  package init(seed: UInt64) {
    var dice = Dice(seed &* 0x9e37_79b9_7f4a_7c15 &+ 1)
    self.seed = seed
    laptops = 2 + dice.below(3)
    padding = dice.pick([0, 0, 0, 30, 200])
    let weights = Self.weights(&dice)
    let faultsOnLink = dice.pick([0, 2, 3, 6])
    let count = 15 + dice.below(30)
    let (machines, haste) = (laptops, dice.pick([500, 5_000, 600_000]))
    // Some begin with records, so that there is something to edit, delete and move.
    let early = dice.pick([0, 4, 8])
    steps = (0..<count).map { number in
      Step(
        number: number,
        action: number < early ? dice.pick(Self.beginning) : Self.draw(weights, &dice),
        laptop: dice.below(machines),
        seed: dice.next(),
        pause: Self.pause(haste, &dice), faultsOnLink: faultsOnLink)
    }
  }

  /// A plan that somebody wrote, with links that never fail.
  init(seed: UInt64, laptops: Int, steps: [(action: Action, laptop: Int)]) {
    var dice = Dice(seed)
    self.seed = seed
    self.laptops = laptops
    padding = 0
    self.steps = steps.enumerated().map { number, step in
      Step(
        number: number, action: step.action, laptop: step.laptop, seed: dice.next(),
        pause: Self.pause(60_000, &dice),
        faultsOnLink: 0)
    }
  }

  private static let beginning: [Action] = [.add, .add, .addTally, .sqlInsert, .hubEdits, .sync]

  /// Each world has its own taste: some actions are frequent, some never happen.
  private static func weights(_ dice: inout Dice) -> [(action: Action, weight: Int)] {
    Action.allCases.map { action in
      let factor = action.isEssential ? dice.pick([1, 2, 3]) : dice.pick([0, 1, 1, 4])
      return (action, action.weight * factor)
    }
  }

  private static func draw(
    _ weights: [(action: Action, weight: Int)], _ dice: inout Dice
  ) -> Action {
    var left = dice.below(weights.reduce(0) { $0 + $1.weight })
    for (action, weight) in weights {
      left -= weight
      if left < 0 { return action }
    }
    return .sync
  }

  /// Mostly moments; sometimes days.
  private static func pause(_ haste: Int, _ dice: inout Dice) -> Int64 {
    Int64(dice.once(in: 12) ? dice.below(10 * 86_400_000) : dice.below(haste))
  }
}

/// Somebody does something.
package struct Step: Sendable {
  /// Its place in the whole plan.
  package let number: Int
  let action: Action
  let laptop: Int
  package let seed: UInt64
  /// Milliseconds of true time before it.
  let pause: Int64
  /// One exchange in this many goes wrong; 0 for none.
  var faultsOnLink: Int
}

// A part of a plan, as whoever looks for what breaks in it leaves out the rest.
extension Plan {
  /// The same with these steps alone.
  package func keeping(_ numbers: Set<Int>) -> Plan {
    var plan = self
    plan.steps.removeAll { !numbers.contains($0.number) }
    return plan
  }

  /// The same with so many laptops at most.
  package func with(laptops count: Int) -> Plan {
    var plan = self
    plan.laptops = min(laptops, count)
    return plan
  }

  /// The same with links that never fail.
  package var withGoodLinks: Plan {
    var plan = self
    for index in steps.indices { plan.steps[index].faultsOnLink = 0 }
    return plan
  }

  /// The options with which `simulate` plays it again.
  package var options: String {
    let whole = Plan(seed: seed)
    var words = ["--seed \(seed)"]
    if steps.count < whole.steps.count {
      words.append("--keep \(steps.map { "\($0.number)" }.joined(separator: ","))")
    }
    if laptops < whole.laptops { words.append("--laptops \(laptops)") }
    let hasGoodLinks = steps.allSatisfy { $0.faultsOnLink == 0 }
    if hasGoodLinks, whole.steps.contains(where: { $0.faultsOnLink > 0 }) {
      words.append("--good-links")
    }
    return words.joined(separator: " ")
  }
}
