import Shared

struct CursorVector: Decodable, Hashable {
  let scope: String
  let seq: Int64
  /// Sixteen hexadecimal digits.
  let mark: String

  init(_ cursor: Cursor) {
    scope = cursor.scope.description
    seq = cursor.seq
    let digits = String(cursor.mark, radix: 16)
    mark = String(repeating: "0", count: 16 - digits.count) + digits
  }

  var cursor: Cursor { Cursor(scope: Scope(scope)!, seq: seq, mark: UInt64(mark, radix: 16)!) }
}

struct RequestVector: VectorValue, Hashable {
  let deviceClock, correction: Int64
  let schemaVersion: Int
  let program: String
  let grantVersion, noticeCursor: Int64
  let knownDevices: UInt32
  let budget, waiting: Int
  let turn: UInt32
  let cursors: [CursorVector]
  let push: ChangesetVector

  init(_ request: SyncRequest) {
    deviceClock = request.deviceClock
    correction = request.correction
    schemaVersion = request.schemaVersion
    program = request.program
    grantVersion = request.grantVersion
    noticeCursor = request.noticeCursor
    knownDevices = request.knownDevices
    budget = request.budget
    waiting = request.waiting
    turn = request.turn
    cursors = request.cursors.map { CursorVector($0) }
    push = ChangesetVector(request.push)
  }

  var request: SyncRequest {
    var request = SyncRequest(
      deviceClock: deviceClock, correction: correction, schemaVersion: schemaVersion,
      program: program, grantVersion: grantVersion, noticeCursor: noticeCursor,
      knownDevices: knownDevices, budget: budget, waiting: waiting,
      cursors: cursors.map(\.cursor), push: push.changes)
    request.turn = turn
    return request
  }

  func isEncoded(as bytes: [UInt8]) -> Bool { request.encoded == bytes }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    try RequestVector(SyncRequest(encoded: bytes)) == self
  }
}

struct AnswerVector: VectorValue, Hashable {
  struct Grant: Decodable, Hashable {
    let version: Int64
    let role: String
    let everything: Bool
    let read, write: [String]
  }

  struct Name: Decodable, Hashable {
    let number: UInt32
    let name: String
  }

  struct Word: Decodable, Hashable {
    let group, record: Int
    /// Absent for the whole record.
    let field: Int?
    /// `superseded`, `lost`, `won`, `proposed` or `refused`.
    let kind: String
    /// Present when refused.
    let code, sentence: String?
  }

  struct Page: Decodable, Hashable {
    let cursor: CursorVector
    /// Both present when nothing is left behind the cursor.
    let digest: String?
    let records: Int?
  }

  struct Left: Decodable, Hashable {
    let scope, type: String
    let handle: Int64
  }

  struct Notice: Decodable, Hashable {
    let id, version: Int64
    let type, record, field, status: String
    let winner, loser: Side
  }

  struct Side: Decodable, Hashable {
    let value: ValueVector
    let stamp: StampVector
  }

  let hubClock: Int64
  let examined, hasMore: Bool
  let turn: UInt32
  let isShared: Bool
  let dictionary: Int?
  let grant: Grant?
  let schema: String
  let names: [Name]
  let handles: [Int64]
  let verdicts: [Word]
  let pages: [Page]
  let leaves: [Left]
  let notices: [Notice]
  let pull: ChangesetVector

  func isEncoded(as bytes: [UInt8]) -> Bool { answer.encoded == bytes }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    try AnswerVector(SyncAnswer(encoded: bytes)) == self
  }
}
