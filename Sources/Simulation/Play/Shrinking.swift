extension Plan {
  /// The shortest plan found that breaks the same invariant: faults of the links and laptops are left
  /// out, then steps, many at a time and then one by one, as long as it still breaks.
  package func shrunk(
    in scaffold: Scaffold, sabotage: Sabotage? = nil, budget: Int = 600
  ) async -> Outcome {
    var best = await play(in: scaffold, sabotage: sabotage)
    guard let invariant = best.violation?.invariant else { return best }
    let calmer = await best.plan.withGoodLinks.play(in: scaffold, sabotage: sabotage)
    if calmer.violation?.invariant == invariant { best = calmer }
    for count in 2..<max(2, best.plan.laptops) {
      let smaller = await best.plan.with(laptops: count).play(in: scaffold, sabotage: sabotage)
      guard smaller.violation?.invariant == invariant else { continue }
      best = smaller
      break
    }
    var runs = budget
    var size = max(1, best.plan.steps.count / 2)
    while true {
      var start = 0
      var found = false
      while start < best.plan.steps.count, runs > 0 {
        runs -= 1
        let end = min(start + size, best.plan.steps.count)
        let outcome = await best.plan.without(start..<end).play(in: scaffold, sabotage: sabotage)
        if outcome.violation?.invariant == invariant {
          best = outcome
          found = true
        } else {
          start = end
        }
      }
      if size == 1 && (!found || runs == 0) { return best }
      if !found || size > 1 { size = max(1, size / 2) }
    }
  }

  private func without(_ range: Range<Int>) -> Plan {
    var plan = self
    plan.steps.removeSubrange(range)
    return plan
  }
}
