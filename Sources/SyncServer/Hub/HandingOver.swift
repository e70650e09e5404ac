import Shared

// Records and the scope that their type gives them by default. A base must be able to report what
// only Bamako may read: it hands such a record over and holds it no longer. So it is with what it
// wrote before it heard that a grant was withdrawn: Bamako gets it to decide upon. And a record that
// stands where its type puts it goes on standing there when what decides about it is corrected.

extension HubWriting {
  /// Whether a creation asks again, because the answer that the record was handed over got lost.
  func wasHandedOver(
    _ entry: RecordEntry, _ current: StoredRecord, _ type: RecordType, _ writer: Writer
  ) throws -> Bool {
    guard entry.change.kind == .create, !writer.isGiver, !writer.grant.mayRead(current.scope)
    else { return false }
    return try history(of: current, type).contains { line in
      line.field == "" && line.stamp == entry.change.stamp
    }
  }

  /// What its writer changed since the first asking is taken in, too.
  mutating func handOverAgain(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType, _ writer: Writer
  ) throws {
    entry.handedOverTo = entry.value(of: "scope")?.text.flatMap { Scope($0) } ?? .bamako
    if !current.isDeleted { try update(&entry, current, type, writer) }
    entry.isAdmitted = true
  }

  /// A new record that waits in Bamako says where it was meant to be.
  func keepWithdrawnScope(
    _ entry: RecordEntry, _ stored: StoredRecord, _ type: RecordType
  ) throws {
    guard let scope = entry.withdrawnScope else { return }
    try keep(
      stored, type, "scope", status: .proposal, winner: stored.state(of: "scope"),
      loser: FieldState(value: .text(scope.description), stamp: entry.change.stamp))
  }

  /// Edits of a record by somebody who had not heard that they may write it no more.
  mutating func proposeAll(
    _ entry: inout RecordEntry, _ current: StoredRecord, _ type: RecordType
  ) throws {
    for change in entry.change.fields {
      witness(change.stamp)
      guard let field = entry.check(change, type, today) else { continue }
      let standing = current.state(of: field.name)
      guard change.value != standing.value else {
        entry.add(change, .superseded)
        continue
      }
      entry.add(change, .proposed)
      guard try !wasKept(change, field, current, type) else { continue }
      try keep(
        current, type, field.name, status: .proposal, winner: standing,
        loser: FieldState(value: change.value, stamp: change.stamp))
    }
    entry.isAdmitted = true
  }

  /// Moves a record on that stood in its default scope when a change gives it another one. Only
  /// who may widen moves it to where more people read it.
  mutating func followDefault(
    _ merged: inout MergedRecord, _ entry: inout RecordEntry, _ current: StoredRecord,
    _ type: RecordType, _ writer: Writer
  ) {
    guard !writer.isGiver, merged.written["scope"] == nil,
      !type.scope.fields.isDisjoint(with: merged.written.keys),
      defaultScope(type, current.values, for: writer) == current.scope,
      let scope = defaultScope(type, merged.record.values, for: writer), scope != current.scope,
      scope.width <= current.scope.width || writer.role.isIn(type.wideners)
    else { return }
    let stamp = stamp(above: merged.record.stamps.latest)
    merged.write("scope", FieldState(value: .text(scope.description), stamp: stamp))
    entry.mustResend = true
  }
}
