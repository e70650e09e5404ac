import Shared

struct ValueVector: Decodable, Hashable {
  var null: Bool?
  var int: String?
  var real: Double?
  var text: String?

  init(_ value: Value) {
    switch value {
    case .null: null = true
    case .int(let number): int = "\(number)"
    case .real(let number): real = number
    case .text(let text): self.text = text
    }
  }

  var value: Value {
    if let int { return .int(Int64(int)!) }
    if let real { return .real(real) }
    return text.map { .text($0) } ?? .null
  }
}

struct ChangesetVector: VectorValue, Hashable {
  let groups: [Group]

  struct Group: Decodable, Hashable {
    let type: String
    let fields: [String]
    let records: [Record]
  }

  struct Record: Decodable, Hashable {
    /// `update`, `create` or `delete`.
    let kind: String
    let id: String?
    let handle: Int64
    let stamp: StampVector
    /// What the writer of a deletion had seen.
    let seen: FieldStampsVector?
    let fields: [Field]
  }

  struct Field: Decodable, Hashable {
    let field: String
    let value: ValueVector
    /// Absent where it is the record's.
    let stamp: StampVector?
    /// Absent where nothing was seen.
    let seen: StampVector?
  }

  init(_ changes: Changeset) {
    groups = changes.groups.map { group in
      Group(
        type: group.type, fields: group.fields,
        records: group.records.map { Record($0, group.fields) })
    }
  }

  var changes: Changeset {
    Changeset(
      groups: groups.map { group in
        ChangeGroup(
          type: group.type, fields: group.fields,
          records: group.records.map { $0.change(group.fields) })
      })
  }

  func isEncoded(as bytes: [UInt8]) -> Bool { changes.encoded == bytes }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    try ChangesetVector(Changeset(encoded: bytes)) == self
  }
}

extension ChangesetVector.Record {
  private static let kinds: [String: RecordChange.Kind] = [
    "update": .update, "create": .create, "delete": .delete,
  ]

  fileprivate init(_ change: RecordChange, _ names: [String]) {
    kind = "\(change.kind)"
    id = change.id?.description
    handle = change.handle
    stamp = StampVector(change.stamp)
    seen = change.seen.map { FieldStampsVector($0) }
    fields = change.fields.map { field in
      ChangesetVector.Field(
        field: names[field.field], value: ValueVector(field.value),
        stamp: field.stamp == change.stamp ? nil : StampVector(field.stamp),
        seen: field.seen == .never ? nil : StampVector(field.seen))
    }
  }

  fileprivate func change(_ names: [String]) -> RecordChange {
    RecordChange(
      kind: Self.kinds[kind]!, id: id.map { RecordID($0)! }, handle: handle, stamp: stamp.stamp,
      fields: fields.map { field in
        FieldChange(
          field: names.firstIndex(of: field.field)!, value: field.value.value,
          stamp: (field.stamp ?? stamp).stamp, seen: field.seen?.stamp ?? .never)
      }, seen: seen?.stamps)
  }
}
