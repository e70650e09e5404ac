import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What goes by stick arrives as what goes over HTTP.
@Suite struct BundleTests {
  @Test func `what a bundle carries is in Bamako, and pending until the answer is read`()
    async throws
  {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    try kidal.addContact("De Kidal")
    _ = try await kidal.client.sync()
    try gao.addContact("De Gao")
    let written = try gao.client.writeBundle(to: world.path("stick"))
    #expect(written.records == 1 && written.left == 0)
    #expect(try gao.client.status().pending == 1)
    let receipt = try world.read("stick", answer: "answer")
    #expect(receipt.records == 1 && receipt.refused == 0 && !receipt.hasMore)
    #expect(try world.hubContacts() == ["De Gao", "De Kidal"])
    #expect(try gao.client.status().pending == 1)
    let report = try gao.client.readBundle(from: world.path("answer"))
    #expect(report.complete && report.admitted == 1 && report.received == 1)
    #expect(report.digestsEqual == true && report.pending == 0)
    try world.expectAgreement([gao])
    _ = try await kidal.client.sync()
    try world.expectAgreement([gao, kidal])
    #expect(try await gao.client.sync().sent == 0)
  }

  @Test func `edits and deletions go by stick, and what is written meanwhile stays pending`()
    async throws
  {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    let (one, two) = (try gao.addContact("Un"), try gao.addContact("Deux"))
    try world.stick(gao)
    try gao.client.write { writer in
      try writer.set("contact", one, ["locality": "Ansongo"])
      try writer.delete("contact", "\(two)")
    }
    try gao.client.writeBundle(to: world.path("stick"))
    try world.read("stick", answer: "answer")
    try gao.client.write { try $0.set("contact", one, ["locality": "Bourem"]) }
    let report = try gao.client.readBundle(from: world.path("answer"))
    #expect(report.pending == 1 && report.digestsEqual == true)
    #expect(try gao.client.record("contact", "\(one)")["locality"] == "Bourem")
    try world.stick(gao)
    _ = try await kidal.client.sync()
    #expect(try kidal.client.record("contact", "\(one)")["locality"] == "Bourem")
    #expect(try kidal.contacts() == ["Un"])
    #expect(try world.hub.conflicts().isEmpty)
    try world.expectAgreement([gao, kidal])
  }

  @Test func `a conflict that came by stick keeps its loser`() async throws {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    let id = try gao.addContact("Disputé")
    try world.stick(gao)
    _ = try await kidal.client.sync()
    try gao.client.write { try $0.set("contact", id, ["phone_orange": "+22370000001"]) }
    try gao.client.writeBundle(to: world.path("stick"))
    world.time.advance(60_000)
    try kidal.client.write { try $0.set("contact", id, ["phone_orange": "+22370000002"]) }
    _ = try await kidal.client.sync()
    world.time.advance(21 * 86_400_000)
    try world.read("stick", answer: "answer")
    let report = try gao.client.readBundle(from: world.path("answer"))
    #expect(report.conflicts == 1)
    #expect(try gao.client.record("contact", "\(id)")["phone_orange"] == "+22370000002")
    let conflict = try #require(try gao.client.conflicts().first)
    #expect(conflict.loser.value == "+22370000001")
    try world.expectAgreement([gao])
  }

