extension Changeset {
  /// Reads a changeset. Throws `.not_understood` for anything but a whole one, and
  /// `.stale_format` for a format this program does not read.
  package init(encoded bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.format else { throw Problem(.stale_format) }
    groups = []
    var room = Room()
    for _ in 0..<(try reader.count()) {
      groups.append(try ChangeGroup(from: &reader, &room))
    }
    guard reader.isAtEnd else { throw Problem(.not_understood, cause: "more than a changeset") }
  }
}

/// What a changeset may still hold. A byte can claim a value, which takes sixty in memory.
private struct Room {
  private var records = Limits.recordsInChangeset
  private var values = Limits.valuesInChangeset

  /// A group without records counts as one, or there could be millions of them.
  mutating func take(records count: Int) throws(Problem) {
    records -= max(count, 1)
    guard records >= 0 else { throw Problem(.too_large, cause: "too many records") }
  }

  mutating func take(values count: Int) throws(Problem) {
    values -= count
    guard values >= 0 else { throw Problem(.too_large, cause: "too many values") }
  }
}

extension ChangeGroup {
  fileprivate init(from reader: inout ByteReader, _ room: inout Room) throws(Problem) {
    type = try reader.string()
    let count = try reader.count()
    try room.take(records: count)
    var heads: [Head] = []
    heads.reserveCapacity(count)
    for byte in try reader.raw(count) { heads.append(try Head(byte)) }
    let handles = try decodeHandles(count, from: &reader)
    var ids: [RecordID?] = []
    ids.reserveCapacity(count)
    for head in heads { ids.append(head.hasID ? RecordID(bytes: try reader.raw(16)) : nil) }
    let stamps = try decodeStamps(count, from: &reader)
    records = []
    records.reserveCapacity(count)
    for index in 0..<count {
      let seen =
        heads[index].kind == .delete ? try FieldStamps(bytes: Array(reader.blob())) : nil
      records.append(
        RecordChange(
          kind: heads[index].kind, id: ids[index], handle: handles[index],
          stamp: stamps[index], seen: seen))
    }
    let fieldCount = try reader.count()
    var names: [String] = []
    for position in 0..<fieldCount {
      names.append(try reader.string())
      try Self.decodeField(position, into: &records, from: &reader, &room)
    }
    fields = names
    guard Set(names).count == names.count else {
      throw Problem(.not_understood, cause: "a field is named twice")
    }
  }

  private static func decodeField(
    _ position: Int, into records: inout [RecordChange], from reader: inout ByteReader,
    _ room: inout Room
  ) throws(Problem) {
    let owners = try decodeFlags(records.count, from: &reader)
    try room.take(values: owners.count)
    let own = try decodeFlags(owners.count, from: &reader)
    let ownStamps = try decodeStamps(own.count, from: &reader)
    let saw = try decodeFlags(owners.count, from: &reader)
    let seen = try decodeStamps(saw.count, from: &reader)
    let values = try decodeValues(owners.count, from: &reader)
    var nextOwn = 0
    var nextSeen = 0
    for (index, owner) in owners.enumerated() {
      let hasOwn = nextOwn < own.count && own[nextOwn] == index
      let hasSeen = nextSeen < saw.count && saw[nextSeen] == index
      records[owner].fields.append(
        FieldChange(
          field: position, value: values[index],
          stamp: hasOwn ? ownStamps[nextOwn] : records[owner].stamp,
          seen: hasSeen ? seen[nextSeen] : .never))
      nextOwn += hasOwn ? 1 : 0
      nextSeen += hasSeen ? 1 : 0
    }
  }
}

private struct Head {
  let kind: RecordChange.Kind
  let hasID: Bool

  init(_ byte: UInt8) throws(Problem) {
    guard let kind = RecordChange.Kind(rawValue: byte & 0x0f), byte & 0xe0 == 0 else {
      throw Problem(.not_understood, cause: "an unknown kind of change")
    }
    self.kind = kind
    hasID = byte & 0x10 != 0
    guard hasID || kind != .create else {
      throw Problem(.not_understood, cause: "a new record has no id")
    }
  }
}

private func decodeHandles(_ count: Int, from reader: inout ByteReader) throws(Problem) -> [Int64] {
  var handles: [Int64] = []
  handles.reserveCapacity(count)
  var previous: Int64 = 0
  for _ in 0..<count {
    previous = previous &+ (try reader.zigzag())
    handles.append(previous)
  }
  return handles
}

/// The positions that are set.
private func decodeFlags(_ count: Int, from reader: inout ByteReader) throws(Problem) -> [Int] {
  switch try reader.byte() {
  case 0: return []
  case 1: return Array(0..<count)
  case 2:
    let bitmap = Array(try reader.raw((count + 7) / 8))
    return (0..<count).filter { bitmap[$0 / 8] & (1 << ($0 % 8)) != 0 }
  default: throw Problem(.not_understood, cause: "an unknown kind of column")
  }
}

private func decodeStamps(_ count: Int, from reader: inout ByteReader) throws(Problem) -> [Stamp] {
  var clocks: [UInt64] = []
  clocks.reserveCapacity(count)
  var previous: UInt64 = 0
  for _ in 0..<count {
    previous = previous &+ UInt64(bitPattern: try reader.zigzag())
    clocks.append(previous)
  }
  var stamps: [Stamp] = []
  stamps.reserveCapacity(count)
  for clock in clocks { stamps.append(Stamp(clock: clock, device: try reader.device())) }
  return stamps
}

private func decodeValues(_ count: Int, from reader: inout ByteReader) throws(Problem) -> [Value] {
  let kinds = try reader.raw(count)
  var values: [Value] = []
  values.reserveCapacity(count)
  for kind in kinds {
    switch kind {
    case 0, 3: values.append(.null)
    case 1: values.append(.int(try reader.zigzag()))
    case 2: values.append(.real(Double(bitPattern: try reader.fixed())))
    default: throw Problem(.not_understood, cause: "an unknown kind of value")
    }
  }
  let texts = kinds.indices.filter { kinds[$0] == 3 }
  var lengths: [Int] = []
  lengths.reserveCapacity(texts.count)
  for _ in texts { lengths.append(try textLength(from: &reader)) }
  for (index, length) in zip(texts, lengths) {
    values[index - kinds.startIndex] = .text(try reader.text(try reader.raw(length)))
  }
  return values
}

private func textLength(from reader: inout ByteReader) throws(Problem) -> Int {
  guard let length = Int(exactly: try reader.varint()) else {
    throw Problem(.not_understood, cause: "a text is too long")
  }
  return length
}
