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
  /// every reference. Devices sync meanwhile.
  ///
  /// - Throws: `.damaged`.
  package func verify() throws(Problem) -> HubCheck {
    try store.check()
    var (check, wrong) = try store.read { transaction in
      var check = HubCheck()
      var wrong: [Scope] = []
      for (scope, state) in try transaction.scopes().sorted(by: { $0.key < $1.key }) {
        let found = try recounted(scope, state, transaction) { record, type in
          for field in try broken(record, type, transaction) {
            check.dangling.append((type.name, record.id, field))
          }
        }
        check.records += found.records
        if found != state { wrong.append(scope) }
      }
      return (check, wrong)
    }
    for scope in wrong where try putRight(scope) { check.recounted.append(scope) }
    return check
  }

  /// Counts one scope as it is now: it may have moved since it was read.
  private func putRight(_ scope: Scope) throws(Problem) -> Bool {
    try store.write { transaction in
      guard let state = try transaction.state(of: scope) else { return false }
      let found = try recounted(scope, state, transaction) { _, _ in }
      guard found != state else { return false }
      try transaction.save(scope, found)
      return true
    }
  }

  /// A scope's state with the digest and the number of its records as they are.
  private func recounted(
    _ scope: Scope, _ state: ScopeState, _ transaction: any HubTransaction,
    _ visit: (StoredRecord, RecordType) throws -> Void
  ) throws -> ScopeState {
    var found = state
    found.digest = Digest()
    found.records = 0
    for type in store.schema.types {
      try transaction.visit(type, scope, .all) { record in
        found.digest ^= Digest(of: record.id, record.stamps)
        found.records += 1
        try visit(record, type)
      }
    }
    return found
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
