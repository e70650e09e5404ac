import FieldClient
import Shared
import Storage

extension World {
  /// One sync over a link that is as good as the step says.
  func sync(_ laptop: Laptop, _ step: Step, _ dice: inout Dice, bytes: Int = .max) async {
    let faults = (0..<4).map { _ -> Fault? in
      step.faultsOnLink > 0 && dice.once(in: step.faultsOnLink) ? dice.pick(Fault.onLink) : nil
    }
    await sync(laptop, faults, &dice, bytes: bytes)
  }

  func sync(
    _ laptop: Laptop, _ faults: [Fault?], _ dice: inout Dice, bytes: Int = .max
  ) async {
    laptop.link.plan(faults, Dice(dice.next()))
    act(by: laptop.clock)
    do {
      let report = try await laptop.client().sync(maximumBytes: bytes, language: .en)
      note(report, of: laptop)
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
  }

  /// A sync that fails must fail for what happened to it.
  private func judge(_ problem: Problem, _ laptop: Laptop) {
    guard !laptop.disk.isDown, !laptop.disk.isFull, !excuses.contains(problem.code) else { return }
    let invariant: Invariant = problem.code == .clock ? .clocks : .progress
    broken.append(
      Violation(
        invariant,
        "\(laptop) could not sync: \(problem.code) \(problem.place ?? "") \(problem.cause ?? "")"))
  }

  func strayArrives(_ dice: inout Dice) {
    guard !strays.isEmpty else { return }
    let stray = strays.remove(at: dice.below(strays.count))
    say("    an old request of \(laptops[stray.laptop]) arrives")
    do {
      saw(try deliver(stray.request, from: laptops[stray.laptop]))
    } catch {
      say("    the hub: \(error.code)")
      if !Self.harmless.contains(error.code) && !excuses.contains(error.code) {
        broken.append(Violation(.messages, "an old request gave \(error.code)"))
      }
    }
  }

  private static let harmless: Set<Problem.Code> = [.cursor, .revoked, .forbidden]
}

extension Problem {
  /// What anything that was thrown says.
  init(anything error: any Error) { self.init(storage: error) }
}
