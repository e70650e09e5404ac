import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// An edit that was not sent yet when its record was deleted, and a deletion that does not happen.
@Suite struct WithheldEditTests {
  private static let pack: [String: Shared.Value] = [
    "base_code": "GAO", "kind": "base", "title": "Plan", "version_label": "1.0",
    "status": "brouillon", "prepared_by": "P-01", "scope": "base:GAO",
  ]
  private static let grant = Grant(
    read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])

  private func sync(_ devices: Device...) async throws {
    for device in devices { _ = try await device.client.sync() }
  }

  @Test func `an edit comes back when the deletion after it is refused`() async throws {
    let world = try World()
    let gao = try world.device("GAO", role: .resp_base, grant: Self.grant)
    let bamako = try world.device()
    try gao.client.write { try $0.add("security_pack", Self.pack) }
    try await sync(gao)
    try gao.sql("UPDATE security_pack SET title = 'Plan B'")
    #expect(try gao.client.status().pending == 1)
    try gao.sql("DELETE FROM security_pack")
    let report = try await gao.client.sync()
    #expect(report.refused == 1)
    #expect(try gao.client.refusals().map(\.field) == ["*"])
    #expect(try gao.client.records(of: "security_pack").map { $0["title"] } == ["Plan B"])
    #expect(try gao.client.status().pending == 1)
    try await sync(gao, bamako)
    try world.expectAgreement([gao, bamako])
    #expect(try bamako.client.records(of: "security_pack").map { $0["title"] } == ["Plan B"])
  }

  @Test(arguments: [false, true])
  func `an edit comes back when the deletion after it loses`(together: Bool) async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A", ["locality": "Gao"])
    try await sync(gao, bamako)
    try bamako.sql("UPDATE contact SET email = 'b@x.ml'")
    try await sync(bamako)
    try gao.sql("UPDATE contact SET locality = 'Ansongo'")
    if !together { #expect(try gao.client.status().pending == 1) }
    try gao.sql("DELETE FROM contact")
    try await sync(gao)
    let record = try gao.client.record("contact", "\(id)")
    #expect(record["locality"] == "Ansongo" && record["email"] == "b@x.ml" && record.isPending)
    try await sync(gao, bamako)
    try world.expectAgreement([gao, bamako])
    #expect(try bamako.client.record("contact", "\(id)")["locality"] == "Ansongo")
  }

  @Test func `an edit ends with a deletion that goes through`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    try gao.addContact("A")
    try await sync(gao, bamako)
    try gao.sql("UPDATE contact SET locality = 'Ansongo'; DELETE FROM contact")
    try await sync(gao, bamako)
    #expect(try gao.contacts() == [] && bamako.contacts() == [])
    #expect(try gao.client.refusals().isEmpty)
    #expect(try gao.client.replica.read { db, _ in try db.row("SELECT 1 FROM _withheld") } == nil)
    try world.expectAgreement([gao, bamako])
  }

  @Test func `an edit that was on its way is settled under the deletion`() async throws {
    let world = try World()
    let gao = try world.device("GAO", role: .resp_base, grant: Self.grant)
    try gao.client.write { try $0.add("security_pack", Self.pack) }
    try await sync(gao)
    try gao.sql("UPDATE security_pack SET title = 'Plan B', version_label = '1.1'")
    gao.link.meanwhile {
      try gao.sql(
        "UPDATE security_pack SET title = 'Plan C'; DELETE FROM security_pack")
    }
    try await sync(gao, gao)
    let packs = try gao.client.records(of: "security_pack")
    #expect(packs.map { $0["title"] } == ["Plan C"])
    #expect(packs.map { $0["version_label"] } == ["1.1"])
    #expect(try gao.client.refusals().map(\.field) == ["*"])
    try await sync(gao)
    try world.expectAgreement([gao])
    #expect(try world.hubRecords(.base("GAO"))[0].contains("Plan C"))
  }

  @Test func `an edit of a new record comes back with it`() async throws {
    let world = try World()
    let gao = try world.device("GAO", role: .resp_base, grant: Self.grant)
    try gao.client.write { try $0.add("security_pack", Self.pack) }
    gao.link.plan([.answerLost])
    _ = try? await gao.client.sync()
    try gao.sql("UPDATE security_pack SET title = 'Plan B'; DELETE FROM security_pack")
    try await sync(gao, gao)
    #expect(try gao.client.records(of: "security_pack").map { $0["title"] } == ["Plan B"])
    try world.expectAgreement([gao])
    #expect(try world.hubRecords(.base("GAO"))[0].contains("Plan B"))
  }
}
