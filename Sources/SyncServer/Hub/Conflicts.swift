package import Shared
import Storage

// The review list. Keeping agrees with what stands; restoring writes the other value as an
// ordinary new change of the hub, so it reaches every device like any other.

extension Hub {
  package func conflicts() throws(Problem) -> [ConflictRecord] {
    try store.read { transaction in
      let names = try transaction.deviceNames(from: 0)
      return try transaction.conflicts(after: 0, device: nil, limit: .max)
        .map { $0.record(names) }.sorted { $0.id > $1.id }
    }
  }

  package func keepConflict(_ id: Int64) throws(Problem) {
    try store.write { transaction in
      _ = try Self.unsettled(id, transaction)
      try settle(id, .kept, transaction)
    }
  }

  /// Throws `.not_found` also when the record is no longer there.
  package func restoreConflict(_ id: Int64, language: Language) throws(Problem) {
    try store.write { transaction in
      let conflict = try Self.unsettled(id, transaction)
      guard let type = store.schema[type: conflict.type],
        let record = try transaction.record(type, handle: conflict.handle), !record.isDeleted
      else { throw Problem(.not_found, at: "conflict \(id)") }
      var writing = try HubWriting(transaction, store.schema, now: now(), language: language)
      let change = conflict.restoring(record, stamp: writing.stamp(above: record.stamps.latest))
      let admission = try writing.admit(
        Changeset(groups: [change]), by: Writer(device: 0, role: .hub, grant: .all))
      if let refused = admission.verdicts.first(where: { $0.kind == .refused }) {
        throw Problem(
          Problem.Code(rawValue: refused.code) ?? .internal,
          at: conflict.field == "*" ? conflict.type : conflict.field)
      }
      try writing.finish(random: random)
      try settle(id, .restored, transaction)
    }
  }

  private static func unsettled(
    _ id: Int64, _ transaction: any HubTransaction
  ) throws -> HubConflict {
    guard let conflict = try transaction.conflict(id) else {
      throw Problem(.no_conflict, at: "\(id)")
    }
    guard conflict.isUnsettled else { throw Problem(.already_settled, at: "conflict \(id)") }
    return conflict
  }

  private func settle(
    _ id: Int64, _ status: HubConflict.Status, _ transaction: any HubTransaction
  ) throws {
    let version = try transaction.counter(.conflictVersion) + 1
    try transaction.set(.conflictVersion, version)
    try transaction.setConflict(id, status: status.rawValue, version: version)
  }

  /// Every value that the fields of a record had, as far as a reader may see them.
  package func history(
    _ type: String, _ prefix: String, for reader: Grant = .all
  ) throws(Problem) -> [HistoryEntry] {
    try store.read { transaction in
      guard let type = store.schema[type: type] else { throw Problem(.unknown_type, at: type) }
      let record = try Self.one(type, prefix, transaction)
      let all = try transaction.history(type.name, record.handle).readable(by: reader)
      let created =
        try all.last { $0.field.isEmpty }?.received
        ?? transaction.received(record.scope, at: record.entered)
      let lines = all.filter { !$0.field.isEmpty && $0.field != "*" }
        .map {
          HistoryLine(
            field: $0.field, replaced: $0.replaced, replacedStamp: $0.replacedStamp,
            stamp: $0.stamp, received: $0.received)
        }
      return History.entries(
        lines, now: record.values, record.stamps, fields: type.fields.map(\.name),
        names: try transaction.deviceNames(from: 0), created: created)
    }
  }

  /// Exactly one record whose id begins so, one whose deletion was dropped too.
  static func one(
    _ type: RecordType, _ prefix: String, _ transaction: any HubTransaction
  ) throws -> StoredRecord {
    let found =
      try prefix.isEmpty
      ? [] : transaction.matching(type, prefix: prefix) + transaction.dropped(type, prefix: prefix)
    guard let first = found.first else { throw Problem(.not_found, at: "\(type.name) \(prefix)") }
    guard found.count == 1 || first.id.description == prefix else {
      throw Problem(.ambiguous_id, at: "\(type.name) \(prefix)")
    }
    return first
  }
}

extension HubConflict {
  fileprivate var isUnsettled: Bool {
    status != Status.kept.rawValue && status != Status.restored.rawValue
  }

  func record(_ names: [UInt32: String]) -> ConflictRecord {
    func side(_ state: FieldState) -> ConflictRecord.Side {
      ConflictRecord.Side(
        value: state.value, device: names[state.stamp.device] ?? "\(state.stamp.device)",
        stamp: state.stamp)
    }
    return ConflictRecord(
      id: id, type: type, record: record, field: field, status: status, winner: side(winner),
      loser: side(loser))
  }

  /// The loser's value, or its deletion, as a change by somebody who has seen what stands.
  fileprivate func restoring(_ record: StoredRecord, stamp: Stamp) -> ChangeGroup {
    let isDeletion = field == "*"
    let fields =
      isDeletion
      ? []
      : [
        FieldChange(
          field: 0, value: loser.value, stamp: stamp, seen: record.state(of: field).stamp)
      ]
    return ChangeGroup(
      type: type, fields: isDeletion ? [] : [field],
      records: [
        RecordChange(
          kind: isDeletion ? .delete : .update, id: nil, handle: handle, stamp: stamp,
          fields: fields, seen: isDeletion ? record.stamps : nil)
      ])
  }
}

extension [HubHistoryLine] {
  /// What came after the last move out of a scope that a reader may not read: somebody wrote the rest
  /// for others. What was replaced at the move itself belongs to the rest.
  fileprivate func readable(by reader: Grant) -> ArraySlice<HubHistoryLine> {
    let move = lastIndex { line in
      line.field == "scope" && line.replaced.text.flatMap { Scope($0) }.map(reader.mayRead) == false
    }
    guard let move else { return self[...] }
    let next = self[move...].firstIndex { $0.seq != self[move].seq }
    return self[(next ?? endIndex)...]
  }
}
