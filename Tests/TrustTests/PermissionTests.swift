import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

// Who may do what stands in the schema (writers, deleters, wideners) and in the device's grant (scopes).
// Here every cell of role, type, action and scope is tried through the hub's port.

/// One thing that a device tries to do.
private struct Cell: Hashable {
  enum Action: CaseIterable { case create, update, delete }

  let role: Role
  let type: String
  let action: Action
  let scope: Scope
}

/// The record that a cell is about, and when it was made.
private struct Seed {
  let id: RecordID
  let stamp: Stamp
}

@Suite struct PermissionTests {
  private static let scopes: [Scope] = [
    .mission, .base("GAO"), .base("KDL"), .base("TES"), .bamako,
  ]
  /// Reads three scopes and writes two.
  private static let grant = Grant(
    read: [.mission, .base("GAO"), .base("KDL")], write: [.mission, .base("GAO")])

  /// What the schema and the grant say, and nothing else.
  private static func isGranted(_ cell: Cell, _ type: RecordType) -> Bool {
    let isWriter = type.writers.contains(cell.role)
    switch cell.action {
    case .delete:
      return isWriter && type.deleters.contains(cell.role) && grant.mayWrite(cell.scope)
    case .update: return isWriter && grant.mayWrite(cell.scope)
    case .create:
      let usual = type.defaultScope(values(type, cell.scope)) { _, _ in nil }
      // A base reports what Bamako alone may hold: it hands it over.
      if isWriter, cell.scope == .bamako, usual == .bamako { return true }
      let isWider = usual.map { cell.scope.width > $0.width } ?? false
      return isWriter && grant.mayWrite(cell.scope)
        && (!isWider || type.wideners.contains(cell.role))
    }
  }

  private static let rights: Set<Problem.Code> = [
    .role_not_allowed, .scope_not_granted, .scope_widened,
  ]

  /// A text that anybody who may write the record may change.
  private static func field(_ type: RecordType) -> Field? {
    type.fields.first { field in
      switch (field.kind, field.policy) {
      case (.text, .last), (.longtext, .last), (.text, .review), (.longtext, .review):
        field.gates.isEmpty && field.pattern == nil && field.lock == nil && field.matcher == nil
          && !type.key.contains(field.name) && field.name != "scope"
      default: false
      }
    }
  }

  private static func values(_ type: RecordType, _ scope: Scope) -> [String: Value] {
    var values: [String: Value] = ["scope": .text(scope.description)]
    if let field = field(type) { values[field.name] = "avant" }
    return values
  }

