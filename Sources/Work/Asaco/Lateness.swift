package import Shared

extension Record {
  /// Whether a value was entered after its period was closed: late entries are taken, and say so.
  ///
  /// What the office took over from files says nothing of when somebody first wrote it down, and is
  /// never late.
  ///
  /// - Parameter history: the value's own.
  package func isLate(history: [HistoryEntry]) -> Bool {
    let entered = history.filter { $0.field == "value_declared" }.map(\.stamp).min()
    guard let entered, entered.device != 0,
      let period = text("period").flatMap({ ReportPeriod($0) })
    else { return false }
    return period.isLate(enteredOn: Day(milliseconds: entered.milliseconds))
  }
}
