import Shared
import Storage

extension SyncReport {
  /// Adds what one answer did.
  mutating func add(_ answer: SyncAnswer, _ page: PendingPage, _ applied: ApplyReport) {
    received += applied.received
    left += applied.left
    handedOver += applied.handedOver
    refused += page.setAside
    if answer.examined { count(answer, page, heldBack: applied.heldBack) }
    if applied.compared > 0 { digestsEqual = applied.unequal.isEmpty }
    unequal = applied.unequal
  }

  /// Counts records: one that was refused and superseded in different fields counts in both.
  private mutating func count(
    _ answer: SyncAnswer, _ page: PendingPage, heldBack: Set<String>
  ) {
    func records(_ kinds: Set<Verdict.Kind>) -> Set<[Int]> {
      Set(answer.verdicts.filter { kinds.contains($0.kind) }.map { [$0.group, $0.record] })
    }
    let notAdmitted = records([.superseded, .lost, .proposed, .refused])
    sent += page.changeset.recordCount
    admitted += page.changeset.recordCount - notAdmitted.count
    superseded += records([.superseded, .proposed]).count
    conflicts += records([.lost, .won]).count
    refused += records([.refused]).count { !heldBack.contains(page.ids[$0[0]][$0[1]]) }
  }
}

extension SyncRequest {
  /// What a device at this position asks.
  init(
    _ position: ReplicaPosition, of program: String, deviceClock: Int64, correction: Int64,
    budget: Int, waiting: Int, push: Changeset
  ) {
    self.init(
      deviceClock: deviceClock, correction: correction, schemaVersion: position.schemaVersion,
      program: program, grantVersion: position.grantVersion, noticeCursor: position.noticeCursor,
      knownDevices: position.knownDevices, budget: budget, waiting: waiting,
      cursors: position.cursors, push: push)
    turn = position.turn
  }
}