  @Test func `the same bundle again changes nothing, and its answer is as good`() async throws {
    let world = try World()
    let gao = try await world.courier("GAO")
    let id = try gao.addContact("Une fois")
    try world.stick(gao)
    try gao.client.write { try $0.set("contact", id, ["locality": "Gao"]) }
    try gao.addContact("Nouvelle")
    try gao.client.writeBundle(to: world.path("stick"))
    try world.read("stick", answer: "first")
    let (scopes, contacts) = (try world.scopes(), try world.hubContacts())
    let lines = try world.historyCount()
    try world.read("stick", answer: "second")
    #expect(try world.scopes().mapValues(\.seq) == scopes.mapValues(\.seq))
    #expect(try world.hubContacts() == contacts && world.historyCount() == lines)
    #expect(try world.hub.conflicts().isEmpty)
    let report = try gao.client.readBundle(from: world.path("second"))
    #expect(report.pending == 0 && report.digestsEqual == true && report.sent == 2)
    #expect(throws: Problem(.bundle_old)) {
      try gao.client.readBundle(from: world.path("first"))
    }
    try world.expectAgreement([gao])
  }

  @Test func `a stick that lay about brings nothing back that was deleted since`() async throws {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    let id = try gao.addContact("Parti")
    try gao.client.writeBundle(to: world.path("stick"))
    world.time.advance(60_000)
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    try kidal.client.write { try $0.delete("contact", "\(id)") }
    try kidal.addContact("Autre")
    for _ in 0..<2 {
      _ = try await kidal.client.sync()
      _ = try await gao.client.sync()
    }
    #expect(try world.hub.compact() > 0)
    #expect(throws: Problem(.bundle_old)) { try world.read("stick", answer: "answer") }
    #expect(try world.hubContacts() == ["Autre"])
    try gao.addContact("Arrivé")
    try world.stick(gao)
    #expect(try world.hubContacts() == ["Arrivé", "Autre"])
    try world.expectAgreement([gao])
  }

  /// The hub hears of the deletion first and knows no such record: the answer to the stick says that it has
  /// it, or, when nobody reads that, the next sync.
  @Test(arguments: [false, true])
  func `a record that was deleted does not come back with the stick that brings it`(
    isAnswered: Bool
  ) async throws {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    let id = try gao.addContact("Parti")
    try gao.client.writeBundle(to: world.path("stick"))
    try gao.client.write { try $0.delete("contact", "\(id)") }
    for _ in 0..<30 { try gao.addContact("Reste") }
    // A sync that comes to its end has no use for the answer.
    let report = try await gao.client.sync(maximumBytes: isAnswered ? 1_200 : .max)
    #expect(report.complete == !isAnswered && report.admitted > 0)
    try world.read("stick", answer: "answer")
    if isAnswered { _ = try gao.client.readBundle(from: world.path("answer")) }
    for device in [gao, gao, kidal] { _ = try await device.client.sync() }
    #expect(try world.hubContacts() == Array(repeating: "Reste", count: 30))
    #expect(try gao.client.status().pending == 0)
    #expect(try gao.client.refusals().isEmpty)
    try world.expectAgreement([gao, kidal])
  }

  /// The record that the stick brings was put in its own place since, with less in it.
  @Test(arguments: [false, true])
  func `an old stick fills no field and brings no record back`(isDeleted: Bool) async throws {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    let id = try gao.addContact("A", ["locality": "Gao"])
    try gao.client.writeBundle(to: world.path("stick"))
    try gao.sql(
      """
      INSERT OR REPLACE INTO contact(id, display_name, function_title, contact_type, base_code,
        relationship, consent_basis, status, scope)
      VALUES ('\(id)', 'B', 'Maire', 'media', 'GAO', 'ponctuelle', 'accord_oral', 'actif', 'mission')
      """)
    _ = try await gao.client.sync()
    if isDeleted {
      try gao.client.write { try $0.delete("contact", "\(id)") }
      _ = try await gao.client.sync()
    }
    try world.read("stick", answer: "answer")
    for device in [gao, kidal] { _ = try await device.client.sync() }
    #expect(try world.hubContacts() == (isDeleted ? [] : ["B"]))
    #expect(try kidal.client.records(of: "contact").allSatisfy { $0["locality"] == .null })
    let kept = try await world.store.pool.read { db in
      try String.fetchSet(
        db,
        sql: """
          SELECT replaced FROM _history WHERE field = 'locality' AND replaced NOT NULL
          UNION SELECT loser FROM _conflict WHERE field = 'locality'
          """)
    }
    #expect(kept == ["Gao"])
    try world.expectAgreement([gao, kidal])
  }

  @Test func `two bundles on their way are both answered, in their order`() async throws {
    let world = try World()
    let gao = try await world.courier("GAO")
    let id = try gao.addContact("Un")
    try gao.client.writeBundle(to: world.path("one"))
    try gao.client.write { try $0.set("contact", id, ["locality": "Gao"]) }
    try gao.addContact("Deux")
    world.time.advance(1000)
    try gao.client.writeBundle(to: world.path("two"))
    try world.read("one", answer: "one.answer")
    world.time.advance(1000)
    try world.read("two", answer: "two.answer")
    #expect(try gao.client.readBundle(from: world.path("one.answer")).pending == 2)
    let last = try gao.client.readBundle(from: world.path("two.answer"))
    #expect(last.pending == 0 && last.digestsEqual == true)
    try world.expectAgreement([gao])
  }

  @Test func `of two bundles in the wrong order the older is refused, and nothing is missing`()
    async throws
  {
    let world = try World()
    let gao = try await world.courier("GAO")
    try gao.addContact("Un")
    try gao.client.writeBundle(to: world.path("one"))
    try gao.addContact("Deux")
    world.time.advance(1000)
    try gao.client.writeBundle(to: world.path("two"))
    try world.read("two", answer: "two.answer")
    let before = try world.scopes().mapValues(\.seq)
    #expect(throws: Problem(.bundle_old)) { try world.read("one", answer: "one.answer") }
    #expect(try world.scopes().mapValues(\.seq) == before)
    #expect(try world.hubContacts() == ["Deux", "Un"])
    _ = try gao.client.readBundle(from: world.path("two.answer"))
    try world.expectAgreement([gao])
  }

  @Test func `an answer that the network overtook is harmless`() async throws {
    let world = try World()
    let gao = try await world.courier("GAO")
    try gao.addContact("Par la clé")
    try gao.client.writeBundle(to: world.path("stick"))
    try world.read("stick", answer: "answer")
    try gao.addContact("Par le réseau")
    world.time.advance(1000)
    let report = try await gao.client.sync()
    #expect(report.complete && report.pending == 0 && report.digestsEqual == true)
    #expect(throws: Problem(.bundle_old)) {
      try gao.client.readBundle(from: world.path("answer"))
    }
    #expect(try gao.client.status().sharedAt == nil, "nobody took it for a second machine")
    try world.expectAgreement([gao])
  }

  @Test func `a bundle that the network overtook is taken, and changes nothing`() async throws {
    let world = try World()
    let gao = try await world.courier("GAO")
    let id = try gao.addContact("Déjà là")
    try gao.client.writeBundle(to: world.path("stick"))
    _ = try await gao.client.sync()
    try gao.client.write { try $0.set("contact", id, ["locality": "Gao"]) }
    _ = try await gao.client.sync()
    let before = try world.scopes().mapValues(\.seq)
    try world.read("stick", answer: "answer")
    #expect(try world.scopes().mapValues(\.seq) == before)
    #expect(try world.hub.conflicts().isEmpty)
    #expect(throws: Problem(.bundle_old)) {
      try gao.client.readBundle(from: world.path("answer"))
    }
    _ = try await gao.client.sync()
    try world.expectAgreement([gao])
  }

  @Test func `what Bamako refuses comes back in the answer`() async throws {
    let world = try World()
    let mission = Grant(read: [.mission, .base("GAO")], write: [.mission])
    let gao = try await world.courier("GAO", role: .resp_base, grant: mission)
    try gao.addContact("Permise")
    try gao.addContact("Pas permise", ["scope": "base:GAO"])
    try gao.client.writeBundle(to: world.path("stick"), language: .en)
    #expect(try world.read("stick", answer: "answer").refused == 1)
    let report = try gao.client.readBundle(from: world.path("answer"))
    #expect(report.refused == 1 && report.pending == 0 && report.digestsEqual == true)
    let refusal = try #require(try gao.client.refusals().first)
    #expect(refusal.code == "scope_not_granted" && refusal.sentence.contains("granted"))
    try world.expectAgreement([gao])
  }

  @Test func `a device that was shut out or lost a grant gains nothing by a stick`() async throws {
    let world = try World()
    let both = Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])
    let gao = try await world.courier("GAO", role: .resp_base, grant: both)
    try gao.addContact("D'ici", ["scope": "base:GAO"])
    let number = try gao.client.status().device
    try world.hub.setGrant(
      Grant(read: [.mission], write: [.mission]), role: nil, of: number)
    let report = try world.stick(gao)
    #expect(report.pending == 0)
    #expect(try world.hub.conflicts().map(\.field) == ["scope"], "it waits for Bamako's word")
    #expect(try gao.client.status().scopes.keys.sorted() == [.mission])
    try gao.addContact("Trop tard")
    try gao.client.writeBundle(to: world.path("late"))
    try world.hub.setState(.revoked, of: number)
    #expect(throws: Problem(.revoked)) { try world.read("late", answer: "none") }
    #expect(!FileManager.default.fileExists(atPath: world.path("none")))
    #expect(try gao.client.status().pending == 1)
  }

  @Test func `an import is in the log`() async throws {
    let world = try World()
    let gao = try await world.courier("GAO")
    try gao.addContact("Notée")
    try world.stick(gao)
    let line = try #require(try world.hub.audit(limit: 1).first)
    #expect(line.act == "readBundle" && line.who == "shell:test" && line.type == "device")
    #expect(line.detail?.hasSuffix(": 1") ?? false)
    #expect(try world.hub.audit(limit: 9).contains { $0.act == "exchangeKeys" })
  }

  @Test func `more than a page goes in one file, both ways`() async throws {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    let long = String(repeating: "Observation fictive. ", count: 900)
    for device in [gao, kidal] {
      try device.client.write { writer in
        for number in 0..<250 {
          try writer.add(
            "note",
            [
              "kind": "signal_faible", "title": .text("\(number)"), "body": .text(long),
              "base_code": "GAO", "author": "5f65ec54-0000-7000-8000-000000000001",
            ])
        }
      }
    }
    _ = try await kidal.client.sync()
    try gao.client.writeBundle(to: world.path("stick"))
    #expect(try world.read("stick", answer: "answer").records == 250)
    let report = try gao.client.readBundle(from: world.path("answer"))
    #expect(report.complete && report.admitted == 250 && report.digestsEqual == true)
    #expect(try gao.client.records(of: "note").count == 500)
    try world.expectAgreement([gao])
  }
}

extension World {
  fileprivate func historyCount() throws -> Int {
    try store.pool.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM _history") ?? 0
    }
  }
}
