package import Shared

/// A line of the history as it is stored: only what was replaced is written down, because what
/// stood afterwards is the next line's replaced value, or the record's own.
package struct HistoryLine: Sendable {
  package let field: String
  package let replaced: Value
  package let replacedStamp: Stamp
  package let stamp: Stamp
  package let received: Int64

  package init(
    field: String, replaced: Value, replacedStamp: Stamp, stamp: Stamp, received: Int64
  ) {
    self.field = field
    self.replaced = replaced
    self.replacedStamp = replacedStamp
    self.stamp = stamp
    self.received = received
  }
}

package enum History {
  /// Every value that each field had, oldest first.
  ///
  /// - Parameter created: when the record came, in milliseconds since 1970; nil when unknown.
  package static func entries(
    _ lines: [HistoryLine], now values: [String: Value], _ stamps: FieldStamps?,
    fields: [String], names: [UInt32: String], created: Int64? = nil
  ) -> [HistoryEntry] {
    func name(_ stamp: Stamp) -> String { names[stamp.device] ?? "\(stamp.device)" }
    var entries: [HistoryEntry] = []
    for field in fields {
      let own = lines.filter { $0.field == field }
      let current = values[field] ?? .null
      let stands = stamps?.stamp(of: field, isEmpty: current.isNull) ?? .never
      let first = own.first.map { ($0.replaced, $0.replacedStamp) } ?? (current, stands)
      if first.1 != .never {
        entries.append(
          HistoryEntry(
            field: field, value: first.0, stamp: first.1, device: name(first.1),
            received: created,
            replaced: .null))
      }
      for (index, line) in own.enumerated() {
        let value = index + 1 < own.count ? own[index + 1].replaced : current
        entries.append(
          HistoryEntry(
            field: field, value: value, stamp: line.stamp, device: name(line.stamp),
            received: line.received, replaced: line.replaced))
      }
    }
    return entries.sorted { ($0.received ?? 0, $0.stamp) < ($1.received ?? 0, $1.stamp) }
  }
}
