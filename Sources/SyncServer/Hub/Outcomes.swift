import Shared
import Synchronization

/// Counts what became of the changes that devices sent, since the program started.
final class Outcomes: Sendable {
  private let counts = Mutex((records: 0, refused: 0, conflicts: 0))

  func note(_ request: SyncRequest, _ answer: SyncAnswer) {
    // What a wrong clock stamped comes again.
    guard answer.examined else { return }
    let records = request.push.groups.reduce(0) { $0 + $1.records.count }
    let refused = answer.verdicts.count { $0.kind == .refused }
    let conflicts = answer.verdicts.count { [.lost, .won].contains($0.kind) }
    counts.withLock { counts in
      counts.records += records
      counts.refused += refused
      counts.conflicts += conflicts
    }
  }

  var figures: [Figure] {
    let now = counts.withLock { $0 }
    return [
      Figure(
        "djoliba_records_pushed_total", .counter, "Changed records that devices sent.",
        [Figure.Sample(now.records)]),
      Figure(
        "djoliba_verdicts_total", .counter, "Changes that were not simply admitted.",
        [
          Figure.Sample(now.refused, ["kind": "refused"]),
          Figure.Sample(now.conflicts, ["kind": "conflict"]),
        ]),
    ]
  }
}
