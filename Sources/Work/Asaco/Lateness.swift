package import Shared

extension Record {
  /// Whether a value was entered after its period was closed: late entries are taken, and say so.
  ///
  /// What the office took over from files says nothing of when somebody first wrote it down, and is
  /// never late.
  ///
  /// - Parameters:
  ///   - history: the value's own.
  ///   - made: when it was entered here, in milliseconds since 1970, while its history waits to be sent.
  package func isLate(history: [HistoryEntry], made: Int64? = nil) -> Bool {
    guard let period = text("period").flatMap({ ReportPeriod($0) }) else { return false }
    let first = history.filter { $0.field == "value_declared" }.map(\.stamp).min()
    let entered = first.map { $0.device == 0 ? nil : $0.milliseconds } ?? made
    return entered.map { period.isLate(enteredOn: Day(milliseconds: $0)) } ?? false
  }
}

extension Desk {
  /// Whether a value was entered too late, as far as this place can tell.
  package func isLate(_ value: Record) throws(Problem) -> Bool {
    value.isLate(history: try history(value.type, value.id), made: try made(value.id))
  }
}
