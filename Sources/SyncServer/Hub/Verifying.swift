package import Shared

/// What a full check of a hub found.
package struct HubCheck: Sendable {
  package var records = 0
  /// Scopes whose digest or count was not that of their records, and is now.
  package var recounted: [Scope] = []
  /// References that lead nowhere: type, id, field.
  package var dangling: [(type: String, id: RecordID, field: String)] = []
}

extension Hub {
  /// Reads everything, counts digests anew from the records, puts wrong ones right, and follows
  /// every reference.
  ///
  /// - Throws: `.damaged`.
  package func verify() throws(Problem) -> HubCheck {
    try store.check()
    return try store.write { transaction in
      var check = HubCheck()
      for (scope, state) in try transaction.scopes().sorted(by: { $0.key < $1.key }) {
        var found = ScopeState(seq: state.seq)
        for type in store.schema.types {
          try transaction.visit(type, scope, .all) { record in
            found.digest ^= Digest(of: record.id, record.stamps)
            found.records += 1
            for field in try broken(record, type, transaction) {
              check.dangling.append((type.name, record.id, field))
            }
          }
        }
        check.records += found.records
        guard found.digest != state.digest || found.records != state.records else { continue }
        try transaction.save(scope, found)
        check.recounted.append(scope)
      }
      return check
    }
  }

  private func broken(
    _ record: StoredRecord, _ type: RecordType, _ transaction: any HubTransaction
  ) throws -> [String] {
    try type.fields.compactMap { field in
      guard case .reference(let target, _) = field.kind, let other = store.schema[type: target],
        let reference = record.values[field.name]?.text,
        try transaction.referenced(other, reference) == nil
      else { return nil }
      return field.name
    }
  }
}
