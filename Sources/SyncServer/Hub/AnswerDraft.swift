import Shared

/// The changes of an answer under construction.
struct AnswerDraft {
  private var groups: [GroupDraft] = []
  /// Bytes so far, roughly, before compression.
  var spent = 0

  var changeset: Changeset { Changeset(groups: groups.map(\.group)) }

  /// A living record with every field that anybody wrote.
  mutating func addWhole(_ record: StoredRecord, _ type: RecordType) {
    add(type) { draft in
      var fields: [FieldChange] = []
      for field in type.fields {
        let state = record.state(of: field.name)
        guard state.stamp != .never else { continue }
        guard !state.value.isNull || state.stamp != record.stamps.record else { continue }
        fields.append(draft.change(field.name, state))
      }
      return RecordChange(
        kind: .create, id: record.id, handle: record.handle, stamp: record.stamps.record,
        fields: fields)
    }
  }

  mutating func addFields(_ names: Set<String>, of record: StoredRecord, _ type: RecordType) {
    add(type) { draft in
      let fields = names.sorted().map { draft.change($0, record.state(of: $0)) }
      let stamp = fields.map(\.stamp).max() ?? .never
      return RecordChange(
        kind: .update, id: nil, handle: record.handle, stamp: stamp, fields: fields)
    }
  }

  /// A deletion, with what it deleted: a device that keeps it can tell a restored hub.
  mutating func addDeletion(
    of record: StoredRecord, _ type: RecordType, stamp: Stamp, named: Bool
  ) {
    add(type) { _ in
      RecordChange(
        kind: .delete, id: named ? record.id : nil, handle: record.handle, stamp: stamp,
        seen: record.stamps)
    }
  }

  mutating func addErasure(of record: StoredRecord, _ type: RecordType) {
    add(type) { _ in
      RecordChange(
        kind: .erase, id: record.id, handle: record.handle, stamp: record.stamps.record)
    }
  }

  private mutating func add(_ type: RecordType, _ make: (inout GroupDraft) -> RecordChange) {
    var index = groups.firstIndex { $0.type == type.name }
    if index == nil {
      groups.append(GroupDraft(type: type.name))
      index = groups.count - 1
    }
    let change = make(&groups[index!])
    spent += change.fields.reduce(30) { $0 + $1.value.roughBytes }
    groups[index!].records.append(change)
  }
}

/// A group of the answer under construction.
private struct GroupDraft {
  let type: String
  private var fields: [String] = []
  private var positions: [String: Int] = [:]
  var records: [RecordChange] = []

  init(type: String) { self.type = type }

  mutating func change(_ field: String, _ state: FieldState) -> FieldChange {
    FieldChange(field: position(of: field), value: state.value, stamp: state.stamp)
  }

  private mutating func position(of field: String) -> Int {
    if let known = positions[field] { return known }
    positions[field] = fields.count
    fields.append(field)
    return fields.count - 1
  }

  var group: ChangeGroup { ChangeGroup(type: type, fields: fields, records: records) }
}
