extension Plan {
  /// The shortest plan found that breaks the same invariant: things are left out, many at a time
  /// and then one by one, as long as it still breaks.
  package func shrunk(
    in scaffold: Scaffold, sabotage: Sabotage? = nil, budget: Int = 600
  ) async -> Outcome {
    var best = await play(in: scaffold, sabotage: sabotage)
    guard let invariant = best.violation?.invariant else { return best }
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
