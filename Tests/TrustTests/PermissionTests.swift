import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

// Who may do what stands in the schema (writers, deleters, wideners) and in the device's grant (scopes).
// Here every cell of role, type, action and scope is tried through the hub's port.

@Suite struct PermissionTests {
  private static let scopes: [Scope] = [
    .mission, .base("GAO"), .base("KDL"), .base("TES"), .bamako,
  ]
  /// Reads three scopes and writes two.
  private static let grant = Grant(
    read: [.mission, .base("GAO"), .base("KDL")], write: [.mission, .base("GAO")])

  @Test(arguments: Role.allCases.filter { $0 != .hub })
  func `every cell of role, type, action and scope is as the schema has it`(role: Role)
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop("GAO", role, grant: Self.grant)
      let device = try #require(try live.hub.devices().last).number
      let cells = try Cell.all(role, Self.scopes, at: live.time.now)
      #expect(cells.count == Schema.mission.types.count * 5 * (4 + 4))
      let seen = try seed(cells, live)
      var stamps = StampSource(device: device, time: live.time.now)
      let granted = cells.filter { $0.isGranted(Self.grant) }
      let refused = cells.filter { !$0.isGranted(Self.grant) }
      #expect(!granted.isEmpty || role == .lecture)

      let before = try HubTables(live)
      let first = try #require(try live.hub.audit(limit: 1).first).number + 1
      let no = try await push(refused, &stamps, seen, laptop, live)
      var said: [String: Set<String>] = [:]
      for (index, cell) in refused.enumerated() {
        let code = no.verdicts.first { $0.group == index && $0.kind == .refused }?.code
        let word = code.flatMap { Problem.Code(rawValue: $0) }
        #expect(
          cell.words(for: Self.grant).contains(word), "\(cell.name) \(code ?? "admitted")")
        if let code { said["\(cell.type.name) \(code)", default: []].insert(cell.line(code)) }
      }
      try checkTrace(try HubTables(live).changes(since: before), of: device)
      let lines = try live.hub.audit(limit: .max).filter { $0.number >= first }
      #expect(lines.count == said.count, "one line for each type and reason")
      for line in lines {
        let detail = try #require(line.detail)
        #expect(line.act == "refuse" && line.who == "device:\(device)" && line.record == nil)
        let code = try #require(detail.split(separator: " ").last)
        #expect(said["\(line.type ?? "") \(code)"]?.contains(detail) == true, "\(line)")
      }
      _ = try await push(refused, &stamps, seen, laptop, live)
      #expect(
        try live.hub.audit(limit: 1).first?.number == first + Int64(lines.count) - 1,
        "who tries the same all day fills no disk")

      let yes = try await push(granted, &stamps, seen, laptop, live)
      #expect(yes.verdicts == [])
      for cell in granted { try check(cell, live) }
      try checkReading(yes, live)
    }
  }

  /// Refused changes touched no record, no history, no conflict and no scope: the log and the counts say
  /// that they were tried, the device's own row that it was here, and the hub's clock follows theirs.
  private func checkTrace(_ changes: [String: HubTables.Difference], of device: UInt32) throws {
    let own = ["_audit", "_refused", "_device", "_reached", "_state"]
    #expect(Set(changes.keys).isSubset(of: own), "\(changes.keys)")
    #expect(changes["_audit"]?.gone ?? [] == [] && changes["_refused"]?.gone ?? [] == [])
    for table in ["_device", "_reached", "_refused"] {
      let rows = (changes[table]?.gone ?? []).union(changes[table]?.new ?? [])
      #expect(rows.allSatisfy { $0.first == "\(device)" }, "\(table)")
    }
    #expect(changes["_state"]?.new.allSatisfy { $0.first == "'clock'" } ?? true)
  }

  @Test func `what a device gives back reaches nothing that it may not read`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop("GAO", .resp_base, grant: Self.grant)
      let device = try #require(try live.hub.devices().last).number
      let cells = try Cell.all(.resp_base, Self.scopes, at: live.time.now)
        .filter { [.update, .delete].contains($0.action) }
      let hidden = cells.filter { !Self.grant.mayRead($0.scope) }
      let seen = try seed(cells, live)
      var stamps = StampSource(device: device, time: live.time.now)
      let before = try Snapshot(of: hidden, live)
      // A place that the hub does not know: it would take what it lost.
      let request = RepairRequest(
        cursor: Cursor(scope: .mission, seq: 1, mark: 1),
        give: Changeset(groups: cells.map { $0.change(stamps.next(), seen) }))
      _ = try await post("/v1/repair", request.encoded, laptop)
      let after = try Snapshot(of: hidden, live)
      // What it gives of them is kept beside, as conflicts for Bamako.
      #expect(after.records == before.records && after.scopes == before.scopes)
      let open = try #require(cells.first { $0.type.name == "contact" && $0.scope == .mission })
      let record = try live.store.read { try $0.record(open.type, id: open.id) }
      #expect(record?.values[open.field] == "après", "it was taken for one that gives back")
    }
  }

  /// What was granted stands as it was sent.
  private func check(_ cell: Cell, _ live: Live) throws {
    let found = try live.store.read { try $0.record(cell.type, id: cell.id) }
    let record = try #require(found, "\(cell.name)")
    switch cell.action {
    case .create:
      #expect(record.values.filter { !$0.value.isNull } == cell.values, "\(cell.name)")
    case .update: #expect(record.values[cell.field] == "après", "\(cell.name)")
    case .delete: #expect(record.isDeleted, "\(cell.name)")
    case .move(let goal): #expect(record.scope == goal, "\(cell.name)")
    case .erase: Issue.record("nobody erases from afar")
    }
    if case .move = cell.action { return }
    #expect(record.scope == cell.scope, "\(cell.name)")
  }

  private func checkReading(_ answer: SyncAnswer, _ live: Live) throws {
    let pages = answer.pages.map(\.cursor.scope)
    #expect(Set(pages) == Self.grant.read)
    for group in answer.pull.groups {
      for record in group.records {
        let type = try #require(Schema.mission[type: group.type])
        let stored = try live.store.read { try $0.record(type, handle: record.handle) }
        let scope = try #require(stored).scope
        #expect(Self.grant.mayRead(scope), "\(group.type) \(scope)")
      }
    }
  }

  /// A record for each cell that changes one, all of one stamp.
  private func seed(_ cells: [Cell], _ live: Live) throws -> Stamp {
    try live.store.write { transaction throws in
      var writing = try HubWriting(
        transaction, live.store.schema, now: live.time.now, language: .fr)
      let stamp = writing.stamp(above: .never)
      for cell in cells where cell.action != .create {
        let record = StoredRecord(
          handle: 0, id: cell.id, values: cell.values, stamps: FieldStamps(record: stamp), seq: 0,
          entered: 0, isDeleted: false)
        _ = try writing.insert(record, cell.type)
      }
      try writing.finish { 9 }
      return stamp
    }
  }

  private func push(
    _ cells: [Cell], _ stamps: inout StampSource, _ seen: Stamp, _ laptop: FieldClient,
    _ live: Live
  ) async throws -> SyncAnswer {
    let request = SyncRequest(
      deviceClock: live.time.now, schemaVersion: 1, program: "test", grantVersion: 1,
      noticeCursor: 0, knownDevices: 0, budget: 1 << 22, waiting: 0, cursors: [],
      push: Changeset(groups: cells.map { $0.change(stamps.next(), seen) }))
    return try SyncAnswer(encoded: try await post("/v1/sync", request.encoded, laptop))
  }

  private func post(
    _ path: String, _ message: [UInt8], _ laptop: FieldClient
  ) async throws -> [UInt8] {
    let (status, body) = try await laptop.post(path, message)
    try #require(status == 200)
    return body
  }
}

