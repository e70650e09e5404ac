import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// Histories that the simulation found, each in a few lines.
@Suite struct SeldomHistoriesTests {
  private static func progress(_ more: [String: Shared.Value]) -> [String: Shared.Value] {
    let key: [String: Shared.Value] = [
      "roadmap_code": "FR-1.1", "quarter": "2026Q1", "progress_pct": 10, "rag": "vert",
    ]
    return key.merging(more) { $1 }
  }

  private static let insertProgress = """
    INSERT INTO roadmap_progress(roadmap_code, quarter, progress_pct, rag, comment, obstacles)
    VALUES ('FR-1.1', '2026Q1', 1, 'vert', 'earlier', 'seen')
    """

  private static func insertContact(_ verb: String, _ id: RecordID, _ scope: String) -> String {
    """
    \(verb) INTO contact(id, display_name, function_title, contact_type, base_code, relationship,
      consent_basis, status, scope)
    VALUES ('\(id)', 'A', 'Maire', 'media', 'GAO', 'ponctuelle', 'accord_oral', 'actif', '\(scope)')
    """
  }

  private func sync(_ devices: Device...) async throws {
    for device in devices { _ = try await device.client.sync() }
  }

  private func replaced(_ world: World, _ field: String) throws -> Set<String> {
    try world.store.pool.read { db in
      try String.fetchSet(
        db, sql: "SELECT replaced FROM _history WHERE field = ? AND replaced NOT NULL",
        arguments: [field])
    }
  }

