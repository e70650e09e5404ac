package import Shared

extension Desk {
  /// What a derived field of a record holds, from what stands by now; nil where nothing follows.
  package func derived(_ field: Field, of record: Record) throws(Problem) -> Value? {
    switch (record.type, field.name) {
    case ("asaco_value", "late"):
      return try isLate(record) ? 1 : 0
    case ("contact", "last_contact_on"):
      return try records(
        of: "interaction", where: [("contact_id", .text(record.id.description))], limit: .max
      ).compactMap { $0.text("occurred_on") }.max().map { .text($0) }
    default: return nil
    }
  }
}
