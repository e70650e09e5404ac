package import Shared
import Work

// Erasing: a person's right. Content and history go, here at once and on every device with its
// next sync, whatever anybody wrote at the same time. What stays is the id, so that nothing
// brings the record back.

extension Hub {
  /// Erases the record whose id begins so, and returns its id.
  ///
  /// - Throws: `.unknown_type`, `.not_found`, `.ambiguous_id`; `.erased` when it was before.
  package func erase(
    _ type: String, _ prefix: String, by who: String = "hub", language: Language
  ) throws(Problem) -> RecordID {
    let id = try store.write { transaction in
      guard let type = store.schema[type: type] else { throw Problem(.unknown_type, at: type) }
      let record = try Self.one(type, prefix, transaction)
      guard !record.isErased else { throw Problem(.erased, at: "\(type.name) \(record.id)") }
      if try transaction.record(type, id: record.id) == nil {
        try transaction.bringBack(record, type)
      }
      var writing = try HubWriting(transaction, store.schema, now: now(), language: language)
      try writing.erase(record, type)
      try writing.finish(random: random)
      try transaction.note(
        AuditEntry(.erase, by: who, type: type.name, record: "\(record.id)"), time: now())
      return record.id
    }
    try store.purge()
    return id
  }
}

extension HubWriting {
  mutating func erase(_ record: StoredRecord, _ type: RecordType) throws {
    var erased = record
    erased.values = record.values.filter { $0.key == "scope" }
    erased.stamps = FieldStamps(record: stamp(above: record.stamps.latest))
    erased.isDeleted = true
    erased.isErased = true
    let stored = try update(record, to: erased, fields: type.fields.map(\.name), type)
    try transaction.forget(type.name, record.handle)
    try remember(
      stored, type, "*", replaced: .unwritten, by: erased.stamps.record, seq: stored.seq)
  }
}
