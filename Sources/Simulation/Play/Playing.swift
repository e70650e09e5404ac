/// What came of a plan.
package struct Outcome: Sendable {
  package let plan: Plan
  package let violation: Violation?
  package let tally: Tally
  /// The same for the same plan, whatever machine plays it.
  package let fingerprint: UInt64
}

extension Plan {
  /// Plays the plan in a fresh world.
  ///
  /// - Parameter tells: takes a line for each thing that happens.
  package func play(
    in scaffold: Scaffold, sabotage: Sabotage? = nil, tells: ((String) -> Void)? = nil
  ) async -> Outcome {
    let world = World(self, in: scaffold, sabotage: sabotage, tells: tells)
    return await World.$current.withValue(world) {
      await world.run()
      world.close()
      return Outcome(
        plan: self, violation: world.broken.first, tally: world.tally, fingerprint: world.mark)
    }
  }
}

extension World {
  fileprivate func run() async {
    await playSteps()
    await playEnd()
    for violation in broken { say("BROKEN \(violation)") }
  }

  /// What happens in the plan's order, as far as everything holds.
  func playSteps() async {
    for step in plan.steps {
      begin(step)
      await perform(step)
      guard broken.isEmpty else { return }
      goOn {
        try checkAnytime([laptops[step.laptop % laptops.count]])
        try sabotage?.afterStep(self)
      }
      guard broken.isEmpty else { return }
    }
  }

  func playEnd() async {
    guard broken.isEmpty else { return }
    do {
      try await settle()
    } catch {
      fail(.progress, "the world cannot go on: \(error)")
    }
  }

  private func goOn(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      fail(.progress, "the world cannot go on: \(error)")
    }
  }
}
