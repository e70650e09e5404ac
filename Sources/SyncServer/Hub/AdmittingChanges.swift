import Shared

// Merging the fields of a change into a record that is there: rights and rules first, then the
// one merge function, then what the whole record's rules say, then what lost is kept.

extension HubWriting {
  mutating func update(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType, _ writer: Writer
  ) throws {
    var merged = MergedRecord(record: current)
    for change in entry.change.fields {
      witness(change.stamp)
      guard let field = entry.check(change, type, today) else { continue }
      if field.name == "scope", let scope = entry.handedOverTo, writer.isUnaware(of: scope) {
        entry.add(change, .proposed)
        continue
      }
      if let problem = try guarded(change, field, current, type, writer) {
        entry.refuse(change, problem)
        continue
      }
      try decide(change, field, &merged, &entry, type, writer)
    }
    refuseBroken(&merged, &entry, current, type)
    followDefault(&merged, &entry, current, type, writer)
    if current.isDeleted { try settleRevival(&merged, &entry, type) }
    if current.isDeleted && merged.written.isEmpty {
      entry.mustResend = true
      return try keep(merged.conflicts, current, type)
    }
    let stored = try store(merged, &entry, current, type)
    if entry.change.kind == .create {
      // Its answer was lost, and nobody has changed it since: then the writer has it already.
      let isAgain = merged.written.isEmpty && !writer.isGiver && entry.isAll(of: current)
      if isAgain { entry.broughtWhole = true } else { entry.mustResend = true }
      if !current.isDeleted { try noteMeeting(entry.change.stamp, stored, type) }
    }
    try noteDecision(stored, instead: current, merged.written.keys, type, writer)
  }

  /// A creation that came upon a record of the same key may have left nothing in it. When it is
  /// repeated after somebody deleted that record, this line tells that it was here before.
  private func noteMeeting(_ stamp: Stamp, _ record: StoredRecord, _ type: RecordType) throws {
    // Its own creation, come again, met nobody.
    guard record.stamps.record != stamp else { return }
    let lines = try history(of: record, type)
    guard !lines.contains(where: { $0.field != "*" && $0.stamp == stamp }) else { return }
    try writeDownCreation(of: record, type)
    try remember(record, type, "", replaced: .unwritten, by: stamp, seq: record.seq)
  }

  private mutating func store(
    _ merged: MergedRecord, _ entry: inout RecordEntry, _ current: StoredRecord,
    _ type: RecordType
  ) throws -> StoredRecord {
    if merged.record.scope == current.scope { entry.before = current.seq }
    let stored =
      merged.written.isEmpty
      ? current
      : try update(current, to: merged.record, fields: Array(merged.written.keys), type)
    for (field, before) in merged.written.sorted(by: { $0.key < $1.key }) {
      var replaced = before
      if let arrived = merged.restamped[field] {
        try remember(
          stored, type, field, replaced: before, by: arrived.stamp, seq: stored.seq)
        replaced = arrived
      }
      try remember(
        stored, type, field, replaced: replaced, by: stored.state(of: field).stamp,
        seq: stored.seq)
    }
    try keep(merged.conflicts, stored, type)
    entry.isAdmitted = true
    return stored
  }

  /// What somebody gives back of a record that went to where they may not write changes nothing
  /// there. This hub had admitted it before it was restored, so it is kept for Bamako.
  mutating func keepBeside(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType
  ) throws {
    for change in entry.change.fields {
      guard let field = entry.check(change, type, today) else { continue }
      let standing = current.state(of: field.name)
      guard !change.value.isNull, change.value != standing.value,
        try knownOutcome(change, field, current, type) == nil
      else { continue }
      try keep(
        current, type, field.name, status: field.policy.needsReview ? .open : .noted,
        winner: standing, loser: FieldState(value: change.value, stamp: change.stamp))
    }
  }

  private func keep(
    _ conflicts: [MergedRecord.Conflict], _ record: StoredRecord, _ type: RecordType
  ) throws {
    for conflict in conflicts {
      try keep(
        record, type, conflict.field, status: conflict.status, winner: conflict.winner,
        loser: conflict.loser)
    }
  }

  /// What the record and the writer's rights say before any merging.
  private func guarded(
    _ change: FieldChange, _ field: Field, _ current: StoredRecord, _ type: RecordType,
    _ writer: Writer
  ) throws -> Problem? {
    if current.values[field.name] ?? .null == change.value { return nil }
    if let lock = field.lock, let state = current.values[lock.field]?.text,
      lock.values.contains(state), !writer.role.isIn(lock.unlock)
    {
      return Problem(.locked, at: field.name)
    }
    guard field.name == "scope" else {
      return try unknownBase(change.value, field, type, writer)
        ?? foreign([field.name: change.value], type, writer)
    }
    guard let scope = change.value.text.flatMap({ Scope($0) }) else {
      return Problem(.invalid_value, at: "scope")
    }
    if scope.width > current.scope.width && !writer.role.isIn(type.wideners) {
      return Problem(.scope_widened, at: scope.description)
    }
    if let problem = try unknownBase(of: scope, writer) { return problem }
    return writer.grant.mayWrite(scope)
      ? nil : Problem(.scope_not_granted, at: scope.description)
  }

