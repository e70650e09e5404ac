package import Shared

// Admitting a push: each record, each field on its own. What cannot be admitted is refused
// alone, with a code and a sentence; the rest goes on.

extension HubWriting {
  /// Admits what can be admitted of a changeset.
  package mutating func admit(_ changes: Changeset, by writer: Writer) throws -> Admission {
    var admission = Admission()
    for (groupIndex, group) in changes.groups.enumerated() {
      let type = schema[type: group.type]
      let fields = group.fields.map { type?[field: $0] }
      for (recordIndex, change) in group.records.enumerated() {
        var entry = RecordEntry(
          change: change, group: group, fields: fields, groupIndex: groupIndex,
          recordIndex: recordIndex)
        if let type {
          try admit(&entry, type, writer)
        } else {
          entry.refuseWhole(Problem(.unknown_type, at: group.type))
        }
        entry.report(into: &admission, language)
      }
    }
    return admission
  }

  private mutating func admit(
    _ entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws {
    guard entry.change.isStamped(by: writer.device) else {
      return entry.refuseWhole(Problem(.forbidden, at: type.name))
    }
    let current = try find(entry.change, type)
    if entry.change.kind == .delete && current == nil {
      // Deleted before its creation ever arrived: there is nothing to do.
      return entry.isAdmitted = true
    }
    guard writer.role.isIn(type.writers) else {
      if let current, writer.grant.mayRead(current.scope) { entry.handle = current.handle }
      return entry.refuseWhole(Problem(.role_not_allowed, at: type.name))
    }
    witness(entry.change.stamp)
    if let current { entry.handle = current.handle }
    if let current, !writer.grant.mayWrite(current.scope) {
      let mayKnow = writer.grant.mayRead(current.scope)
      if !mayKnow { entry.handle = 0 }
      return entry.refuseWhole(
        Problem(.scope_not_granted, at: mayKnow ? current.scope.description : type.name))
    }
    switch (entry.change.kind, current) {
    case (.create, nil): try create(&entry, type, writer)
    case (.create, let current?) where current.isDeleted:
      try createAgain(&entry, current, type, writer)
    case (.create, let current?), (.update, let current?):
      try update(&entry, current, type, writer)
    case (.delete, let current?): try delete(&entry, current, type, writer)
    case (.update, nil), (.delete, nil):
      entry.refuseWhole(Problem(.not_found, at: type.name))
    }
  }

  private func find(_ change: RecordChange, _ type: RecordType) throws -> StoredRecord? {
    if let id = change.id { return try transaction.record(type, id: id) }
    return try transaction.record(type, handle: change.handle)
  }

  // MARK: Creation

  private mutating func create(
    _ entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws {
    guard let record = try newRecord(&entry, type, writer) else { return }
    let stored = try insert(record, type)
    entry.handle = stored.handle
    try remember(
      stored, type, "", replaced: .unwritten, by: stored.stamps.record, seq: stored.seq)
    try keepProposals(entry, stored, type)
    entry.isAdmitted = true
    // A scope that the hub filled in is news to the writer.
    let isWhole = entry.verdicts.isEmpty && entry.brings("scope")
    if isWhole { entry.broughtWhole = true } else { entry.mustResend = true }
  }

  /// The record that a creation describes, without what was refused of it; nil when it cannot
  /// be admitted at all.
  private mutating func newRecord(
    _ entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws -> StoredRecord? {
    let change = entry.change
    var values: [String: Value] = [:]
    var stamps = FieldStamps(record: change.stamp)
    for fieldChange in change.fields {
      guard let field = entry.check(fieldChange, type, today) else { continue }
      let incoming = IncomingChange(
        value: fieldChange.value, stamp: fieldChange.stamp, seen: .never, role: writer.role,
        creates: true)
      switch merge(.unwritten, incoming, field) {
      case .admitted:
        values[field.name] = fieldChange.value
        if fieldChange.stamp != change.stamp { stamps.set(field.name, fieldChange.stamp) }
      case .refused(let code): entry.refuse(fieldChange, Problem(code, at: field.name))
      default: entry.propose(fieldChange)
      }
    }
    guard let scope = try scope(of: values, entry: &entry, type, writer) else { return nil }
    values["scope"] = .text(scope.description)
    if type.id(values).map({ $0 != change.id }) ?? false {
      entry.refuseWhole(Problem(.bad_id, at: type.name))
      return nil
    }
    if let problem = type.checkRules(values).first {
      entry.refuseWhole(entry.firstRefusal(in: problem.place) ?? problem)
      return nil
    }
    return StoredRecord(
      handle: 0, id: change.id!, values: values, stamps: stamps, seq: 0, entered: 0,
      isDeleted: false)
  }

  private func scope(
    of values: [String: Value], entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws -> Scope? {
    let usual = defaultScope(type, values)
    guard let scope = values["scope"]?.text.flatMap({ Scope($0) }) ?? usual else {
      entry.refuseWhole(Problem(.missing_field, at: "scope"))
      return nil
    }
    if let usual, scope.width > usual.width, !writer.role.isIn(type.wideners) {
      entry.refuseWhole(Problem(.scope_widened, at: scope.description))
      return nil
    }
    guard writer.grant.mayWrite(scope) else {
      entry.refuseWhole(Problem(.scope_not_granted, at: scope.description))
      return nil
    }
    return scope
  }

  func defaultScope(_ type: RecordType, _ values: [String: Value]) -> Scope? {
    type.defaultScope(values) { other, reference in
      guard let other = schema[type: other] else { return nil }
      return try? transaction.referenced(other, reference)
    }
  }

  /// A record that was deleted is entered again under the same id. A repeated request is not
  /// that: its creation is in the history already.
  private mutating func createAgain(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType, _ writer: Writer
  ) throws {
    let lines = try transaction.history(type.name, current.handle)
    if lines.contains(where: { $0.field != "*" && $0.stamp == entry.change.stamp }) {
      entry.mustResend = true
      return
    }
    guard var record = try newRecord(&entry, type, writer) else { return }
    record.handle = current.handle
    let stored = try update(current, to: record, fields: type.fields.map(\.name), type)
    try remember(
      stored, type, "", replaced: .unwritten, by: stored.stamps.record, seq: stored.seq)
    try keepProposals(entry, stored, type)
    entry.isAdmitted = true
    entry.mustResend = true
  }

  /// What a creation says of fields that others decide waits beside the record.
  private func keepProposals(
    _ entry: RecordEntry, _ stored: StoredRecord, _ type: RecordType
  ) throws {
    for change in entry.proposals {
      let field = entry.group.fields[change.field]
      try keep(
        stored, type, field, status: .proposal, winner: stored.state(of: field),
        loser: FieldState(value: change.value, stamp: change.stamp))
    }
  }

  // MARK: Changes

  private mutating func update(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType, _ writer: Writer
  ) throws {
    var merged = MergedRecord(record: current)
    for change in entry.change.fields {
      witness(change.stamp)
      guard let field = entry.check(change, type, today) else { continue }
      if let problem = try guarded(change, field, current, type, writer) {
        entry.refuse(change, problem)
        continue
      }
      try decide(change, field, &merged, &entry, type, writer)
    }
    refuseBroken(&merged, &entry, current, type)
    if current.isDeleted { try settleRevival(&merged, &entry, type) }
    if current.isDeleted && merged.written.isEmpty {
      entry.mustResend = true
      return
    }
    if entry.change.kind == .create { entry.mustResend = true }
    try store(merged, &entry, current, type)
  }

  private mutating func store(
    _ merged: MergedRecord, _ entry: inout RecordEntry, _ current: StoredRecord,
    _ type: RecordType
  ) throws {
    if merged.record.scope == current.scope { entry.before = current.seq }
    let stored =
      merged.written.isEmpty
      ? current
      : try update(current, to: merged.record, fields: Array(merged.written.keys), type)
    for (field, before) in merged.written {
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
    for conflict in merged.conflicts {
      try keep(
        stored, type, conflict.field, status: conflict.status, winner: conflict.winner,
        loser: conflict.loser)
    }
    entry.isAdmitted = true
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
    guard field.name == "scope" else { return nil }
    guard let scope = change.value.text.flatMap({ Scope($0) }) else {
      return Problem(.invalid_value, at: "scope")
    }
    if scope.width > current.scope.width && !writer.role.isIn(type.wideners) {
      return Problem(.scope_widened, at: scope.description)
    }
    return writer.grant.mayWrite(scope)
      ? nil : Problem(.scope_not_granted, at: scope.description)
  }

  private mutating func decide(
    _ change: FieldChange, _ field: Field, _ merged: inout MergedRecord,
    _ entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws {
    let standing = merged.record.state(of: field.name)
    let incoming = IncomingChange(
      value: change.value, stamp: change.stamp, seen: change.seen, role: writer.role,
      creates: entry.change.kind == .create)
    let arrived = FieldState(value: change.value, stamp: change.stamp)
    switch merge(standing, incoming, field) {
    case .duplicate: break
    case .admitted: merged.write(field.name, arrived)
    case .superseded: entry.add(change, .superseded)
    case .refused(let code): entry.refuse(change, Problem(code, at: field.name))
    case .proposed:
      entry.add(change, .proposed)
      guard try !wasKept(change, field, merged.record, type) else { return }
      merged.conflicts.append(
        .init(field: field.name, status: .proposal, winner: standing, loser: arrived))
    case .conflict(let incomingWins, let byHub):
      if let known = try knownOutcome(change, field, merged.record, type) {
        return entry.add(change, known)
      }
      let status: HubConflict.Status = field.policy.needsReview ? .open : .noted
      let winner = incomingWins ? arrived : standing
      if incomingWins || byHub { merged.write(field.name, winner) }
      if byHub { merged.restamp(field.name, stamp(above: arrived.stamp, standing.stamp)) }
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
    let lines = try transaction.history(type.name, record.handle)
    let wasAdmitted = lines.contains { line in
      line.field == field.name && (line.stamp == change.stamp || line.replacedStamp == change.stamp)
        || line.field == "" && line.stamp == change.stamp
    }
    return wasAdmitted ? .superseded : nil
  }

  private func wasKept(
    _ change: FieldChange, _ field: Field, _ record: StoredRecord, _ type: RecordType
  ) throws -> Bool {
    try transaction.hasLost(type.name, record.handle, field.name, change.stamp)
  }

  /// Takes back those changes of this entry that leave the record against a rule of its type.
  private func refuseBroken(
    _ merged: inout MergedRecord, _ entry: inout RecordEntry, _ current: StoredRecord,
    _ type: RecordType
  ) {
    let known = type.check(current.values, today: today)
    for _ in entry.change.fields {
      let tried = merged
      let causes = type.check(tried.record.values, today: today).compactMap { problem in
        tried.cause(of: problem, isNew: !known.contains(problem)) { values in
          !type.check(values, today: today).contains(problem)
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
    let lines = try transaction.history(type.name, merged.record.handle)
    for change in entry.change.fields {
      let name = entry.group.fields[change.field]
      let isKnown = lines.contains { line in
        (line.field == name || line.field == "")
          && (line.stamp == change.stamp || line.replacedStamp == change.stamp)
      }
      if isKnown { merged.takeBack(name) }
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

  // MARK: Deletion

  private mutating func delete(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType, _ writer: Writer
  ) throws {
    guard writer.role.isIn(type.deleters) else {
      entry.mustResend = true
      return entry.refuseWhole(Problem(.role_not_allowed, at: type.name))
    }
    if current.isDeleted { return entry.isAdmitted = true }
    let stamp = entry.change.stamp
    let lines = try transaction.history(type.name, current.handle)
    let arrivedBefore = lines.contains { $0.field == "*" && $0.stamp == stamp }
    let seen = entry.change.seen ?? FieldStamps(record: .never)
    let outcome = mergeDeletion(of: current.stamps, by: stamp, seen: seen)
    guard outcome == .admitted, !arrivedBefore else {
      entry.mustResend = true
      entry.addWhole(.lost)
      guard !arrivedBefore, try !transaction.hasLost(type.name, current.handle, "*", stamp)
      else { return }
      return try keep(
        current, type, "*", status: .open,
        winner: FieldState(value: 0, stamp: current.stamps.latest),
        loser: FieldState(value: 1, stamp: stamp))
    }
    var deleted = current
    deleted.isDeleted = true
    let stored = try update(current, to: deleted, fields: [], type)
    try remember(stored, type, "*", replaced: .unwritten, by: stamp, seq: stored.seq)
    entry.isAdmitted = true
    entry.broughtWhole = true
  }
}

extension RecordChange {
  /// Nobody writes in another device's name.
  fileprivate func isStamped(by device: UInt32) -> Bool {
    stamp.device == device && fields.allSatisfy { $0.stamp.device == device }
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
