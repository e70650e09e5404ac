package import Shared

// Admitting a push: each record, each field on its own. What cannot be admitted is refused
// alone, with a code and a sentence; the rest goes on.

extension HubWriting {
  /// Admits what can be admitted of a changeset.
  package mutating func admit(_ changes: Changeset, by writer: Writer) throws -> Admission {
    var admission = Admission()
    giver = writer.isGiver ? writer.device : nil
    named = [:]
    defer { giver = nil }
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
    guard writer.isGiver || entry.change.isStamped(by: writer.device) else {
      return entry.refuseWhole(Problem(.forbidden, at: type.name))
    }
    let current = try find(entry.change, type)
    let isKnown = current.map(writer.mayFollow) ?? false
    // An edit and the deletion after it is all that a device says of a record at once; each more would read
    // all that the ones before it left.
    if let current, isKnown, !mayName(current, type) {
      return entry.refuseWhole(Problem(.not_understood, at: type.name))
    }
    if entry.change.kind == .delete && !isKnown && entry.change.id != nil {
      // Deleted before its creation ever arrived, or not to be told from that: there is nothing to do.
      return entry.isAdmitted = true
    }
    guard writer.role.isIn(type.writers) else {
      if let current, writer.grant.mayRead(current.scope) { entry.handle = current.handle }
      return entry.refuseWhole(Problem(.role_not_allowed, at: type.name))
    }
    witness(entry.change.stamp)
    guard entry.change.id != nil || isKnown else {
      entry.handle = 0
      return entry.refuseWhole(Problem(.scope_not_granted, at: type.name))
    }
    if let current { entry.handle = current.handle }
    if let current, try wasHandedOver(entry, current, type, writer) {
      return try handOverAgain(&entry, current, type, writer)
    }
    if current != nil, !isKnown { return try refuseUnseen(&entry, type, writer) }
    if let current, !writer.grant.mayWrite(current.scope) {
      let mayKnow = writer.grant.mayRead(current.scope)
      if !mayKnow { entry.handle = 0 }
      if writer.isGiver { try keepBeside(&entry, current, type) }
      if writer.isUnaware(of: current.scope), entry.change.kind == .update, !current.isDeleted {
        return try proposeAll(&entry, current, type)
      }
      return entry.refuseWhole(
        Problem(.scope_not_granted, at: mayKnow ? current.scope.description : type.name))
    }
    if let current, let problem = foreign(current.values, type, writer) {
      return entry.refuseWhole(problem)
    }
    if let current, current.isErased, entry.change.kind != .delete {
      return entry.refuseWhole(Problem(.erased, at: type.name))
    }
    switch (entry.change.kind, current) {
    case (.erase, _): entry.refuseWhole(Problem(.role_not_allowed, at: type.name))
    case (.create, nil): try create(&entry, type, writer)
    case (.create, let current?) where current.isDeleted && !writer.isGiver:
      try createAgain(&entry, current, type, writer)
    case (.create, let current?), (.update, let current?):
      try update(&entry, current, type, writer)
    case (.delete, let current?): try delete(&entry, current, type, writer)
    case (.update, nil), (.delete, nil):
      entry.refuseWhole(Problem(.not_found, at: type.name))
    }
  }

