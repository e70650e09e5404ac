import Shared
import Work

extension HubWriting {
  /// A value that only some roles may give, such as an approval, leaves a line wherever it was given.
  /// What the hub loads, and what is given back, was decided before.
  ///
  /// - Parameter old: the record before; nil for a new one.
  func noteDecision(
    _ record: StoredRecord, instead old: StoredRecord?, _ fields: some Sequence<String>,
    _ type: RecordType, _ writer: Writer
  ) throws {
    let isDecided = fields.contains { name in
      guard let value = record.values[name]?.text, old?.values[name]?.text != value else {
        return false
      }
      return type[field: name]?.gates[value] != nil
    }
    guard isDecided, writer.role != .hub else { return }
    try transaction.note(
      AuditEntry(.approve, by: writer.actor, type: type.name, record: "\(record.id)"), time: now)
  }
}
