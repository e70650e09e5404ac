import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A device that knows more than the hub: it was not upgraded yet, or restored with an old program.
@Suite struct HubBehindTests {
  private let world: World
  private let gao: Device
  private let id: RecordID

  init() async throws {
    world = try World()
    gao = try world.device("GAO")
    id = try gao.client.write { try $0.add("contact", HubSample.contact) }
    _ = try await gao.client.sync()
    try gao.client.replica.adopt(try GrownSchema.make())
  }

  /// What the hub's schema lacks: a field, a type, a choice; and an edit that it takes.
  private func writeAhead() throws -> RecordID {
    let id = id
    return try gao.client.write { writer in
      try writer.set("contact", id, ["blood_group": "O+", "email": "a@example.ml"])
      try writer.add("vehicle", ["plate": "AB-1234"])
      var values = HubSample.contact
      values["display_name"] = "Autre"
      values["blood_group"] = "A-"
      let other = try writer.add("contact", values)
      values["display_name"] = "Influenceuse"
      values["contact_type"] = "influenceur"
      try writer.add("contact", values)
      return other
    }
  }

  @Test func `what only the newer schema has waits, the rest is admitted`() async throws {
    let other = try writeAhead()
    let report = try await gao.client.sync()
    #expect(report.complete && report.refused == 0 && report.digestsEqual == true)
    #expect(report.held == 4 && report.pending == 4)
    #expect(try gao.client.refusals().isEmpty)
    let names = try world.store.read { transaction in
      try transaction.list(Schema.mission[type: "contact"]!, limit: 9).map { $0.values }
    }
    #expect(names.compactMap { $0["display_name"] }.contains("Autre"))
    #expect(names.compactMap { $0["email"] } == ["a@example.ml"])
    #expect(try gao.client.record("contact", "\(other)")["blood_group"] == "A-")
    #expect(try gao.client.records(of: "vehicle").count == 1)
  }

  @Test func `what waits is not sent again until the hub is newer`() async throws {
    _ = try writeAhead()
    _ = try await gao.client.sync()
    let (requests, sent) = (gao.link.requests, gao.link.bytesSent)
    let report = try await gao.client.sync()
    #expect(report.sent == 0 && report.held == 4)
    #expect(gao.link.requests == requests + 1 && gao.link.bytesSent - sent < 150)
    #expect(try world.hub.store.read { try $0.devices() }.first?.waiting == 4)
  }

  @Test func `when the hub is upgraded everything arrives, and nothing waits`() async throws {
    let other = try writeAhead()
    _ = try await gao.client.sync()
    try gao.client.write { try $0.set("contact", other, ["blood_group": "B-"]) }
    _ = try await gao.client.sync()
    let hub = try GrownHub(world)
    let (gao, kidal) = (try hub.client(gao), try hub.client(try world.device("KDL")))
    let report = try await gao.client.sync()
    #expect(report.held == 0 && report.pending == 0 && report.digestsEqual == true)
    #expect(try gao.client.refusals().isEmpty)
    _ = try await kidal.client.sync()
    #expect(try kidal.client.record("contact", "\(id)")["blood_group"] == "O+")
    #expect(try kidal.client.record("contact", "\(other)")["blood_group"] == "B-")
    #expect(try kidal.client.records(of: "vehicle").map { $0["plate"] } == ["AB-1234"])
    let types = try kidal.client.records(of: "contact").map { $0["contact_type"] }
    #expect(types.contains("influenceur"))
    #expect(try hub.hub.conflicts().isEmpty)
    #expect(try await kidal.client.verify().repaired == 0)
  }

  @Test func `what waits can be edited, and ends with its record`() async throws {
    _ = try writeAhead()
    _ = try await gao.client.sync()
    try gao.sql("DELETE FROM vehicle; UPDATE contact SET blood_group = NULL WHERE id = '\(id)'")
    try gao.sql("DELETE FROM contact WHERE contact_type = 'influenceur'")
    let report = try await gao.client.sync()
    #expect(report.refused == 0 && report.digestsEqual == true)
    #expect(try gao.client.refusals().isEmpty)
    let new = try GrownHub(world).client(gao)
    #expect(try await new.client.sync().pending == 0)
    #expect(try new.client.records(of: "vehicle").isEmpty)
    #expect(try new.client.records(of: "contact").count == 2)
  }

  @Test func `what breaks the device's own schema is refused, not kept waiting`() async throws {
    try gao.sql("UPDATE contact SET contact_type = 'nulle part'")
    let report = try await gao.client.sync()
    #expect(report.refused == 1 && report.held == 0)
    #expect(try gao.client.refusals().map(\.code) == ["invalid_value"])
  }

  @Test func `a hub restored with an old program takes nothing away`() async throws {
    let backup = try world.backUp()
    let hub = try GrownHub(world)
    let new = try hub.client(gao)
    _ = try writeAhead()
    #expect(try await new.client.sync().pending == 0)
    let before = try new.records(.mission)
    try world.restore(backup)
    do {
      _ = try await gao.client.sync()
      Issue.record("the old hub had its word")
    } catch {
      #expect(error.code == .hub_behind)
    }
    #expect(try new.records(.mission) == before)
    let upgraded = try GrownHub(world)
    let again = try upgraded.client(gao)
    #expect(try await again.client.sync().digestsEqual == true)
    #expect(try again.records(.mission) == before)
    let kidal = try upgraded.client(try world.device("KDL"))
    _ = try await kidal.client.sync()
    #expect(try kidal.records(.mission) == before)
  }
}
