import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What a base reports and only Bamako may hold, and records that follow their default scope.
@Suite struct HandingOverTests {
  private static let grant = Grant(
    read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])

  private let world: World
  private let gao: Device
  private let bamako: Device

  init() throws {
    world = try World()
    gao = try world.device("GAO", role: .resp_base, grant: Self.grant)
    bamako = try world.device()
  }

  /// Of a kind that belongs to Bamako alone.
  private static let source: [String: Shared.Value] = [
    "contact_type": "source_veille", "scope": .null,
  ]

  private func sync(_ devices: Device...) async throws {
    for device in devices { _ = try await device.client.sync() }
  }

  private func lines(_ table: String) throws -> Int {
    try gao.client.replica.read { db, _ in try db.row("SELECT count(*) FROM \(table)")![0] }
  }

  @Test(arguments: [Link.Fault.none, .answerLost, .requestTwice])
  func `a record for Bamako alone is handed over and leaves`(fault: Link.Fault) async throws {
    try await sync(gao)
    let id = try gao.addContact("Source", Self.source)
    #expect(try gao.client.record("contact", "\(id)").scope == .bamako)
    #expect(try gao.client.status().holds(.bamako) == false)
    gao.link.plan([fault])
    if fault == .answerLost { _ = try? await gao.client.sync() }
    let report = try await gao.client.sync()
    #expect(report.admitted == 1 && report.refused == 0 && report.pending == 0)
    #expect(report.handedOver == 1 && report.left == 0 && report.digestsEqual == true)
    #expect(try gao.contacts() == [] && gao.client.refusals().isEmpty)
    #expect(try gao.client.status().scopes[.bamako] == nil)
    #expect(try lines("_history") == 0 && lines("_pending") == 0)
    try await sync(bamako, gao)
    #expect(try bamako.contacts() == ["Source"])
    try world.expectAgreement([gao, bamako])
  }

  @Test func `what was corrected before the answer came is handed over, too`() async throws {
    try await sync(gao)
    try gao.addContact("Source", Self.source)
    gao.link.plan([.answerLost])
    _ = try? await gao.client.sync()
    try gao.sql("UPDATE contact SET display_name = 'Corrigée'")
    let report = try await gao.client.sync()
    #expect(report.handedOver == 1 && report.refused == 0)
    try await sync(bamako, gao)
    #expect(try bamako.contacts() == ["Corrigée"] && gao.contacts() == [])
    try world.expectAgreement([gao, bamako])
  }

  @Test func `what is written while it is on its way goes to the refused list`() async throws {
    try await sync(gao)
    try gao.addContact("Source", Self.source)
    let gao = gao
    gao.link.meanwhile { try gao.sql("UPDATE contact SET display_name = 'Corrigée'") }
    try await sync(gao)
    #expect(try gao.client.refusals().map(\.values) == [["display_name": "Corrigée"]])
    try world.expectAgreement([gao])
  }

  @Test func `a record of another base is refused as before`() async throws {
    try await sync(gao)
    try gao.addContact("A", ["scope": "base:BDG"])
    #expect(try await gao.client.sync().refused == 1)
    #expect(try gao.client.refusals().map(\.code) == ["scope_not_granted"])
  }

  @Test func `a record follows what decides about its default scope`() async throws {
    let id = try gao.addContact("A", ["contact_type": "communautaire", "scope": .null])
    try await sync(gao, bamako)
    #expect(try gao.client.record("contact", "\(id)").scope == .base("GAO"))
    try bamako.sql("UPDATE contact SET contact_type = 'source_veille'")
    try await sync(bamako)
    #expect(try bamako.client.record("contact", "\(id)").scope == .bamako)
    #expect(try await gao.client.sync().left == 1)
    #expect(try gao.contacts() == [])
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a base that corrects the kind of its record hands it over, too`() async throws {
    try gao.addContact("A", ["contact_type": "communautaire", "scope": .null])
    try await sync(gao, bamako)
    try gao.sql("UPDATE contact SET contact_type = 'source_veille'")
    let report = try await gao.client.sync()
    #expect(report.admitted == 1 && report.left == 1 && report.digestsEqual == true)
    #expect(try gao.contacts() == [])
    try await sync(bamako)
    #expect(try bamako.client.records(of: "contact").map(\.scope) == [.bamako])
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a record that was moved by hand stays, and a base widens nothing`() async throws {
    let kept = try gao.addContact("A", ["scope": "base:GAO"])
    let narrow = try gao.addContact("B", ["contact_type": "communautaire", "scope": .null])
    try await sync(gao, bamako)
    try gao.sql(
      """
      UPDATE contact SET contact_type = 'source_veille' WHERE id = '\(kept)';
      UPDATE contact SET contact_type = 'media' WHERE id = '\(narrow)';
      """)
    try await sync(gao, bamako)
    #expect(try gao.client.records(of: "contact").map(\.scope) == [.base("GAO"), .base("GAO")])
    try world.expectAgreement([gao, bamako])
    try bamako.sql("UPDATE contact SET contact_type = 'communautaire' WHERE id = '\(narrow)'")
    try await sync(bamako)
    try bamako.sql("UPDATE contact SET contact_type = 'media' WHERE id = '\(narrow)'")
    try await sync(bamako, gao)
    #expect(try gao.client.record("contact", "\(narrow)").scope == .mission)
    try world.expectAgreement([gao, bamako])
  }

  @Test func `who holds everything may read and write every scope`() async throws {
    try gao.addContact("A")
    try await sync(gao, bamako)
    let status = try bamako.client.status()
    #expect(status.everything && status.scopes.values.allSatisfy(\.isWritable))
    #expect(try gao.client.status().holds(.mission) == true)
  }
}
