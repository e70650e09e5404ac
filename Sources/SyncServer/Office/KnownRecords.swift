package import Shared

/// Which records the hub holds, for the references of a file.
package struct KnownRecords: Sendable {
  private var ids: Set<Key> = []
  private var codes: [[String]: RecordID] = [:]

  private struct Key: Hashable {
    let type: String
    let id: RecordID
  }

  package func holds(_ type: String, _ id: RecordID) -> Bool {
    ids.contains(Key(type: type, id: id))
  }

  /// The record whose `code` this is.
  package func id(_ type: String, code: String) -> RecordID? { codes[[type, code]] }

  fileprivate mutating func add(_ type: String, _ record: StoredRecord) {
    ids.insert(Key(type: type, id: record.id))
    if let code = record.values["code"]?.text { codes[[type, code]] = record.id }
  }
}

extension Hub {
  package func knownRecords() throws(Problem) -> KnownRecords {
    try store.read { transaction in
      var known = KnownRecords()
      for type in store.schema.types {
        for record in try transaction.list(type, limit: .max) { known.add(type.name, record) }
      }
      return known
    }
  }
}
