package import Shared
import Work

extension HubDesk {
  /// About records that the account may read, wherever they stood when it happened.
  package func conflicts() throws(Problem) -> [ConflictRecord] {
    try hub.store.read { transaction in
      let names = try transaction.deviceNames(from: 0)
      return try transaction.conflicts(after: 0, device: nil, limit: .max)
        .filter { try isReadable($0, transaction) }
        .map { $0.record(names) }.sorted { $0.id > $1.id }
    }
  }

  package func conflict(_ id: Int64) throws(Problem) -> ConflictRecord? {
    try hub.store.read { transaction in
      guard let found = try transaction.conflict(id), try isReadable(found, transaction) else {
        return nil
      }
      return found.record(try transaction.deviceNames(from: 0))
    }
  }

  private func isReadable(
    _ conflict: HubConflict, _ transaction: any HubTransaction
  ) throws -> Bool {
    if sitter.grant.everything { return true }
    guard sitter.grant.mayRead(conflict.scope), let type = schema[type: conflict.type],
      let record = try transaction.record(type, handle: conflict.handle)
    else { return false }
    return sitter.grant.mayRead(record.scope)
  }

  package func settle(_ conflict: Int64, restoring: Bool) throws(Problem) {
    guard let found = try self.conflict(conflict) else {
      throw Problem(.no_conflict, at: "\(conflict)")
    }
    guard ConflictRule.maySettle(found, sitter, schema) else {
      throw Problem(.role_not_allowed, at: found.type)
    }
    if restoring {
      try hub.restoreConflict(conflict, language: language)
    } else {
      try hub.keepConflict(conflict)
    }
    try note(.settle, Record(type: found.type, id: found.record, isPending: false, values: [:]))
  }
}
