/// How far a device has collected a scope: everything the hub admitted there up to `seq`. The
/// mark is a random number that the hub wrote beside that `seq`; a mark the hub does not know
/// means that the hub was restored from an older copy.
package struct Cursor: Hashable, Sendable {
  package let scope: Scope
  package var seq: Int64
  package var mark: UInt64

  package init(scope: Scope, seq: Int64 = 0, mark: UInt64 = 0) {
    self.scope = scope
    self.seq = seq
    self.mark = mark
  }
}

/// What a device sends in one exchange.
package struct SyncRequest: Hashable, Sendable {
  package static let version: UInt8 = 1

  /// Milliseconds since 1970 by the device's wall clock.
  package var deviceClock: Int64
  /// Milliseconds to add to `deviceClock` for the time by which this push was stamped: not 0
  /// once the hub has said that the clock is wrong.
  package var correction: Int64 = 0
  package var schemaVersion: Int
  package var program: String
  /// The version of the grant that the device knows; the hub answers with a newer one.
  package var grantVersion: Int64
  /// The last conflict notice that the device has.
  package var noticeCursor: Int64
  /// The device knows the names of devices below this number; 0 asks for the hub's too.
  package var knownDevices: UInt32
  /// Bytes of changes the answer may hold, before compression.
  package var budget: Int
  /// Changes that wait behind those of this request.
  package var waiting: Int
  /// What the last answer said in its `turn`; 0 before the first.
  package var turn: UInt32 = 0
  package var cursors: [Cursor]
  package var push: Changeset

  package init(
    deviceClock: Int64, correction: Int64 = 0, schemaVersion: Int, program: String,
    grantVersion: Int64,
    noticeCursor: Int64, knownDevices: UInt32, budget: Int, waiting: Int, cursors: [Cursor],
    push: Changeset
  ) {
    self.deviceClock = deviceClock
    self.correction = correction
    self.schemaVersion = schemaVersion
    self.program = program
    self.grantVersion = grantVersion
    self.noticeCursor = noticeCursor
    self.knownDevices = knownDevices
    self.budget = budget
    self.waiting = waiting
    self.cursors = cursors
    self.push = push
  }
}

extension SyncRequest {
  package var encoded: [UInt8] {
    var out = ByteWriter()
    out.byte(Self.version)
    out.zigzag(deviceClock)
    out.zigzag(correction)
    out.varint(schemaVersion)
    out.string(program)
    out.zigzag(grantVersion)
    out.zigzag(noticeCursor)
    out.varint(UInt64(knownDevices))
    out.varint(budget)
    out.varint(waiting)
    out.varint(UInt64(turn))
    out.varint(cursors.count)
    for cursor in cursors { cursor.encode(into: &out) }
    out.raw(push.encoded)
    return out.bytes
  }

  package init(encoded bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.version else { throw Problem(.protocol_old) }
    deviceClock = try reader.zigzag()
    correction = try reader.zigzag()
    schemaVersion = try reader.size()
    program = try reader.string()
    grantVersion = try reader.zigzag()
    noticeCursor = try reader.zigzag()
    knownDevices = try reader.device()
    budget = try reader.size()
    waiting = try reader.size()
    turn = try reader.device()
    cursors = []
    for _ in 0..<(try reader.count(atMost: Limits.cursorsInRequest)) {
      cursors.append(try Cursor(from: &reader))
    }
    guard Set(cursors.map(\.scope)).count == cursors.count else {
      throw Problem(.not_understood, cause: "a scope is named twice")
    }
    push = try Changeset(encoded: Array(try reader.raw(reader.remaining)))
  }
}

extension Cursor {
  package func encode(into out: inout ByteWriter) {
    out.string(scope.description)
    out.zigzag(seq)
    out.fixed(mark)
  }

  package init(from reader: inout ByteReader) throws(Problem) {
    let scope = try reader.scope()
    let seq = try reader.zigzag()
    self.init(scope: scope, seq: seq, mark: try reader.fixed())
  }
}

extension ByteReader {
  package mutating func scope() throws(Problem) -> Scope {
    guard let scope = Scope(try string()) else {
      throw Problem(.not_understood, cause: "an unknown kind of scope")
    }
    return scope
  }

  /// Throws `.too_large` for more.
  package mutating func count(atMost limit: Int) throws(Problem) -> Int {
    let count = try count()
    guard count <= limit else { throw Problem(.too_large) }
    return count
  }

  /// A non-negative number that is no count of what follows.
  package mutating func size() throws(Problem) -> Int {
    guard let size = Int32(exactly: try varint()).map(Int.init) else {
      throw Problem(.not_understood, cause: "a number is too large")
    }
    return size
  }
}
