import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A field or a record type more is a change of the schema's file and of nothing else.
@Suite struct HubSchemaGrowthTests {
  @Test func `a new field and a new type reach old devices in the same exchange`() async throws {
    let world = try World()
    let devices = [try world.device("GAO"), try world.device()]
    let id = try devices[0].client.write { try $0.add("contact", HubSample.contact) }
    for device in devices { _ = try await device.client.sync() }
    let before = try world.scopes()[.mission]
    try devices[0].client.write { try $0.set("contact", id, ["email": "a@example.ml"]) }
    let hub = try GrownHub(world)
    #expect(try hub.hub.store.read { try $0.scopes() }[.mission]?.digest == before?.digest)
    let (gao, bamako) = (try hub.client(devices[0]).client, try hub.client(devices[1]).client)
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

  @Test(arguments: [
    ("{ \"name\": \"blood_group\"", "{ \"name\": \"blood_type\"", "contact.blood_group"),
    ("{ \"name\": \"driver\"", "{ \"name\": \"pilot\"", "vehicle.driver"),
    ("\"name\": \"vehicle\"", "\"name\": \"lorry\"", "vehicle"),
    (
      "\"en\": \"Driver\", \"kind\": \"text\"", "\"en\": \"Driver\", \"kind\": \"int\"",
      "vehicle.driver"
    ),
  ])
  func `a schema that would lose what people wrote is refused`(
    old: String, new: String, place: String
  ) throws {
    let world = try World()
    let grown = try GrownSchema.make()
    _ = try SQLiteHubStore(path: world.store.path, schema: grown)
    var json = String(decoding: grown.source, as: UTF8.self)
    json.replace("\"version\": \(grown.version),", with: "\"version\": \(grown.version + 1),")
    #expect(json.contains(old))
    json.replace(old, with: new)
    json.replace("\"key\": [\"plate\"]", with: "\"key\": []")
    let poorer = try Schema(json: Array(json.utf8))
    #expect(throws: Problem(.schema_invalid, at: place)) {
      try SQLiteHubStore(path: world.store.path, schema: poorer)
    }
    #expect(try SQLiteHubStore(path: world.store.path).schema.version == grown.version)
  }

  @Test func `a role that a program does not know is kept until it does`() throws {
    let device = try World().device("GAO")
    var answer = SyncAnswer(hubClock: 1)
    answer.grant = GrantNews(
      version: 9, role: "archiviste", everything: false, read: [.mission], write: [])
    let read = try SyncAnswer(encoded: answer.encoded)
    let replica = device.client.replica
    let page = try replica.collectPending(upTo: 1000, now: 1)
    _ = try replica.apply([read], to: page, now: 1)
    #expect(try replica.position().grantVersion == 9)
    #expect(try device.client.status().role == nil)
  }

  @Test func `adopting a schema stamps nothing and keeps what is pending`() async throws {
    let world = try World()
    let device = try world.device("GAO")
    let id = try device.client.write { try $0.add("contact", HubSample.contact) }
    _ = try await device.client.sync()
    try device.sql("UPDATE contact SET email = 'a@example.ml'")
    let digest = try device.client.status().scopes[.mission]?.digest
    try device.client.replica.adopt(try GrownSchema.make())
    #expect(try device.client.status().scopes[.mission]?.digest == digest)
    #expect(try device.client.waiting() == ["contact": 1])
    #expect(try device.client.record("contact", "\(id)")["email"] == "a@example.ml")
    let fields = try device.client.replica.read { db, _ in
      try String.fetchAll(db, sql: "SELECT field FROM _pending")
    }
    #expect(fields == ["email"])
  }

  @Test func `a required field that a device did not know is asked for, and can be filled`()
    async throws
  {
    let required = """
      { "name": "blood_group", "fr": "Groupe sanguin", "en": "Blood group", "kind": "text", \
      "policy": "review", "required": true },
      """
    let world = try World()
    let device = try world.device("GAO")
    let old = try device.client.write { try $0.add("contact", HubSample.contact) }
    _ = try await device.client.sync()
    try device.client.write { writer in
      try writer.add("contact", HubSample.contact)
      try writer.set("contact", old, ["email": "a@example.ml"])
    }
    let new = try GrownHub(world, try GrownSchema.make(required)).client(device)
    let report = try await new.client.sync()
    #expect(report.refused == 1 && report.admitted == 1 && report.pending == 0)
    let refusal = try #require(new.client.refusals().first)
    #expect(refusal.code == "missing_field" && refusal.sentence.contains("blood_group"))
    #expect(refusal.values["display_name"] == HubSample.contact["display_name"])
    #expect(try new.client.record("contact", "\(old)")["email"] == "a@example.ml")
    try new.client.correctRefusal(refusal.number, ["blood_group": "O+"])
    #expect(try await new.client.sync().admitted == 1)
    #expect(try new.client.refusals().isEmpty)
  }
}

enum HubSample {
  static let contact: [String: Value] = [
    "display_name": "Représentante (fictive)", "function_title": "Préfète",
    "contact_type": "autorite_administrative", "base_code": "GAO", "relationship": "reguliere",
    "consent_basis": "fonction_officielle", "status": "actif", "scope": "mission",
  ]
}
