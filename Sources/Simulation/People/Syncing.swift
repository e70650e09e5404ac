import FieldClient
import Shared
import Storage

extension World {
  /// One sync over a link that is as good as the step says.
  func sync(_ laptop: Laptop, _ step: Step, _ dice: inout Dice, bytes: Int = .max) async {
    let faults = faults(step, &dice)
    await exchange(laptop, faults, isBad: step.faultsOnLink > 0, &dice) {
      client throws(Problem) in
      try await client.sync(maximumBytes: bytes, language: .en)
    }
  }

  /// One sync over a good link.
  func sync(_ laptop: Laptop, _ dice: inout Dice) async {
    await exchange(laptop, [], &dice) { client throws(Problem) in
      try await client.sync(language: .en)
    }
  }

  /// Somebody doubts what the laptop holds, and compares all of it with Bamako.
  func verify(_ laptop: Laptop, _ step: Step, _ dice: inout Dice) async {
    let faults = faults(step, &dice)
    isVerifying = true
    await exchange(laptop, faults, isBad: step.faultsOnLink > 0, &dice) {
      client throws(Problem) in
      try await client.verify(language: .en)
    }
    isVerifying = false
  }

  private func faults(_ step: Step, _ dice: inout Dice) -> [Fault?] {
    (0..<4).map { _ -> Fault? in
      step.faultsOnLink > 0 && dice.once(in: step.faultsOnLink) ? dice.pick(Fault.onLink) : nil
    }
  }

  private func exchange(
    _ laptop: Laptop, _ faults: [Fault?], isBad: Bool = false, _ dice: inout Dice,
    _ body: (FieldClient) async throws(Problem) -> SyncReport
  ) async {
    hasActed = true
    laptop.syncs += 1
    laptop.link.plan(faults, Dice(dice.next()), isBad: isBad)
    act(by: laptop.clock)
    do {
      let report = try await body(laptop.client())
      note(report, of: laptop)
      // A byte budget may be too little to ask anything.
      if laptop.isRevoked && report.requests > 0 {
        fail(.scopes, "\(laptop) synced although it was shut out")
      }
      checkAfterSync(laptop, report)
    } catch {
      let problem = Problem(anything: error)
      say("    \(laptop): \(problem.code)")
      tally.count(OutcomeOfSync.stopped)
      judge(problem, laptop)
    }
    act(by: laptop.clock)
  }

  private func note(_ report: SyncReport, of laptop: Laptop) {
    say(
      """
          \(report.complete ? "complete" : "cut short"), \(report.requests) exchanges: sent \
      \(report.sent), admitted \(report.admitted), conflicts \(report.conflicts), refused \
      \(report.refused), received \(report.received), left \(report.left)
      """)
    tally.count(report.complete ? OutcomeOfSync.complete : .cutShort)
    if report.requests > 1 { tally.count(OutcomeOfSync.pages) }
    if report.restamped > 0 { tally.count(OutcomeOfSync.restamped) }
    if report.conflicts > 0 { tally.count(OutcomeOfSync.conflicts) }
    if report.refused > 0 { tally.count(OutcomeOfSync.refusals) }
    if report.left > 0 { tally.count(OutcomeOfSync.leaves) }
    if report.repaired > 0 { tally.count(OutcomeOfSync.repaired) }
  }

  /// A sync that fails must fail for what happened to it.
  private func judge(_ problem: Problem, _ laptop: Laptop) {
    guard !laptop.disk.isDown, !laptop.disk.isFull, !excuses.contains(problem.code),
      !isBamakos(problem.code, laptop)
    else { return }
    let invariant: Invariant = problem.code == .clock ? .clocks : .progress
    broken.append(
      Violation(
        invariant,
        "\(laptop) could not sync: \(problem.code) \(problem.place ?? "") \(problem.cause ?? "")"))
  }

  /// What only Bamako can do something about.
  private func isBamakos(_ code: Problem.Code, _ laptop: Laptop) -> Bool {
    switch code {
    case .revoked, .unauthorised: laptop.isRevoked
    // A hub whose clock is behind takes what was written since for the future.
    case .clock: hub.clock != .right
    // A hub that went back with the schema of then gives no answer that could take things away.
    case .hub_behind: laptop.schema.map { $0.version > hub.schema.version } ?? false
    default: false
    }
  }

  func strayArrives(_ dice: inout Dice) {
    guard !strays.isEmpty else { return }
    let stray = strays.remove(at: dice.below(strays.count))
    hasActed = true
    say("    an old request of \(laptops[stray.laptop]) arrives")
    do {
      saw(try deliver(stray.request, from: laptops[stray.laptop]))
      tally.count(OutcomeOfSync.strayTaken)
    } catch {
      say("    the hub: \(error.code)")
      let isWithdrawn = error.code == .scope_not_granted && stray.request.path == .repair
      let isForgotten = error.code == .not_understood && BodyName.isName(stray.request.body)
      let isHarmless = isWithdrawn || isForgotten || Self.harmless.contains(error.code)
      if !isHarmless && !excuses.contains(error.code) {
        broken.append(Violation(.messages, "an old request gave \(error.code)"))
      }
    }
  }

  private static let harmless: Set<Problem.Code> = [
    .cursor, .revoked, .unauthorised, .forbidden, .hub_behind,
  ]
}

extension Problem {
  /// What anything that was thrown says.
  init(anything error: any Error) { self.init(storage: error) }
}
