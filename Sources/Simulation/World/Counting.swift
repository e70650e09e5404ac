import Shared

// What no report of a sync says, counted from what goes over the link.

extension World {
  func count(_ answer: [UInt8], to request: Posted) {
    switch request.path {
    case .repair:
      guard let plain = try? Compression.expand(request.body, limit: Limits.expandedBody),
        let repair = try? RepairRequest(encoded: plain), !repair.give.isEmpty
      else { return }
      tally.count(OutcomeOfSync.givenBack)
    case .sync:
      let parts = try? Parts.expand(answer, isWhole: true, limit: Limits.expandedBody).messages
      for part in parts ?? [] { if let answer = try? SyncAnswer(encoded: part) { count(answer) } }
    }
  }

  private func count(_ answer: SyncAnswer) {
    if answer.isShared { tally.count(OutcomeOfSync.shared) }
    if answer.verdicts.contains(where: { $0.kind == .proposed }) {
      tally.count(OutcomeOfSync.proposed)
    }
    if answer.pull.groups.contains(where: { $0.records.contains { $0.kind == .erase } }) {
      tally.count(OutcomeOfSync.erased)
    }
  }
}