  @Test(arguments: Role.allCases.filter { $0 != .hub })
  func `every cell of role, type, action and scope is as the schema has it`(role: Role)
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop("GAO", role, grant: Self.grant)
      let device = try #require(try live.hub.devices().last).number
      var stamps = StampSource(device: device, time: live.time.now)
      let cells = Schema.mission.types.flatMap { type in
        Cell.Action.allCases.flatMap { action in
          Self.scopes.map { Cell(role: role, type: type.name, action: action, scope: $0) }
        }
      }
      let seeds = try seed(cells, live)
      let push = Changeset(groups: cells.map { $0.change(seeds[$0]!, &stamps, Self.field) })
      let answer = try await exchange(push, laptop, live)
      var refusals: [Int: Problem.Code] = [:]
      for verdict in answer.verdicts where verdict.kind == .refused && verdict.field == nil {
        refusals[verdict.group] = Problem.Code(rawValue: verdict.code)
      }
      var granted = 0
      for (index, cell) in cells.enumerated() {
        let type = try #require(Schema.mission[type: cell.type])
        let isGranted = Self.isGranted(cell, type)
        granted += isGranted ? 1 : 0
        let code = refusals[index]
        let isRefused = code.map(Self.rights.contains) ?? false
        #expect(isRefused != isGranted, "\(cell) \(code?.rawValue ?? "admitted")")
        try check(cell, type, seeds[cell]!.id, isGranted, live)
      }
      #expect(cells.count >= 20 * 15)
      #expect(granted > 0 || role == .lecture)
      try checkReading(answer, live)
    }
  }

  /// Granted works; refused leaves no trace.
  private func check(
    _ cell: Cell, _ type: RecordType, _ id: RecordID, _ isGranted: Bool, _ live: Live
  ) throws {
    let (record, lines) = try live.store.read { transaction throws in
      let record = try transaction.record(type, id: id)
      return (record, try record.map { try transaction.history(type.name, $0.handle) } ?? [])
    }
    guard cell.action != .create else {
      if !isGranted { #expect(record == nil, "\(cell)") }
      return
    }
    let kept = try #require(record)
    let value = Self.field(type).flatMap { kept.values[$0.name] }
    switch (cell.action, isGranted) {
    case (.delete, true): #expect(kept.isDeleted, "\(cell)")
    case (.update, true): #expect(value == nil || value == "après", "\(cell)")
    default:
      #expect(!kept.isDeleted && (value == nil || value == "avant") && lines.isEmpty, "\(cell)")
      #expect(kept.scope == cell.scope, "\(cell)")
    }
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

  /// A record for each cell that changes one.
  private func seed(_ cells: [Cell], _ live: Live) throws -> [Cell: Seed] {
    var seeds: [Cell: Seed] = [:]
    try live.store.write { transaction throws in
      var writing = try HubWriting(
        transaction, live.store.schema, now: live.time.now, language: .fr)
      for (index, cell) in cells.enumerated() {
        let id = RecordID.v7(
          milliseconds: UInt64(live.time.now), random: (UInt64(index), 7))
        let stamp = writing.stamp(above: .never)
        seeds[cell] = Seed(id: id, stamp: stamp)
        guard cell.action != .create else { continue }
        let type = Schema.mission[type: cell.type]!
        let record = StoredRecord(
          handle: 0, id: id, values: Self.values(type, cell.scope),
          stamps: FieldStamps(record: stamp), seq: 0, entered: 0,
          isDeleted: false)
        _ = try writing.insert(record, type)
      }
      try writing.finish { 9 }
    }
    return seeds
  }

  private func exchange(
    _ push: Changeset, _ laptop: FieldClient, _ live: Live
  ) async throws -> SyncAnswer {
    let request = SyncRequest(
      deviceClock: live.time.now, schemaVersion: 1, program: "test", grantVersion: 1,
      noticeCursor: 0, knownDevices: 0, budget: 1 << 22, waiting: 0, cursors: [], push: push)
    let answer = try await laptop.transport.exchange(
      HTTPRequest(
        path: "/v1/sync",
        headers: [
          ("Authorization", "Bearer " + laptop.token),
          ("Content-Type", "application/vnd.djoliba.sync"),
        ], body: Compression.compress(request.encoded), responseLimit: Limits.expandedBody)
    ) { _ in }
    try #require(answer.status == 200)
    return try SyncAnswer(
      encoded: Compression.expand(answer.body, limit: Limits.expandedBody))
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
  fileprivate func change(
    _ seed: Seed, _ stamps: inout StampSource, _ field: (RecordType) -> Field?
  ) -> ChangeGroup {
    let stamp = stamps.next()
    let type = Schema.mission[type: self.type]!
    let name = field(type)?.name
    let (id, seen) = (seed.id, seed.stamp)
    switch action {
    case .create:
      let fields = ["scope"] + (name.map { [$0] } ?? [])
      let values: [Value] = [.text(scope.description), "après"]
      return ChangeGroup(
        type: self.type, fields: fields,
        records: [
          RecordChange(
            kind: .create, id: id, handle: 0, stamp: stamp,
            fields: fields.indices.map {
              FieldChange(field: $0, value: values[$0], stamp: stamp)
            })
        ])
    case .update:
      return ChangeGroup(
        type: self.type, fields: name.map { [$0] } ?? [],
        records: [
          RecordChange(
            kind: .update, id: id, handle: 0, stamp: stamp,
            fields: name == nil
              ? []
              : [FieldChange(field: 0, value: "après", stamp: stamp, seen: seen)])
        ])
    case .delete:
      return ChangeGroup(
        type: self.type, fields: [],
        records: [
          RecordChange(
            kind: .delete, id: id, handle: 0, stamp: stamp, seen: FieldStamps(record: seen))
        ])
    }
  }
}