/// What a change could leave of certain records at the hub.
private struct Snapshot: Equatable {
  private(set) var scopes: [Scope: [String]] = [:]
  private(set) var records: [RecordID: [String]] = [:]
  private var conflicts: [String] = []

  init(of cells: [Cell], _ live: Live) throws {
    try live.store.read { transaction in
      for cell in cells {
        guard let record = try transaction.record(cell.type, id: cell.id) else { continue }
        let lines = try transaction.history(cell.type.name, record.handle).count
        records[cell.id] = [
          "\(record.values.sorted { $0.key < $1.key })", "\(record.stamps)", "\(lines) lines",
          "\(record.seq) \(record.entered) \(record.isDeleted)",
        ]
      }
      let seen = Set(cells.map(\.scope))
      scopes = try transaction.scopes().filter { seen.contains($0.key) }.mapValues {
        ["\($0.seq) \($0.records)", "\($0.digest)"]
      }
      conflicts = try transaction.conflicts(after: 0, device: nil, limit: .max)
        .filter { records[$0.record] != nil }.map { "\($0.record) \($0.field)" }
    }
  }
}

/// Stamps of one device, above everything that the hub wrote so far.
private struct StampSource {
  let device: UInt32
  let time: Int64
  private var count: UInt64 = 1_000

  init(device: UInt32, time: Int64) { (self.device, self.time) = (device, time) }

  mutating func next() -> Stamp {
    count += 1
    return Stamp(clock: HybridClock.reading(time) + count, device: device)
  }
}