  @Test func `of two rows of one key the one written later stays`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    try gao.sql(Self.insertProgress)
    try gao.client.write { try $0.add("roadmap_progress", Self.progress(["comment": "later"])) }
    try await sync(gao, bamako)
    try world.expectAgreement([gao, bamako])
    let records = try bamako.client.records(of: "roadmap_progress")
    #expect(records.map { $0["comment"] } == ["later"])
    #expect(records.map { $0["obstacles"] } == ["seen"])
  }

  @Test func `of two rows of one key the one edited last stays`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.sql(Self.insertProgress)
    try gao.client.write { try $0.add("roadmap_progress", Self.progress(["comment": "later"])) }
    try gao.sql("UPDATE roadmap_progress SET comment = 'last' WHERE comment = 'earlier'")
    try await sync(gao)
    try world.expectAgreement([gao])
    #expect(
      try gao.client.records(of: "roadmap_progress").map { $0["comment"] } == ["last"])
  }

  @Test func `a new record put in its own place has no stamp that was sent with another value`()
    async throws
  {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("First")
    gao.link.plan([.answerLost, .answerLost])
    _ = try? await gao.client.sync()
    try gao.client.write { try $0.set("contact", id, ["display_name": "Second"]) }
    _ = try? await gao.client.sync()
    try gao.sql(Self.insertContact("INSERT OR REPLACE", id, "mission"))
    try await sync(gao, bamako)
    #expect(try bamako.contacts() == ["A"])
    #expect(try replaced(world, "display_name").isSuperset(of: ["First", "Second"]))
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a row entered under the key of two others takes the place of both`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.client.write {
      try $0.add("roadmap_progress", Self.progress(["comment": "first"]))
    }
    try await sync(gao)
    try gao.sql(
      """
      \(Self.insertProgress); DELETE FROM roadmap_progress WHERE id = '\(id)';
      INSERT INTO roadmap_progress(id, roadmap_code, quarter, progress_pct, rag, comment, scope)
      VALUES ('\(id)', 'FR-1.1', '2026Q1', 5, 'vert', 'last', 'mission')
      """)
    #expect(try await gao.client.sync().repaired == 0)
    try await sync(bamako)
    #expect(
      try bamako.client.records(of: "roadmap_progress").map { $0["comment"] } == ["last"])
    try world.expectAgreement([gao, bamako])
  }

  /// Its folder was put back from a copy that had not sent it, and stamped it anew.
  @Test func `a record that was deleted is not entered again by its older creation`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A")
    let copy = try world.copy(gao)
    try await sync(gao, bamako)
    try bamako.client.write { try $0.delete("contact", "\(id)") }
    try await sync(bamako)
    #expect(try copy.client.status().pending == 1)
    try copy.sql("UPDATE _pending SET clock = clock - 1")
    try await sync(copy, gao, bamako)
    #expect(try bamako.contacts() == [])
    #expect(try replaced(world, "display_name").contains("A"))
    try world.expectAgreement([gao, copy, bamako])
  }

  @Test func `a deletion that waits does not end with a scope that its record left before`()
    async throws
  {
    let world = try World()
    let gao = try world.device("GAO")
    let id = try gao.addContact("A", ["scope": "base:GAO"])
    try await sync(gao)
    let handle = try #require(
      try world.store.read { try $0.record(world.store.schema[type: "contact"]!, id: id)?.handle })
    try gao.client.write { try $0.delete("contact", "\(id)") }
    var answer = SyncAnswer(hubClock: world.time.now)
    answer.leaves = [Leave(scope: .mission, type: "contact", handle: handle)]
    _ = try gao.client.replica.apply([answer], to: PendingPage(), now: world.time.now)
    #expect(try gao.client.status().pending == 1)
    try await sync(gao)
    #expect(try world.hubContacts() == [])
    try world.expectAgreement([gao])
  }

  @Test func `a row that is put in its own place twice is an edit`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A", ["locality": "Gao"])
    try await sync(gao)
    for _ in 0..<2 {
      try gao.sql("DELETE FROM contact; " + Self.insertContact("INSERT", id, "mission"))
    }
    let report = try await gao.client.sync()
    #expect(report.conflicts == 0)
    #expect(report.repaired == 0)
    try await sync(bamako)
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a row replaced in another scope and moved back stays in its scope`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A", ["scope": "mission"])
    try await sync(gao)
    try gao.sql(Self.insertContact("INSERT OR REPLACE", id, "base:GAO"))
    try gao.sql("UPDATE contact SET scope = 'mission'")
    let report = try await gao.client.sync()
    #expect(report.repaired == 0)
    try await sync(bamako)
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a field filled and emptied before the first sync waits no longer than its record`()
    async throws
  {
    let world = try World()
    let gao = try world.device("GAO")
    let id = try gao.addContact("A", ["locality": "Gao"])
    try gao.client.write { try $0.set("contact", id, ["locality": .null]) }
    let report = try await gao.client.sync()
    #expect(report.pending == 0)
    try world.expectAgreement([gao])
  }

  @Test func `emptying what nobody wrote, at the record's own stamp, writes nothing`()
    async throws
  {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A")
    try await sync(gao, bamako)
    let record = try world.store.read { transaction in
      try transaction.record(world.store.schema[type: "contact"]!, id: id)!
    }
    let stamp = record.stamps.record
    let change = RecordChange(
      kind: .update, id: nil, handle: record.handle, stamp: stamp,
      fields: [FieldChange(field: 0, value: .null, stamp: stamp)])
    let request = SyncRequest(
      deviceClock: world.time.now, schemaVersion: 1, program: "test", grantVersion: 1,
      noticeCursor: 0, knownDevices: 9, budget: 1000, waiting: 0, cursors: [],
      push: Changeset(
        groups: [ChangeGroup(type: "contact", fields: ["locality"], records: [change])]))
    let device = try world.hub.admit(token: gao.client.token)
    let answer = try world.hub.answer(request, for: device, language: .fr)
    #expect(answer.verdicts.map(\.kind) == [.superseded])
    try await sync(gao, bamako)
    try world.expectAgreement([gao, bamako])
  }

  @Test func `what a record held in an earlier life is in the history`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.client.write { try $0.add("roadmap_progress", Self.progress(["comment": "first"])) }
    try await sync(gao)
    try gao.sql("DELETE FROM roadmap_progress")
    try await sync(gao)
    try gao.client.write { try $0.add("roadmap_progress", Self.progress(["comment": "second"])) }
    try await sync(gao)
    #expect(try replaced(world, "comment") == ["first"])
    try world.expectAgreement([gao])
  }

  @Test func `a proposal for a record that was deleted meanwhile is kept`() async throws {
    let world = try World()
    let grant = Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])
    let gao = try world.device("GAO", role: .resp_base, grant: grant)
    let bamako = try world.device()
    try gao.client.write {
      try $0.add(
        "security_pack",
        [
          "base_code": "GAO", "kind": "base", "title": "Plan", "version_label": "1.0",
          "status": "brouillon", "prepared_by": "P-01", "scope": "base:GAO",
        ])
    }
    try await sync(gao, bamako)
    try gao.sql("UPDATE security_pack SET approved_hash = 'proposed'")
    try bamako.sql("DELETE FROM security_pack")
    try await sync(bamako, gao)
    #expect(try world.hub.conflicts().map(\.loser.value) == ["proposed"])
  }

  @Test func `an edit that goes with a repeated creation revives the record`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A")
    gao.link.plan([.answerLost])
    _ = await failure { try await gao.client.sync() }
    try await sync(bamako)
    try bamako.client.write { try $0.delete("contact", "\(id)") }
    try await sync(bamako)
    try gao.client.write { try $0.set("contact", id, ["locality": "Ansongo"]) }
    try await sync(gao, bamako)
    #expect(try bamako.client.record("contact", "\(id)")["locality"] == "Ansongo")
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a record stamped in the future and deleted on its way holds nothing up`()
    async throws
  {
    let world = try World()
    let wall = Clock(world.time.now)
    let gao = try world.device("GAO", clock: wall)
    world.time.advance(-20 * 366 * 86_400_000)
    let id = try gao.addContact("A")
    gao.link.meanwhile { try gao.client.write { try $0.delete("contact", "\(id)") } }
    let report = try await gao.client.sync()
    #expect(report.restamped > 0)
    #expect(report.pending == 0)
    try world.expectAgreement([gao])
  }

  @Test func `what was moved here goes with the scope that the hub has it in`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    let (moved, stays) = (try gao.addContact("A", ["scope": "base:GAO"]), try gao.addContact("B"))
    try await sync(gao)
    try gao.sql("UPDATE contact SET scope = 'mission' WHERE id = '\(moved)'")
    try gao.sql("UPDATE contact SET scope = 'base:GAO' WHERE id = '\(stays)'")
    try world.hub.setGrant(Grant(read: [.mission], write: [.mission]), role: nil, of: 1)
    _ = try await gao.client.sync()
    #expect(try gao.contacts() == ["B"])
    let status = try gao.client.status()
    #expect(status.scopes.keys.sorted() == [.mission])
    #expect(status.scopes[.mission]?.records == 1)
  }

  @Test func `a deletion that waits when its record leaves is kept as refused`() async throws {
    let world = try World()
    let grant = Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])
    let gao = try world.device("GAO", role: .resp_base, grant: grant)
    let bamako = try world.device()
    let id = try bamako.addContact("A", ["scope": "base:GAO"])
    try await sync(bamako, gao)
    try bamako.client.write { try $0.set("contact", id, ["scope": "bamako"]) }
    try await sync(bamako)
    gao.link.meanwhile { try gao.client.write { try $0.delete("contact", "\(id)") } }
    try await sync(gao)
    #expect(try gao.client.refusals().map(\.field) == ["*"])
    #expect(try gao.client.status().pending == 0)
    try world.expectAgreement([gao, bamako])
  }

  /// The stick has an edit that was sent and not answered when its record was put in its own place.
  @Test func `a record put in its own place empties what an edit on its way filled`() async throws {
    let world = try World()
    let (gao, bamako) = (try await world.courier("GAO"), try world.device())
    let id = try gao.addContact("A")
    try await sync(gao, bamako)
    try gao.client.write { try $0.set("contact", id, ["locality": "Gao"]) }
    try gao.client.writeBundle(to: world.path("stick"))
    try gao.sql(Self.insertContact("INSERT OR REPLACE", id, "mission"))
    try world.read("stick", answer: "answer")
    try await sync(gao, bamako)
    #expect(try bamako.client.record("contact", "\(id)")["locality"] == .null)
    #expect(try replaced(world, "locality") == ["Gao"])
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a deletion that waits when a repair finds its record gone is kept as refused`()
    async throws
  {
    let world = try World()
    let gao = try world.device("GAO")
    let id = try gao.addContact("A")
    try await sync(gao)
    try gao.client.write { try $0.delete("contact", "\(id)") }
    let cursor = try #require(try gao.client.replica.position().cursors.first)
    var answer = RepairAnswer(hubClock: world.time.now, isKnown: true, cursor: cursor)
    answer.gone = [id]
    _ = try gao.client.replica.repair(answer, now: world.time.now)
    #expect(try gao.client.refusals().map(\.field) == ["*"])
    #expect(try gao.client.status().pending == 0)
  }

  @Test(arguments: [
    "UPDATE contact SET locality = NULL;",
    "UPDATE contact SET locality = 'Ansongo'; UPDATE contact SET locality = NULL;", "",
    "DELETE FROM contact;",
  ])
  func `what was emptied after an answer to its creation was lost stays empty`(
    sql: String
  ) async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A", ["locality": "Gao"])
    gao.link.plan([.answerLost])
    _ = try? await gao.client.sync()
    let isWhole = !sql.hasPrefix("UPDATE")
    try gao.sql(
      sql + (isWhole ? Self.insertContact("INSERT OR REPLACE", id, "mission") : ""))
    try await sync(gao, gao, bamako)
    #expect(try bamako.client.record("contact", "\(id)")["locality"] == .null)
    #expect(try replaced(world, "locality") == ["Gao"])
    #expect(try gao.client.status().pending == 0)
    try world.expectAgreement([gao, bamako])
  }

  /// Neither folder has sent the record, so that both send it as new.
  @Test(
    arguments: [
      "UPDATE contact SET locality = NULL;", "INSERT OR REPLACE", "DELETE FROM contact; INSERT",
    ], [false, true])
  func `what was emptied in a copy of the folder stays empty`(
    sql: String, isEmptiedFirst: Bool
  ) async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A", ["locality": "Gao"])
    let copy = try world.copy(gao)
    try copy.sql(sql.hasPrefix("UPDATE") ? sql : Self.insertContact(sql, id, "mission"))
    try await isEmptiedFirst ? sync(copy, gao, copy) : sync(gao, copy)
    try await sync(gao, bamako)
    #expect(try bamako.client.record("contact", "\(id)")["locality"] == .null)
    let kept = try replaced(world, "locality").union(
      world.hub.conflicts().filter { $0.field == "locality" }.compactMap(\.loser.value.text))
    #expect(kept == ["Gao"])
    try world.expectAgreement([gao, copy, bamako])
  }

  @Test func `a hub that was restored gives no version to another grant`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.addContact("A")
    let copy = try world.backUp()
    try world.hub.setGrant(.all, role: nil, of: 1)
    try await sync(gao)
    try world.restore(copy)
    world.time.advance(1000)
    try world.hub.setGrant(Grant(read: [], write: []), role: nil, of: 1)
    try await sync(gao)
    #expect(try gao.contacts() == [])
    #expect(try gao.client.status().scopes.isEmpty)
  }
}