  private mutating func decide(
    _ change: FieldChange, _ field: Field, _ merged: inout MergedRecord,
    _ entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws {
    let standing = merged.record.state(of: field.name)
    if change.value.isNull, standing == .unwritten, change.stamp == merged.record.stamps.record {
      // An empty field with the record's own stamp is one that nobody wrote: there is no other
      // way to write it down.
      return entry.add(change, .superseded)
    }
    let incoming = IncomingChange(
      value: change.value, stamp: change.stamp, seen: change.seen, role: writer.role(for: field),
      creates: entry.change.kind == .create)
    let arrived = FieldState(value: change.value, stamp: change.stamp)
    switch merging(standing, incoming, field) {
    case .duplicate: break
    case .admitted: merged.write(field.name, arrived)
    case .superseded: entry.add(change, .superseded)
    case .refused(let code) where !writer.isGiver:
      entry.refuse(change, Problem(code, at: field.name))
    case .proposed, .refused:
      entry.add(change, .proposed)
      guard try !wasKept(change, field, merged.record, type) else { return }
      merged.conflicts.append(
        .init(field: field.name, status: .proposal, winner: standing, loser: arrived))
    case .conflict(let isAbove, let byHub):
      if let known = try knownOutcome(change, field, merged.record, type) {
        return entry.add(change, known)
      }
      let status: HubConflict.Status = field.policy.needsReview ? .open : .noted
      // Two copies of a folder may give one stamp to two values. Digests hash stamps alone, so the
      // choice gets one that neither value ever had. What is given back so may be of a damaged file.
      let isTie = arrived.stamp == standing.stamp
      let incomingWins = isAbove && !(isTie && writer.isGiver)
      let winner = incomingWins ? arrived : standing
      if incomingWins || byHub || isTie { merged.write(field.name, winner) }
      if byHub {
        merged.restamp(field.name, stamp(above: arrived.stamp, standing.stamp))
      } else if isTie {
        merged.restamp(field.name, stamp(justAbove: arrived.stamp))
      }
      merged.conflicts.append(
        .init(
          field: field.name, status: status, winner: winner,
          loser: incomingWins ? standing : arrived))
      entry.add(change, incomingWins ? .won : .lost)
    }
  }

  /// The verdict that a change got when it arrived for the first time, if it did.
  private func knownOutcome(
    _ change: FieldChange, _ field: Field, _ record: StoredRecord, _ type: RecordType
  ) throws -> Verdict.Kind? {
    if try wasKept(change, field, record, type) { return .lost }
    let lines = try history(of: record, type)
    return lines.contains { $0.replaced(change, field.name) } ? .superseded : nil
  }

  func wasKept(
    _ change: FieldChange, _ field: Field, _ record: StoredRecord, _ type: RecordType
  ) throws -> Bool {
    try transaction.hasLost(
      type.name, record.handle, field.name, FieldState(value: change.value, stamp: change.stamp))
  }

  /// Takes back those changes of this entry that leave the record against a rule of its type.
  private func refuseBroken(
    _ merged: inout MergedRecord, _ entry: inout RecordEntry, _ current: StoredRecord,
    _ type: RecordType
  ) {
    let known = type.checkRules(current.values)
    for _ in entry.change.fields {
      let tried = merged
      let causes = type.checkRules(tried.record.values).compactMap { problem in
        tried.cause(of: problem, isNew: !known.contains(problem)) { values in
          !type.checkRules(values).contains(problem)
        }.map { (problem, $0) }
      }
      guard let (broken, field) = causes.first else { return }
      merged.takeBack(field)
      if let change = entry.change.fields.first(where: { entry.group.fields[$0.field] == field }) {
        entry.refuse(change, broken)
      }
    }
  }

  /// Somebody edited a record without having seen its deletion: it lives, and a coordinator is
  /// told. A change that had arrived before the deletion does not count.
  private mutating func settleRevival(
    _ merged: inout MergedRecord, _ entry: inout RecordEntry, _ type: RecordType
  ) throws {
    let lines = try history(of: merged.record, type)
    for change in entry.change.fields {
      let name = entry.group.fields[change.field]
      if lines.contains(where: { $0.replaced(change, name) }) { merged.takeBack(name) }
    }
    guard !merged.written.isEmpty else { return }
    merged.record.isDeleted = false
    let deletion = lines.last { $0.field == "*" }?.stamp ?? .never
    let life = stamp(above: deletion, merged.record.stamps.latest)
    merged.conflicts.append(
      .init(
        field: "*", status: .open, winner: FieldState(value: 0, stamp: life),
        loser: FieldState(value: 1, stamp: deletion)))
    entry.mustResend = true
  }
}

extension HubHistoryLine {
  /// Whether this change stood in the field once. Its stamp alone does not tell: a copy of the
  /// folder may have given the same one to another value.
  func replaced(_ change: FieldChange, _ name: String) -> Bool {
    field == name && replacedStamp == change.stamp && replaced == change.value
  }
}

extension Policy {
  /// Whether a coordinator should look at a conflict. Where policy chose, somebody confirms.
  fileprivate var needsReview: Bool {
    switch self {
    case .last: false
    case .review, .appendOnly, .cautious, .ordered, .gated: true
    }
  }
}
