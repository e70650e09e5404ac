import Foundation
import Synchronization

@testable import Shared
@testable import SyncServer

/// A hub on real SQLite in a folder of its own, with a clock and dice of the test's, spoken to
/// in values.
final class HubTable {
  let folder: String
  let store: SQLiteHubStore
  let hub: Hub
  let time = TableClock(1_784_548_800_000)
  private let dice = TableClock(1)
  private var visitors: UInt64 = 0

  init(schema: Schema = .mission) throws {
    folder = NSTemporaryDirectory() + "djoliba-table-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try SQLiteHubStore.create(path: folder + "/hub.sqlite", schema: schema)
    store = try SQLiteHubStore(path: folder + "/hub.sqlite")
    let (time, dice) = (time, dice)
    hub = Hub(
      store: store, now: { time.now },
      random: {
        dice.advance(1)
        return UInt64(dice.now) &* 0x9e37_79b9_7f4a_7c15
      })
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// An enrolled device.
  func visitor(
    _ base: String = "BKO", _ role: Role = .referent_surete, _ grant: Grant = .all
  ) throws -> Visitor {
    visitors += 1
    let invited = try hub.invite(name: "\(base) \(visitors)", base: base, role: role, grant: grant)
    let token = String(repeating: "0", count: 63) + String(visitors % 10)
    _ = try hub.enroll(EnrolmentRequest(code: invited.code, token: token, program: "test"))
    return Visitor(table: self, device: try hub.admit(token: token))
  }

  func stored(_ type: String, _ id: RecordID) throws -> StoredRecord? {
    try store.read { try $0.record(Schema.mission[type: type]!, id: id) }
  }

  func history(_ type: String, _ handle: Int64) throws -> [HubHistoryLine] {
    try store.read { try $0.history(type, handle) }
  }

  func scopes() throws -> [Scope: ScopeState] { try store.read { try $0.scopes() } }

  /// The exclusive or of what the records of a scope give, one by one.
  func digest(_ scope: Scope) throws -> Digest {
    try store.read { transaction in
      var digest = Digest()
      for type in store.schema.types {
        for record in try transaction.list(type, limit: .max) where record.scope == scope {
          digest ^= Digest(of: record.id, record.stamps)
        }
      }
      return digest
    }
  }
}

final class TableClock: Sendable {
  private let value: Mutex<Int64>
  init(_ start: Int64) { value = Mutex(start) }
  var now: Int64 { value.withLock { $0 } }
  func advance(_ by: Int64) { value.withLock { $0 += by } }
}

/// A device at the table: what it sends is written by hand, its cursors follow the answers.
final class Visitor {
  let table: HubTable
  let device: HubDevice
  var cursors: [Scope: Cursor] = [:]
  var noticeCursor: Int64 = 0
  private var counter: UInt64 = 0

  init(table: HubTable, device: HubDevice) {
    self.table = table
    self.device = device
  }

  /// A stamp that this device gives now, above its earlier ones.
  func stamp() -> Stamp {
    counter += 1
    return Stamp(clock: HybridClock.reading(table.time.now) + counter, device: device.number)
  }

  func request(_ groups: [ChangeGroup], budget: Int = 1 << 20) -> SyncRequest {
    SyncRequest(
      deviceClock: table.time.now, schemaVersion: 1, program: "test", grantVersion: 1,
      noticeCursor: noticeCursor, knownDevices: 0, budget: budget, waiting: 0,
      cursors: cursors.values.sorted { $0.scope < $1.scope }, push: Changeset(groups: groups))
  }

  /// The answer to a request, as if it never arrived.
  func ask(_ request: SyncRequest, _ language: Language = .fr) throws -> SyncAnswer {
    try table.hub.answer(request, for: device, language: language)
  }

  @discardableResult
  func sync(_ groups: ChangeGroup...) throws -> SyncAnswer {
    let answer = try ask(request(groups))
    for page in answer.pages { cursors[page.cursor.scope] = page.cursor }
    noticeCursor = answer.notices.map(\.version).max() ?? noticeCursor
    return answer
  }
}

extension ChangeGroup {
  static func create(
    _ type: String, _ id: RecordID, _ values: [String: Value], _ stamp: Stamp
  ) -> ChangeGroup {
    let names = values.keys.sorted()
    return ChangeGroup(
      type: type, fields: names,
      records: [
        RecordChange(
          kind: .create, id: id, handle: 0, stamp: stamp,
          fields: names.enumerated().map {
            FieldChange(field: $0, value: values[$1]!, stamp: stamp)
          })
      ])
  }

  static func update(
    _ type: String, _ handle: Int64, _ values: [String: Value], _ stamp: Stamp, seen: Stamp
  ) -> ChangeGroup {
    let names = values.keys.sorted()
    return ChangeGroup(
      type: type, fields: names,
      records: [
        RecordChange(
          kind: .update, id: nil, handle: handle, stamp: stamp,
          fields: names.enumerated().map {
            FieldChange(field: $0, value: values[$1]!, stamp: stamp, seen: seen)
          })
      ])
  }

  static func delete(
    _ type: String, _ handle: Int64, _ stamp: Stamp, seen: FieldStamps
  ) -> ChangeGroup {
    ChangeGroup(
      type: type, fields: [],
      records: [RecordChange(kind: .delete, id: nil, handle: handle, stamp: stamp, seen: seen)])
  }
}

extension SyncAnswer {
  /// What the answer brings of records: kind, handle and fields of each.
  var brought: [String] {
    pull.groups.flatMap { group in
      group.records.map { record in
        "\(record.kind) \(group.type) \(record.handle) "
          + record.fields.map { group.fields[$0.field] }.sorted().joined(separator: ",")
      }
    }
  }

  func proof(_ scope: Scope) -> ScopePage.Proof? {
    pages.first { $0.cursor.scope == scope }?.proof
  }
}

/// Records that the tests write.
enum Sample {
  static func id(_ number: UInt64) -> RecordID {
    RecordID.v7(milliseconds: 1_784_548_800_000, random: (number, number))
  }

  static let contact: [String: Value] = [
    "display_name": "Personne fictive", "function_title": "Maire", "base_code": "GAO",
    "contact_type": "autorite_administrative", "relationship": "reguliere",
    "consent_basis": "fonction_officielle", "status": "actif", "scope": "mission",
  ]

  static let pack: [String: Value] = [
    "base_code": "GAO", "kind": "base", "title": "Plan", "version_label": "1.0",
    "status": "brouillon", "prepared_by": "P-01", "scope": "base:GAO",
  ]

  static let progress: [String: Value] = [
    "roadmap_code": "FR-1.1", "quarter": "2026Q1", "progress_pct": 10, "rag": "jaune",
    "scope": "mission",
  ]

  static let value: [String: Value] = [
    "asaco_code": "AS-GAO-01", "indicator_code": "FIN01", "period": "202601",
    "value_declared": .real(5), "data_source": "registre", "entered_by": "P-01",
    "verification_status": "declare", "scope": "base:GAO",
  ]

  static let alert: [String: Value] = [
    "kind": "alerte_adhoc", "base_code": "GAO", "zone": "Gao", "title": "Essai",
    "message": "Exercice", "effective_from": "2026-07-20T08:00:00Z", "issued_by": "P-01",
    "status": "active", "scope": "mission",
  ]

  static let gao = Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])

  /// The id that the natural key gives.
  static func key(_ type: String, _ values: [String: Value]) -> RecordID {
    Schema.mission[type: type]!.id(values)!
  }
}
