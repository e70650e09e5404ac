import Shared

/// One device of the load: what its next request says, and what the answers taught it. It edits one
/// field of one record of its own, over and over.
struct LoadDevice {
  let token: String
  private let number: UInt32
  private let base: String
  private let id: RecordID
  private var handle: Int64 = 0
  private var clock = HybridClock()
  private var seen = Stamp.never
  private var sent = Stamp.never
  private var cursors: [Cursor] = []
  private var turn: UInt32 = 0
  private var grantVersion: Int64 = -1
  private var knownDevices: UInt32 = 0
  private var edits = 0

  init(number: UInt32, token: String, base: String, id: RecordID) {
    self.number = number
    self.token = token
    self.base = base
    self.id = id
  }

  /// The next request's body.
  ///
  /// - Parameter now: milliseconds since 1970.
  mutating func request(_ now: Int64) -> [UInt8] {
    edits += 1
    sent = Stamp(clock: clock.tick(milliseconds: now), device: number)
    var request = SyncRequest(
      deviceClock: now, schemaVersion: Schema.mission.version, program: "load",
      grantVersion: grantVersion, noticeCursor: 0, knownDevices: knownDevices, budget: 65_536,
      waiting: 0, cursors: cursors, push: Changeset(groups: [handle == 0 ? creation : edit]))
    request.turn = turn
    return Compression.compress(request.encoded)
  }

  /// Takes an answer in. Returns whether the edit was admitted, as it was.
  mutating func take(_ body: [UInt8]) -> Bool {
    guard let plain = try? Compression.expand(body, limit: Limits.expandedBody),
      let answer = try? SyncAnswer(encoded: plain), answer.examined,
      handle == 0 || answer.verdicts.isEmpty
    else { return false }
    seen = sent
    if let given = answer.handles.first { handle = given }
    cursors = answer.pages.map(\.cursor)
    turn = answer.turn
    if let grant = answer.grant { grantVersion = grant.version }
    if let last = answer.names.last { knownDevices = last.number + 1 }
    return handle != 0
  }

  private var creation: ChangeGroup {
    let values: [(String, Value)] = [
      ("scope", .text("base:\(base)")), ("display_name", .text("Contact \(number)")),
      ("function_title", "Maire"), ("contact_type", "media"), ("base_code", .text(base)),
      ("relationship", "ponctuelle"), ("consent_basis", "accord_oral"), ("status", "actif"),
    ]
    let change = RecordChange(
      kind: .create, id: id, handle: 0, stamp: sent,
      fields: values.enumerated().map { position, pair in
        FieldChange(field: position, value: pair.1, stamp: sent)
      })
    return ChangeGroup(type: "contact", fields: values.map(\.0), records: [change])
  }

  private var edit: ChangeGroup {
    let phone = "+223\(70_000_000 + edits % 9_999_999)"
    let change = RecordChange(
      kind: .update, id: nil, handle: handle, stamp: sent,
      fields: [FieldChange(field: 0, value: .text(phone), stamp: sent, seen: seen)])
    return ChangeGroup(type: "contact", fields: ["phone_orange"], records: [change])
  }
}
