package import Shared

// How much of a laptop's work was not admitted, and why, so that Bamako sees who is stuck. What was
// written and where is not kept: it stays on the laptop, for its author to correct.

/// Changes of a device that were refused on a day for one reason.
package struct RefusalCount: Sendable, Hashable {
  package let device: UInt32
  /// Since 1970, UTC.
  package let day: Int64
  package let code: Problem.Code
  package let count: Int

  package init(device: UInt32, day: Int64, code: Problem.Code, count: Int) {
    self.device = device
    self.day = day
    self.code = code
    self.count = count
  }

  /// Days that are counted.
  package static let days: Int64 = 30

  /// The first of the days that count at a time, in milliseconds since 1970.
  package static func firstDay(_ time: Int64) -> Int64 { time / 86_400_000 - days + 1 }
}

extension Hub {
  /// Counts what was refused of a push. A request whose answer was lost comes again, and is refused
  /// again; that is no further refusal.
  func count(
    _ verdicts: [Verdict], of request: SyncRequest, by device: HubDevice, _ time: Int64,
    _ transaction: any HubTransaction
  ) throws {
    let codes = verdicts.filter { $0.kind == .refused }.compactMap {
      Problem.Code(rawValue: $0.code)
    }
    let isRepeated = request.turn == device.formerTurn && request.turn != device.turn
    guard !codes.isEmpty, !isRepeated else { return }
    for (code, all) in Dictionary(grouping: codes, by: \.self) {
      try transaction.add(
        RefusalCount(device: device.number, day: time / 86_400_000, code: code, count: all.count))
    }
    try transaction.dropRefusals(before: RefusalCount.firstDay(time))
  }
}
