package import Shared
package import Work

// What an account writes takes the road of every change: admitted by its role, merged, numbered,
// kept in the history. Its author has read the record a moment ago, so it has seen what stands;
// where somebody was faster, nothing is written. One refusal undoes the whole.

extension HubDesk {
  package func write(_ edits: [Edit]) throws(Problem) -> Written {
    let (number, written) = try hub.store.write { transaction in
      let writing = try HubWriting(transaction, schema, now: hub.now(), language: language)
      let number = try self.number(transaction)
      var visit = DeskWriting(
        desk: self, number: number, transaction: transaction, writing: writing)
      for edit in edits { try visit.write(edit) }
      try visit.writing.finish(random: hub.random)
      return (number, visit.written)
    }
    for (edit, id) in zip(edits, written.ids) {
      try note(edit.act, Record(type: edit.type, id: id, isPending: false, values: [:]))
    }
    try keep(number)
    return written
  }
}

/// The edits of one transaction.
private struct DeskWriting {
  let desk: HubDesk
  let number: UInt32
  let transaction: any HubTransaction
  var writing: HubWriting
  var written = Written()

  mutating func write(_ edit: Edit) throws {
    let type = try desk.type(edit.type)
    let writers = edit.act == .delete ? type.deleters : type.writers
    // Before anything that would tell what is there.
    guard desk.sitter.role.isIn(writers) else { throw Problem(.role_not_allowed, at: type.name) }
    switch edit.kind {
    case .add(let id): try add(edit.values, type, asked: id)
    case .set(let id): try set(try desk.readable(type, id, transaction), edit, type)
    case .delete(let id): try delete(try desk.readable(type, id, transaction), type)
    }
  }

  /// Above everything that stands, and by the account.
  private mutating func stamp(above other: Stamp) -> Stamp {
    Stamp(clock: writing.stamp(above: other).clock, device: number)
  }

  private mutating func add(
    _ values: [String: Value], _ type: RecordType, asked: RecordID?
  ) throws {
    let stamp = stamp(above: .never)
    var values = values.filter { !$0.value.isNull }
    for field in type.fields where values[field.name] == nil {
      values[field.name] =
        try field.initial ?? transaction.nextNumber(field, values, type).map { .text($0) }
    }
    // One that is taken is passed over in silence: saying so would tell what the author may not see.
    let free = try asked.flatMap { try transaction.record(type, id: $0) == nil ? $0 : nil }
    let id = type.id(values) ?? free ?? desk.hub.freshID()
    if let standing = try transaction.record(type, id: id), !standing.isDeleted {
      throw Problem(.already_exists, at: type.name)
    }
    let names = type.fields.map(\.name).filter { values[$0] != nil }
    let change = RecordChange(
      kind: .create, id: id, handle: 0, stamp: stamp,
      fields: names.enumerated().map {
        FieldChange(field: $0, value: values[$1] ?? .null, stamp: stamp)
      })
    try admit(change, names, type)
    written.ids.append(id)
  }

  private mutating func set(_ record: StoredRecord, _ edit: Edit, _ type: RecordType) throws {
    if let field = edit.overtaken(record.values) { throw Problem(.changed_meanwhile, at: field) }
    let names = edit.values.keys.filter { record.values[$0] ?? .null != edit.values[$0] }.sorted()
    written.ids.append(record.id)
    guard !names.isEmpty else { return }
    let stamp = stamp(above: record.stamps.latest)
    let change = RecordChange(
      kind: .update, id: nil, handle: record.handle, stamp: stamp,
      fields: names.enumerated().map { position, name in
        FieldChange(
          field: position, value: edit.values[name] ?? .null, stamp: stamp,
          seen: record.state(of: name).stamp)
      })
    try admit(change, names, type)
  }

  private mutating func delete(_ record: StoredRecord, _ type: RecordType) throws {
    let stamp = stamp(above: record.stamps.latest)
    let change = RecordChange(
      kind: .delete, id: nil, handle: record.handle, stamp: stamp, fields: [],
      seen: record.stamps)
    try admit(change, [], type)
    written.ids.append(record.id)
  }

  private mutating func admit(
    _ change: RecordChange, _ fields: [String], _ type: RecordType
  ) throws {
    let group = ChangeGroup(type: type.name, fields: fields, records: [change])
    let sitter = desk.sitter
    let admission = try writing.admit(
      Changeset(groups: [group]),
      by: Writer(
        device: number, role: sitter.role, grant: sitter.grant, actor: desk.actor))
    for verdict in admission.verdicts {
      let field = verdict.field.map { fields[$0] }
      switch verdict.kind {
      case .refused:
        let code = Problem.Code(rawValue: verdict.code) ?? .internal
        throw Problem(code, at: field ?? verdict.placeInSentence)
      case .proposed: written.proposed.append(field ?? type.name)
      default: break
      }
    }
  }
}

extension Verdict {
  /// What a refusal of a whole record concerns stands at the end of its sentence.
  fileprivate var placeInSentence: String? {
    guard sentence.hasSuffix(")"), let open = sentence.lastIndex(of: "(") else { return nil }
    return String(sentence[sentence.index(after: open)...].dropLast())
  }
}

extension Edit {
  fileprivate var act: Act { if case .delete = kind { .delete } else { .write } }
}

extension Hub {
  func freshID() -> RecordID { RecordID.fresh(at: now(), from: random) }
}
