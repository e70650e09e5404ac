import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A field or a record type more is a change of the schema's file and of nothing else.
@Suite struct HubSchemaGrowthTests {
  private static let newField = """
    { "name": "blood_group", "fr": "Groupe sanguin", "en": "Blood group", "kind": "text", \
    "policy": "review", "pattern": "(A|B|AB|O)[+-]" },
    """

  private static let newType = """
    { "name": "vehicle", "fr": "Véhicule", "en": "Vehicle", "key": ["plate"], "title": ["plate"],
      "scope": "mission", "priority": 2, "writers": ["staff"], "deleters": ["staff"],
      "wideners": ["dp"], "fields": [
        { "name": "plate", "fr": "Plaque", "en": "Plate", "kind": "text", "required": true,
          "policy": "last" } ] },
    """

  /// The mission's schema with one field more in `contact` and one type more.
  private static func grown() throws -> Schema {
    var text = String(decoding: Schema.mission.source, as: UTF8.self)
    let version = "\"version\": \(Schema.mission.version),"
    text.replace(version, with: "\"version\": \(Schema.mission.version + 1),", maxReplacements: 1)
    let type = try #require(text.range(of: "\"name\": \"contact\""))
    let list = "\"fields\": ["
    let fields = try #require(text[type.upperBound...].range(of: list))
    text.insert(contentsOf: newField, at: fields.upperBound)
    text.replace("\"types\": [", with: "\"types\": [" + newType, maxReplacements: 1)
    return try Schema(json: Array(text.utf8))
  }

  private func gate(_ world: World, _ schema: Schema) throws -> Hub {
    let store = try SQLiteHubStore(path: world.directory + "/hub.sqlite", schema: schema)
    #expect(store.schema.version == schema.version)
    let time = world.time
    return Hub(store: store, now: { time.now }, random: { 77 })
  }

  /// A client of the same replica that speaks to another hub object.
  private func client(_ device: Device, _ hub: Hub) throws -> FieldClient {
    try FieldClient(
      directory: device.client.directory, surroundings: device.client.surroundings,
      token: device.client.token, transport: Link(gate: HubGate(hub)))
  }

  @Test func `a new field and a new type reach old devices in the same exchange`() async throws {
    let world = try World()
    let devices = [try world.device("GAO"), try world.device()]
    let id = try devices[0].client.write { try $0.add("contact", HubSample.contact) }
    for device in devices { _ = try await device.client.sync() }
    let before = try world.scopes()[.mission]
    try devices[0].client.write { try $0.set("contact", id, ["email": "a@example.ml"]) }
    let hub = try gate(world, try Self.grown())
    #expect(try hub.store.read { try $0.scopes() }[.mission]?.digest == before?.digest)
    let (gao, bamako) = (try client(devices[0], hub), try client(devices[1], hub))
    let report = try await gao.sync()
    #expect(report.requests == 1 && report.admitted == 1 && report.digestsEqual == true)
    #expect(gao.schema.version == Schema.mission.version + 1)
    #expect(try gao.record("contact", "\(id)")["email"] == "a@example.ml")
    #expect(try gao.status().pending == 0)
    let field = try #require(gao.schema[type: "contact"]?[field: "blood_group"])
    let read = try field.parse(" O+ ")
    #expect(field.label[.fr] == "Groupe sanguin" && field.text(read) == "O+")
    try gao.write { writer in
      try writer.set("contact", id, ["blood_group": "O+"])
      try writer.add("vehicle", ["plate": "AB-1234"])
    }
    #expect(throws: Problem(.invalid_value, at: "blood_group")) {
      try gao.write { try $0.set("contact", id, ["blood_group": "Z"]) }
    }
    #expect(try gao.search("AB 1234").map(\.type) == ["vehicle"])
    _ = try await gao.sync()
    let received = try await bamako.sync()
    #expect(received.digestsEqual == true)
    #expect(try bamako.record("contact", "\(id)")["blood_group"] == "O+")
    #expect(try bamako.records(of: "vehicle").map { $0["plate"] } == ["AB-1234"])
    try devices[1].sql("UPDATE contact SET blood_group = 'AB-' WHERE id = '\(id)'")
    _ = try await bamako.sync()
    _ = try await gao.sync()
    #expect(try gao.record("contact", "\(id)")["blood_group"] == "AB-")
  }

  @Test func `adopting a schema stamps nothing and keeps what is pending`() async throws {
    let world = try World()
    let device = try world.device("GAO")
    let id = try device.client.write { try $0.add("contact", HubSample.contact) }
    _ = try await device.client.sync()
    try device.sql("UPDATE contact SET email = 'a@example.ml'")
    let digest = try device.client.status().scopes[.mission]?.digest
    try device.client.replica.adopt(try Self.grown())
    #expect(try device.client.status().scopes[.mission]?.digest == digest)
    #expect(try device.client.waiting() == ["contact": 1])
    #expect(try device.client.record("contact", "\(id)")["email"] == "a@example.ml")
    let fields = try device.client.replica.read { db, _ in
      try String.fetchAll(db, sql: "SELECT field FROM _pending")
    }
    #expect(fields == ["email"])
  }

  @Test func `a device newer than the hub has its unknown field refused alone`() async throws {
    let world = try World()
    let device = try world.device("GAO")
    let id = try device.client.write { try $0.add("contact", HubSample.contact) }
    _ = try await device.client.sync()
    try device.client.replica.adopt(try Self.grown())
    try device.client.write { writer in
      try writer.set("contact", id, ["blood_group": "O+", "email": "a@example.ml"])
      try writer.add("vehicle", ["plate": "AB-1234"])
    }
    let report = try await device.client.sync()
    #expect(report.refused == 2 && report.digestsEqual == true)
    #expect(
      try Set(device.client.refusals().map(\.code)) == ["unknown_field", "unknown_type"])
    #expect(try device.client.record("contact", "\(id)")["email"] == "a@example.ml")
    #expect(try device.client.status().pending == 0)
  }
}

enum HubSample {
  static let contact: [String: Value] = [
    "display_name": "Représentante (fictive)", "function_title": "Préfète",
    "contact_type": "autorite_administrative", "base_code": "GAO", "relationship": "reguliere",
    "consent_basis": "fonction_officielle", "status": "actif", "scope": "mission",
  ]
}
