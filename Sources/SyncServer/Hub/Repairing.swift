package import Shared
import Work

// The hub's side of a repair. It answers questions and keeps nothing of the conversation: a
// device that is cut off begins again, and what was repaired is equal by then.

extension Hub {
  /// Answers one question of a repair, and takes back what this hub lost.
  ///
  /// - Throws: `.scope_not_granted`; `.forbidden` when the hub knows the cursor, for then it has
  ///   lost nothing.
  package func repair(
    _ request: RepairRequest, for device: HubDevice, language: Language
  ) throws(Problem) -> RepairAnswer {
    let scope = request.cursor.scope
    guard device.grant.mayRead(scope) else {
      throw Problem(.scope_not_granted, at: scope.description)
    }
    let given = request.give.isEmpty ? [] : try taken(request, from: device, language)
    return try store.read { transaction in
      try answer(request, device, given: given, transaction)
    }
  }

  /// Whoever gives back what was never lost leaves a line, although nothing of it is taken.
  private func taken(
    _ request: RepairRequest, from device: HubDevice, _ language: Language
  ) throws(Problem) -> [RecordID] {
    do throws(Problem) {
      return try takeBack(request, from: device, language)
    } catch {
      if error.code == .forbidden {
        try noteRefusal(error.code, ofGiving: request, by: device)
      }
      throw error
    }
  }

  /// The records that were given.
  private func takeBack(
    _ request: RepairRequest, from device: HubDevice, _ language: Language
  ) throws(Problem) -> [RecordID] {
    try store.write { transaction in
      let time = now()
      guard try isUnknown(request.cursor, transaction) else {
        throw Problem(.forbidden)
      }
      // A cursor that the hub never gave proves no loss: whoever shows it writes in its own name alone.
      let isLost = try transaction.hasLost(request.cursor, now: time)
      let writer = isLost ? Writer(giver: device) : Writer(device, isAware: true)
      var writing = try HubWriting(
        transaction, store.schema, now: time, language: language, merging: merging)
      let give = request.give.written.stamped(notAfter: time)
      let admission = try writing.admit(give, by: writer)
      try writing.finish(random: random)
      try noteRefusals(
        admission.verdicts, of: give, by: device, isRepeated: false, time, transaction)
      try transaction.note(
        AuditEntry(
          .giveBack, by: device.actor, type: "device", record: "\(device.number)",
          detail: "\(request.cursor.scope): \(request.give.recordCount)"), time: time)
      return request.give.groups.flatMap { group in group.records.compactMap(\.id) }
    }
  }

  private func answer(
    _ request: RepairRequest, _ device: HubDevice, given: [RecordID],
    _ transaction: any HubTransaction
  ) throws -> RepairAnswer {
    let scope = request.cursor.scope
    let seq = try transaction.state(of: scope)?.seq ?? 0
    let mark = try seq == 0 ? 0 : transaction.mark(scope, at: seq) ?? 0
    var answer = RepairAnswer(
      hubClock: now(), isKnown: try !isUnknown(request.cursor, transaction),
      cursor: Cursor(scope: scope, seq: seq, mark: mark))
    answer.parts = try request.ranges.map { range in
      RangeComparison.parts(of: try fingerprints(scope, range, transaction)[...], in: range)
    }
    var draft = AnswerDraft()
    let budget = Limits.budget(request.budget)
    for id in given { try tell(id, device, &draft, &answer, transaction) }
    for id in request.wanted where draft.spent < budget {
      try tell(id, device, &draft, &answer, transaction)
    }
    answer.pull = draft.changeset
    return answer
  }

  private func isUnknown(
    _ cursor: Cursor, _ transaction: any HubTransaction
  ) throws -> Bool {
    try transaction.standing(of: cursor, in: nil, isFollowed: true) == .unknown
  }

  private func fingerprints(
    _ scope: Scope, _ range: IDRange, _ transaction: any HubTransaction
  ) throws -> [FingerprintedRecord] {
    var records: [FingerprintedRecord] = []
    if range == .all, let state = try transaction.state(of: scope) {
      records.reserveCapacity(max(0, state.records))
    }
    for type in store.schema.types {
      try transaction.visit(type, scope, range) { record in
        let print = Fingerprint(
          of: record.id, handle: record.handle, record.stamps, record.values)
        records.append(FingerprintedRecord(id: record.id, print: print))
      }
    }
    records.order()
    return records
  }

  /// How one record stands, as far as the device may know.
  private func tell(
    _ id: RecordID, _ device: HubDevice, _ draft: inout AnswerDraft, _ answer: inout RepairAnswer,
    _ transaction: any HubTransaction
  ) throws {
    for type in store.schema.types {
      guard let record = try transaction.record(type, id: id) else { continue }
      // Who holds it holds what must be nowhere, wherever the record stood.
      if record.isErased { return draft.addErasure(of: record, type) }
      guard !record.isDeleted, device.grant.mayRead(record.scope) else { break }
      return draft.addWhole(record, type)
    }
    draft.spent += 16
    answer.gone.append(id)
  }
}

extension Changeset {
  /// Without the fields that nobody wrote: of what waits at its device, the record beneath has some.
  fileprivate var written: Changeset {
    var changes = self
    for group in groups.indices {
      for record in groups[group].records.indices {
        changes.groups[group].records[record].fields.removeAll { $0.stamp == .never }
      }
    }
    return changes
  }

  /// A hub whose clock ran ahead admitted what is stamped in the future: once that clock is right,
  /// it counts as written now.
  fileprivate func stamped(notAfter time: Int64) -> Changeset {
    guard latestStamp.milliseconds > time + Limits.clockTolerance else { return self }
    func past(_ stamp: Stamp) -> Stamp {
      Stamp(clock: min(stamp.clock, HybridClock.reading(time)), device: stamp.device)
    }
    return Changeset(
      groups: groups.map { group in
        ChangeGroup(
          type: group.type, fields: group.fields,
          records: group.records.map { record in
            RecordChange(
              kind: record.kind, id: record.id, handle: record.handle, stamp: past(record.stamp),
              fields: record.fields.map {
                FieldChange(
                  field: $0.field, value: $0.value, stamp: past($0.stamp), seen: $0.seen)
              }, seen: record.seen)
          })
      })
  }
}
