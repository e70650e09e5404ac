// A changeset is written by columns: like values stand together and compress together, and
// stamps and handles become small differences from their neighbour above. The layout is in
// `docs/protocol.md`, "Changeset", with vectors.

extension Changeset {
  package static let format: UInt8 = 1

  package var encoded: [UInt8] {
    var out = ByteWriter()
    out.byte(Self.format)
    out.varint(groups.count)
    for group in groups { group.encode(into: &out) }
    return out.bytes
  }
}

extension ChangeGroup {
  fileprivate func encode(into out: inout ByteWriter) {
    out.string(type)
    out.varint(records.count)
    out.raw(records.map { $0.kind.rawValue | ($0.id == nil ? 0 : 0x10) })
    encodeHandles(into: &out)
    for record in records { if let id = record.id { out.raw(id.bytes) } }
    encodeStamps(records.map(\.stamp), into: &out)
    for record in records where record.kind == .delete {
      out.blob((record.seen ?? FieldStamps(record: .never)).bytes)
    }
    out.varint(fields.count)
    for position in fields.indices { encodeField(position, into: &out) }
  }

  private func encodeHandles(into out: inout ByteWriter) {
    var previous: Int64 = 0
    for record in records {
      out.zigzag(record.handle &- previous)
      previous = record.handle
    }
  }

  /// One column: who has the field, its stamps where they differ from the record's, what was
  /// seen where anything was, and the values.
  private func encodeField(_ position: Int, into out: inout ByteWriter) {
    out.string(fields[position])
    var owners: [Int] = []
    var changes: [FieldChange] = []
    for (index, record) in records.enumerated() {
      if let change = record.fields.first(where: { $0.field == position }) {
        owners.append(index)
        changes.append(change)
      }
    }
    encodePresence(owners, into: &out)
    let ownStamp = zip(owners, changes).map { records[$0].stamp != $1.stamp }
    encodeFlags(ownStamp, into: &out)
    encodeStamps(zip(ownStamp, changes).compactMap { $0 ? $1.stamp : nil }, into: &out)
    let saw = changes.map { $0.seen != .never }
    encodeFlags(saw, into: &out)
    encodeStamps(changes.lazy.map(\.seen).filter { $0 != .never }, into: &out)
    encodeValues(changes.map(\.value), into: &out)
  }

  private func encodePresence(_ owners: [Int], into out: inout ByteWriter) {
    var flags = [Bool](repeating: false, count: records.count)
    for owner in owners { flags[owner] = true }
    encodeFlags(flags, into: &out)
  }
}

/// 0 for none, 1 for all, 2 and a bitmap (least significant bit first) for some.
private func encodeFlags(_ flags: [Bool], into out: inout ByteWriter) {
  guard flags.contains(true) else { return out.byte(0) }
  guard flags.contains(false) else { return out.byte(1) }
  out.byte(2)
  var bitmap = [UInt8](repeating: 0, count: (flags.count + 7) / 8)
  for (index, flag) in flags.enumerated() where flag { bitmap[index / 8] |= 1 << (index % 8) }
  out.raw(bitmap)
}

/// Clocks as differences from the one above, then device numbers.
private func encodeStamps(_ stamps: some Sequence<Stamp>, into out: inout ByteWriter) {
  var previous: UInt64 = 0
  for stamp in stamps {
    out.zigzag(Int64(bitPattern: stamp.clock &- previous))
    previous = stamp.clock
  }
  for stamp in stamps { out.varint(UInt64(stamp.device)) }
}

/// A kind for each value, then numbers, then the lengths of texts, then the texts in one run.
private func encodeValues(_ values: [Value], into out: inout ByteWriter) {
  for value in values { out.byte(value.wireKind) }
  for value in values {
    switch value {
    case .int(let number): out.zigzag(number)
    case .real(let number): out.fixed(number.bitPattern)
    default: break
    }
  }
  let texts = values.compactMap(\.text)
  for text in texts { out.varint(text.utf8.count) }
  for text in texts { out.raw(text.utf8) }
}

extension Value {
  fileprivate var wireKind: UInt8 {
    switch self {
    case .null: 0
    case .int: 1
    case .real: 2
    case .text: 3
    }
  }
}