  /// Of a record that its writer may not know of is said what would be said if it were not there, as far
  /// as that can be: a creation that could go through has to be refused.
  private mutating func refuseUnseen(
    _ entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws {
    entry.handle = 0
    switch entry.change.kind {
    case .erase: entry.refuseWhole(Problem(.role_not_allowed, at: type.name))
    case .update, .delete: entry.refuseWhole(Problem(.not_found, at: type.name))
    case .create:
      let untried = entry
      guard try newRecord(&entry, type, writer) != nil else { return }
      entry = untried
      entry.refuseWhole(Problem(.scope_not_granted, at: type.name))
    }
  }

  private mutating func mayName(_ record: StoredRecord, _ type: RecordType) -> Bool {
    let key = Admission.RecordKey(type: type.name, handle: record.handle)
    named[key, default: 0] += 1
    return named[key]! <= Limits.changesOfRecord
  }

  private func find(_ change: RecordChange, _ type: RecordType) throws -> StoredRecord? {
    guard let id = change.id else { return try transaction.record(type, handle: change.handle) }
    if let record = try transaction.record(type, id: id) { return record }
    // A creation that comes late, or from a copy of a folder, comes upon its deletion, dropped or not.
    guard change.kind == .create, hasDropped,
      let dropped = try transaction.dropped(type, prefix: id.description).first
    else { return nil }
    try transaction.bringBack(dropped, type)
    return dropped
  }

  // MARK: Creation

  private mutating func create(
    _ entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws {
    guard let record = try newRecord(&entry, type, writer) else { return }
    let stored = try insert(record, type)
    _ = mayName(stored, type)
    entry.handle = stored.handle
    if writer.isGiver {
      try remember(
        stored, type, "", replaced: .unwritten, by: stored.stamps.record, seq: stored.seq)
    }
    try keepProposals(entry, stored, type)
    try keepWithdrawnScope(entry, stored, type)
    try noteDecision(stored, instead: nil, stored.values.keys, type, writer)
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
      if let problem = try unknownBase(fieldChange.value, field, type, writer) {
        entry.refuse(fieldChange, problem)
        continue
      }
      let incoming = IncomingChange(
        value: fieldChange.value, stamp: fieldChange.stamp, seen: .never,
        role: writer.role(for: field), creates: true)
      switch merging(.unwritten, incoming, field) {
      case .admitted:
        values[field.name] = fieldChange.value.isNull ? nil : fieldChange.value
        if fieldChange.stamp != change.stamp { stamps.set(field.name, fieldChange.stamp) }
      // What was emptied before anybody here saw it takes nothing away.
      case _ where fieldChange.value.isNull: entry.add(fieldChange, .superseded)
      case .refused(let code) where !writer.isGiver:
        entry.refuse(fieldChange, Problem(code, at: field.name))
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
    if let problem = foreign(values, type, writer) {
      entry.refuseWhole(problem)
      return nil
    }
    return StoredRecord(
      handle: 0, id: change.id!, values: values, stamps: stamps, seq: 0, entered: 0,
      isDeleted: false)
  }

  private func scope(
    of values: [String: Value], entry: inout RecordEntry, _ type: RecordType, _ writer: Writer
  ) throws -> Scope? {
    let usual = defaultScope(type, values, for: writer)
    guard let scope = values["scope"]?.text.flatMap({ Scope($0) }) ?? usual else {
      entry.refuseWhole(Problem(.missing_field, at: "scope"))
      return nil
    }
    if let usual, scope.width > usual.width, !writer.role.isIn(type.wideners) {
      entry.refuseWhole(Problem(.scope_widened, at: scope.description))
      return nil
    }
    if let problem = try unknownBase(of: scope, writer) {
      entry.refuseWhole(problem)
      return nil
    }
    if writer.grant.mayWrite(scope) { return scope }
    if scope == usual, writer.mayHandOver(to: scope) {
      entry.handedOverTo = scope
      return scope
    }
    guard writer.isUnaware(of: scope) else {
      entry.refuseWhole(Problem(.scope_not_granted, at: scope.description))
      return nil
    }
    entry.withdraw(scope, mayRead: writer.grant.mayRead(.bamako))
    return .bamako
  }

  /// A record that the writer may not know of gives no scope: it would tell that it is there. Bases
  /// are no secret.
  func defaultScope(
    _ type: RecordType, _ values: [String: Value], for writer: Writer
  ) -> Scope? {
    type.defaultScope(values) { name, reference in
      guard let other = schema[type: name],
        let found = try? transaction.referenced(other, reference)
      else { return nil }
      let scope = found["scope"]?.text.flatMap { Scope($0) }
      return name == "base" || scope.map(writer.mayKnow) ?? true ? found : nil
    }
  }

  /// A record that was deleted is entered again under the same id. A repeated request is not
  /// that: its creation is in the history already.
  private mutating func createAgain(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType, _ writer: Writer
  ) throws {
    let lines = try history(of: current, type)
    if lines.contains(where: { $0.field != "*" && $0.stamp == entry.change.stamp }) {
      // What was edited since it was sent first is none.
      return try update(&entry, current, type, writer)
    }
    if let deletion = lines.last(where: { $0.field == "*" }), entry.isBefore(deletion.stamp, type) {
      return try keepLate(&entry, current, type, lines, deletion)
    }
    guard var record = try newRecord(&entry, type, writer) else { return }
    record.handle = current.handle
    let stored = try update(current, to: record, fields: type.fields.map(\.name), type)
    try remember(
      stored, type, "", replaced: .unwritten, by: stored.stamps.record, seq: stored.seq)
    try rememberEarlierLife(current, stored, type)
    try keepProposals(entry, stored, type)
    try keepWithdrawnScope(entry, stored, type)
    try noteDecision(stored, instead: nil, stored.values.keys, type, writer)
    entry.isAdmitted = true
    entry.mustResend = true
  }

  /// The record was deleted since: an old request or a stick that came late, or a copy of the folder. What
  /// it says goes to the history, for the copy may have written it.
  private func keepLate(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType,
    _ lines: [HubHistoryLine], _ deletion: HubHistoryLine
  ) throws {
    for change in entry.change.fields {
      guard let name = entry.check(change, type, today)?.name,
        !lines.contains(where: { $0.replaced(change, name) })
      else { continue }
      try remember(
        current, type, name, replaced: FieldState(value: change.value, stamp: change.stamp),
        by: deletion.stamp, seq: current.seq)
    }
    entry.mustResend = true
  }

  /// What the record held when it was deleted is in no other place.
  private func rememberEarlierLife(
    _ deleted: StoredRecord, _ stored: StoredRecord, _ type: RecordType
  ) throws {
    for field in type.fields.map(\.name) {
      let before = deleted.state(of: field)
      guard before.stamp != .never, before != stored.state(of: field) else { continue }
      try remember(
        stored, type, field, replaced: before, by: stored.stamps.record, seq: stored.seq)
    }
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
    let lines = try history(of: current, type)
    let arrivedBefore = lines.contains { $0.field == "*" && $0.stamp == stamp }
    let seen = entry.change.seen ?? FieldStamps(record: .never)
    let outcome = mergeDeletion(of: current.stamps, by: stamp, seen: seen)
    guard outcome == .admitted, !arrivedBefore else {
      entry.mustResend = true
      entry.addWhole(.lost)
      let loser = FieldState(value: 1, stamp: stamp)
      guard !arrivedBefore, try !transaction.hasLost(type.name, current.handle, "*", loser)
      else { return }
      return try keep(
        current, type, "*", status: .open,
        winner: FieldState(value: 0, stamp: current.stamps.latest), loser: loser)
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
