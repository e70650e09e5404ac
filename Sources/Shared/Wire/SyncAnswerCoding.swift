extension SyncAnswer {
  package var encoded: [UInt8] {
    var out = ByteWriter()
    out.byte(SyncRequest.version)
    out.zigzag(hubClock)
    out.byte(
      (examined ? 1 : 0) | (hasMore ? 2 : 0) | (grant == nil ? 0 : 4) | (isShared ? 8 : 0)
        | (isBehind ? 16 : 0) | UInt8(dictionary) << 5)
    out.varint(UInt64(turn))
    grant?.encode(into: &out)
    out.blob(schema)
    out.list(names) { name, out in
      out.varint(UInt64(name.number))
      out.string(name.name)
    }
    var previous: Int64 = 0
    out.list(handles) { handle, out in
      out.zigzag(handle &- previous)
      previous = handle
    }
    out.list(verdicts) { verdict, out in verdict.encode(into: &out) }
    out.list(pages) { page, out in page.encode(into: &out) }
    out.list(leaves) { leave, out in leave.encode(into: &out) }
    out.list(notices) { notice, out in notice.encode(into: &out) }
    out.raw(pull.encoded)
    return out.bytes
  }

  package init(encoded bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == SyncRequest.version else { throw Problem(.protocol_old) }
    self.init(hubClock: try reader.zigzag())
    let flags = try reader.byte()
    examined = flags & 1 != 0
    hasMore = flags & 2 != 0
    isShared = flags & 8 != 0
    isBehind = flags & 16 != 0
    dictionary = Int(flags >> 5)
    turn = try reader.device()
    grant = flags & 4 != 0 ? try GrantNews(from: &reader) : nil
    schema = Array(try reader.blob())
    for _ in 0..<(try reader.count()) {
      let number = try reader.device()
      names.append(DeviceName(number: number, name: try reader.string()))
    }
    var previous: Int64 = 0
    for _ in 0..<(try reader.count()) {
      previous = previous &+ (try reader.zigzag())
      handles.append(previous)
    }
    for _ in 0..<(try reader.count()) { verdicts.append(try Verdict(from: &reader)) }
    for _ in 0..<(try reader.count()) { pages.append(try ScopePage(from: &reader)) }
    for _ in 0..<(try reader.count()) { leaves.append(try Leave(from: &reader)) }
    let told = try reader.count()
    guard told <= Limits.noticesInAnswer else { throw Problem(.too_large, cause: "notices") }
    for _ in 0..<told { notices.append(try ConflictNotice(from: &reader)) }
    pull = try Changeset(encoded: Array(try reader.raw(reader.remaining)))
  }
}

extension ByteWriter {
  fileprivate mutating func list<T>(_ items: [T], _ write: (T, inout ByteWriter) -> Void) {
    varint(items.count)
    for item in items { write(item, &self) }
  }

  /// One value on its own: kind, then content.
  package mutating func value(_ value: Value) {
    switch value {
    case .null: byte(0)
    case .int(let number):
      byte(1)
      zigzag(number)
    case .real(let number):
      byte(2)
      fixed(number.bitPattern)
    case .text(let text):
      byte(3)
      string(text)
    }
  }
}

extension ByteReader {
  package mutating func value() throws(Problem) -> Value {
    switch try byte() {
    case 0: return .null
    case 1: return .int(try zigzag())
    case 2: return .real(Double(bitPattern: try fixed()))
    case 3: return .text(try string())
    default: throw Problem(.not_understood, cause: "an unknown kind of value")
    }
  }

  fileprivate mutating func scopes() throws(Problem) -> [Scope] {
    var scopes: [Scope] = []
    for _ in 0..<(try count()) { scopes.append(try scope()) }
    return scopes
  }
}

extension GrantNews {
  package func encode(into out: inout ByteWriter) {
    out.zigzag(version)
    out.string(role)
    out.byte(everything ? 1 : 0)
    out.list(read) { scope, out in out.string(scope.description) }
    out.list(write) { scope, out in out.string(scope.description) }
  }

  package init(from reader: inout ByteReader) throws(Problem) {
    let version = try reader.zigzag()
    let role = try reader.string()
    let everything = try reader.byte() != 0
    let read = try reader.scopes()
    self.init(
      version: version, role: role, everything: everything, read: read, write: try reader.scopes())
  }
}

extension Verdict {
  fileprivate func encode(into out: inout ByteWriter) {
    out.varint(group)
    out.varint(record)
    out.varint(field.map { $0 + 1 } ?? 0)
    out.byte(kind.rawValue)
    if kind == .refused {
      out.string(code)
      out.string(sentence)
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(Problem) {
    group = try reader.size()
    record = try reader.size()
    let field = try reader.size()
    self.field = field == 0 ? nil : field - 1
    guard let kind = Kind(rawValue: try reader.byte()) else {
      throw Problem(.not_understood, cause: "an unknown verdict")
    }
    self.kind = kind
    code = kind == .refused ? try reader.string() : ""
    sentence = kind == .refused ? try reader.string() : ""
  }
}

extension ScopePage {
  fileprivate func encode(into out: inout ByteWriter) {
    cursor.encode(into: &out)
    out.byte(proof == nil ? 0 : 1)
    guard let proof else { return }
    out.raw(proof.digest.bytes)
    out.varint(proof.records)
  }

  fileprivate init(from reader: inout ByteReader) throws(Problem) {
    cursor = try Cursor(from: &reader)
    guard try reader.byte() != 0 else {
      proof = nil
      return
    }
    let digest = Digest(bytes: try reader.raw(16))!
    proof = Proof(digest: digest, records: try reader.size())
  }
}

extension Leave {
  fileprivate func encode(into out: inout ByteWriter) {
    out.string(scope.description)
    out.string(type)
    out.zigzag(handle)
  }

  fileprivate init(from reader: inout ByteReader) throws(Problem) {
    scope = try reader.scope()
    type = try reader.string()
    handle = try reader.zigzag()
  }
}

extension ConflictNotice {
  fileprivate func encode(into out: inout ByteWriter) {
    out.zigzag(id)
    out.zigzag(version)
    out.string(type)
    out.raw(record.bytes)
    out.string(field)
    out.string(status)
    for side in [winner, loser] {
      out.value(side.value)
      out.stamp(side.stamp)
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(Problem) {
    id = try reader.zigzag()
    version = try reader.zigzag()
    type = try reader.string()
    record = RecordID(bytes: try reader.raw(16))!
    field = try reader.string()
    status = try reader.string()
    winner = try Side(from: &reader)
    loser = try Side(from: &reader)
  }
}

extension ConflictNotice.Side {
  fileprivate init(from reader: inout ByteReader) throws(Problem) {
    let value = try reader.value()
    self.init(value: value, stamp: try reader.stamp())
  }
}
