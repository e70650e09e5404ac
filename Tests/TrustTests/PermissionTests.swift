import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

// Who may do what stands in the schema (writers, deleters, wideners) and in the device's grant (scopes).
// Here every cell of role, type, action and scope is tried through the hub's port, with records that
// nothing else could be refused of.

/// One thing that a device tries to do, and the record that it is about.
private struct Cell {
  enum Action: CaseIterable { case create, update, delete }

  let role: Role
  let type: RecordType
  let action: Action
  let scope: Scope
  let id: RecordID
  /// As it was, or shall be created.
  let values: [String: Value]
  /// The text that an update changes.
  let field: String

  var name: String { "\(role) \(type.name) \(action) \(scope)" }
}

@Suite struct PermissionTests {
  private static let scopes: [Scope] = [
    .mission, .base("GAO"), .base("KDL"), .base("TES"), .bamako,
  ]
  /// Reads three scopes and writes two.
  private static let grant = Grant(
    read: [.mission, .base("GAO"), .base("KDL")], write: [.mission, .base("GAO")])

  /// What the schema and the grant say, and nothing else.
  private static func isGranted(_ cell: Cell) -> Bool {
    let type = cell.type
    let isWriter = type.writers.contains(cell.role)
    switch cell.action {
    case .delete:
      return isWriter && type.deleters.contains(cell.role) && grant.mayWrite(cell.scope)
    case .update: return isWriter && grant.mayWrite(cell.scope)
    case .create:
      let usual = type.defaultScope(cell.values) { _, _ in nil }
      // A base reports what Bamako alone may hold: it hands it over.
      if isWriter, cell.scope == .bamako, usual == .bamako { return true }
      let isWider = usual.map { cell.scope.width > $0.width } ?? false
      return isWriter && grant.mayWrite(cell.scope)
        && (!isWider || type.wideners.contains(cell.role))
    }
  }

  /// What may be said to who is refused. A deletion of what one may not read is answered as one of what
  /// is not there: nothing is said.
  private static func words(for cell: Cell) -> Set<Problem.Code?> {
    guard !grant.mayRead(cell.scope) else {
      return [.role_not_allowed, .scope_not_granted, .scope_widened]
    }
    switch cell.action {
    case .create: return [.role_not_allowed, .scope_not_granted, .scope_widened]
    case .update: return [.role_not_allowed, .not_found]
    case .delete: return [nil]
    }
  }

  private static func cells(_ role: Role, _ live: Live) throws -> [Cell] {
    var cells: [Cell] = []
    for type in Schema.mission.types {
      var number = 0
      for action in Cell.Action.allCases {
        for scope in scopes {
          number += 1
          let record = CompleteRecord(type: type, number: number)
          let (field, before) = try record.changed()
          var values = try record.values(in: scope)
          values[field.name] = before
          cells.append(
            Cell(
              role: role, type: type, action: action, scope: scope,
              id: record.id(values, at: live.time.now), values: values, field: field.name))
        }
      }
    }
    return cells
  }

  @Test(arguments: Role.allCases.filter { $0 != .hub })
  func `every cell of role, type, action and scope is as the schema has it`(role: Role)
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop("GAO", role, grant: Self.grant)
      let device = try #require(try live.hub.devices().last).number
      let cells = try Self.cells(role, live)
      #expect(cells.count >= 20 * 15)
      let seen = try seed(cells, live)
      var stamps = StampSource(device: device, time: live.time.now)
      let (granted, refused) = (cells.filter(Self.isGranted), cells.filter { !Self.isGranted($0) })
      #expect(!granted.isEmpty || role == .lecture)

      let before = try Snapshot(of: cells, live)
      let no = try await push(refused, &stamps, seen, laptop, live)
      for (index, cell) in refused.enumerated() {
        let code = no.verdicts.first { $0.group == index && $0.kind == .refused }?.code
        let word = code.flatMap { Problem.Code(rawValue: $0) }
        #expect(Self.words(for: cell).contains(word), "\(cell.name) \(code ?? "admitted")")
      }
      #expect(try Snapshot(of: cells, live) == before, "what is refused leaves no trace")

      let yes = try await push(granted, &stamps, seen, laptop, live)
      #expect(yes.verdicts == [])
      for cell in granted { try check(cell, live) }
      try checkReading(yes, live)
    }
  }

  @Test func `what a device gives back reaches nothing that it may not read`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop("GAO", .resp_base, grant: Self.grant)
      let device = try #require(try live.hub.devices().last).number
      let cells = try Self.cells(.resp_base, live).filter { $0.action != .create }
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
    }
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
    let answer = try await laptop.transport.exchange(
      HTTPRequest(
        path: path,
        headers: [
          ("Authorization", "Bearer " + laptop.token),
          ("Content-Type", "application/vnd.djoliba.sync"),
        ], body: Compression.compress(message), responseLimit: Limits.expandedBody)
    ) { _ in }
    try #require(answer.status == 200)
    return try Compression.expand(answer.body, limit: Limits.expandedBody)
  }
}

/// All that a change could leave at the hub.
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

extension Cell {
  /// By somebody who has seen what stands.
  fileprivate func change(_ stamp: Stamp, _ seen: Stamp) -> ChangeGroup {
    switch action {
    case .create:
      let names = values.keys.sorted()
      return group(
        names,
        RecordChange(
          kind: .create, id: id, handle: 0, stamp: stamp,
          fields: names.enumerated().map {
            FieldChange(field: $0, value: values[$1]!, stamp: stamp)
          }))
    case .update:
      let before: Stamp = values[field] == nil ? .never : seen
      return group(
        [field],
        RecordChange(
          kind: .update, id: id, handle: 0, stamp: stamp,
          fields: [FieldChange(field: 0, value: "après", stamp: stamp, seen: before)]))
    case .delete:
      return group(
        [],
        RecordChange(
          kind: .delete, id: id, handle: 0, stamp: stamp, seen: FieldStamps(record: seen)))
    }
  }

  private func group(_ fields: [String], _ record: RecordChange) -> ChangeGroup {
    ChangeGroup(type: type.name, fields: fields, records: [record])
  }
}
