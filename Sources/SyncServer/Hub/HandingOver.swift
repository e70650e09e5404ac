import Shared

// Records and the scope that their type gives them by default. A base must be able to report what
// only Bamako may read: it hands such a record over and holds it no longer. And a record that
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
    if !current.isDeleted { try update(&entry, current, type, writer) }
    entry.isAdmitted = true
    entry.handedOverTo = entry.value(of: "scope")?.text.flatMap { Scope($0) } ?? .bamako
  }

  /// Moves a record on that stood in its default scope when a change gives it another one. Only
  /// who may widen moves it to where more people read it.
  mutating func followDefault(
    _ merged: inout MergedRecord, _ entry: inout RecordEntry, _ current: StoredRecord,
    _ type: RecordType, _ writer: Writer
  ) {
    guard !writer.isGiver, merged.written["scope"] == nil,
      !type.scope.fields.isDisjoint(with: merged.written.keys),
      defaultScope(type, current.values) == current.scope,
      let scope = defaultScope(type, merged.record.values), scope != current.scope,
      scope.width <= current.scope.width || writer.role.isIn(type.wideners)
    else { return }
    let stamp = stamp(above: merged.record.stamps.latest)
    merged.write("scope", FieldState(value: .text(scope.description), stamp: stamp))
    entry.mustResend = true
  }
}
