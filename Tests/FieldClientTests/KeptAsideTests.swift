import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A device whose program is too old for the hub's schema: what it cannot show it keeps, proves and
/// gives up like everything else.
@Suite struct KeptAsideTests {
  private let world: World
  private let hub: GrownHub
  /// Knows the grown schema.
  private let gao: Device
  /// Cannot read it.
  private let old: Device
  private let id: RecordID
  private let vehicle: RecordID

  init() async throws {
    world = try World()
    let devices = [try world.device("GAO"), try world.device("KDL")]
    id = try devices[0].client.write { try $0.add("contact", HubSample.contact) }
    for device in devices { _ = try await device.client.sync() }
    hub = try GrownHub(world)
    gao = try hub.client(devices[0])
    old = try hub.client(devices[1], isOutdated: true)
    _ = try await gao.client.sync()
    let id = id
    vehicle = try gao.client.write { writer in
      try writer.set("contact", id, ["blood_group": "O+"])
      return try writer.add("vehicle", ["plate": "Zyx-1234", "driver": "Zyxwvut"])
    }
    _ = try await gao.client.sync()
    let report = try await old.client.sync()
    #expect(report.complete && report.digestsEqual == true)
  }

  private func rows(_ sql: String) throws -> Int {
    try old.client.replica.read { db, _ in try Int.fetchOne(db, sql: sql)! }
  }

  private func expectNothingAside() throws {
    #expect(try rows("SELECT (SELECT count(*) FROM _was) + (SELECT count(*) FROM _hidden)") == 0)
  }

  private func sync(_ devices: Device...) async throws {
    for device in devices {
      let report = try await device.client.sync()
      #expect(report.complete && report.digestsEqual == true)
    }
  }

  private func expectProven(_ device: Device) async throws {
    let report = try await device.client.verify()
    #expect(report.repaired == 0 && report.digestsEqual == true)
  }

  // MARK: Kept

  @Test func `what an old program cannot show counts in the proof, and the schema comes once`()
    async throws
  {
    #expect(try old.client.status().awaitsProgram)
    #expect(old.client.schema.version == Schema.mission.version)
    #expect(try old.client.record("contact", "\(id)")["display_name"] != .null)
    let first = old.link.bytesReceived
    try await sync(old)
    #expect(old.link.bytesReceived - first < 300)
    try await expectProven(old)
    #expect(try old.client.checkFile() == [])
  }

  @Test func `it appears in tables, history and search when the program is newer`() async throws {
    let (id, vehicle) = (id, vehicle)
    try gao.client.write { writer in
      try writer.set("contact", id, ["blood_group": "AB-"])
      try writer.set("vehicle", vehicle, ["driver": "Second"])
    }
    try await sync(gao, old)
    let new = try hub.upgraded(old)
    #expect(new.client.schema.version == Schema.mission.version + 1)
    #expect(try !new.client.status().awaitsProgram)
    try expectNothingAside()
    #expect(try new.client.record("contact", "\(id)")["blood_group"] == "AB-")
    #expect(try new.client.record("vehicle", "\(vehicle)")["driver"] == "Second")
    #expect(try new.client.search("zyx 1234").map(\.id) == [vehicle])
    #expect(try new.client.search("AB").map(\.id) == [id])
    for (type, record, field) in [("contact", id, "blood_group"), ("vehicle", vehicle, "driver")] {
      let own = try new.client.history(type, "\(record)").filter { $0.field == field }
      let theirs = try gao.client.history(type, "\(record)").filter { $0.field == field }
      #expect(own.map(\.value) == theirs.map(\.value) && own.count == 2)
    }
    #expect(try new.client.status().pending == 0)
    try await expectProven(new)
    try new.client.write { try $0.set("contact", id, ["blood_group": "O-"]) }
    try await sync(new, gao)
    #expect(try gao.client.record("contact", "\(id)")["blood_group"] == "O-")
  }

  @Test func `a schema that the hub handed over stays when the program starts again`() throws {
    let again = try FieldClient(
      directory: gao.client.directory, surroundings: gao.client.surroundings,
      token: gao.client.token, transport: gao.link)
    #expect(again.schema.version == Schema.mission.version + 1)
    #expect(try again.record("contact", "\(id)")["blood_group"] == "O+")
  }

  @Test func `an old program does not open a file that a newer one brought on`() throws {
    let source = GrownSchema.beyondThisProgram(hub.hub.store.schema.source)
    let queue = try DatabaseQueue(path: gao.client.replica.path)
    try queue.write { db in
      try db.execute(
        sql: "UPDATE _state SET value = ? WHERE key = 'schema'", arguments: [Data(source)])
    }
    #expect {
      try Replica(path: gao.client.replica.path)
    } throws: { ($0 as? Problem)?.code == .file_newer }
  }

  // MARK: Beside other writing

  @Test func `an old program's write to a known field leaves the unknown ones alone`() async throws
  {
    let id = id
    try old.client.write { try $0.set("contact", id, ["email": "a@example.ml"]) }
    try await sync(old, gao)
    try gao.client.write { try $0.set("contact", id, ["email": "b@x.ml", "blood_group": "A+"]) }
    world.time.advance(1000)
    try old.client.write { try $0.set("contact", id, ["email": "c@example.ml"]) }
    try await sync(gao, old, gao)
    let record = try gao.client.record("contact", "\(id)")
    // Which e-mail stands is for the stamps to say, and they are of machines, not of this world.
    #expect(record["blood_group"] == "A+")
    #expect(
      try ["b@x.ml", "c@example.ml"].contains(old.client.record("contact", "\(id)")["email"]))
    try await expectProven(old)
    #expect(try hub.upgraded(old).client.record("contact", "\(id)")["blood_group"] == "A+")
  }

  @Test func `a field that is emptied is empty aside, too`() async throws {
    let (id, vehicle) = (id, vehicle)
    try gao.client.write { writer in
      try writer.set("contact", id, ["blood_group": .null])
      try writer.set("vehicle", vehicle, ["driver": .null])
    }
    try await sync(gao, old)
    try await expectProven(old)
    #expect(try rows("SELECT count(*) FROM _was WHERE field IN ('blood_group', 'driver')") == 0)
    let new = try hub.upgraded(old)
    #expect(try new.client.record("contact", "\(id)")["blood_group"] == .null)
    #expect(try new.client.record("vehicle", "\(vehicle)")["plate"] == "Zyx-1234")
  }

  @Test(arguments: [
    "DELETE FROM contact",
    """
    INSERT OR REPLACE INTO contact(id, display_name, function_title, contact_type, base_code,
      relationship, consent_basis, status, scope)
    SELECT id, 'Remplacée', function_title, contact_type, base_code, relationship, consent_basis,
      status, scope FROM contact
    """,
  ])
  func `a record that goes and comes back here keeps what is aside`(sql: String) async throws {
    try old.sql("CREATE TABLE kept AS SELECT * FROM contact; \(sql)")
    _ = try old.client.status()
    #expect(try old.client.replica.recount(now: world.time.now) == [])
    try old.sql(
      """
      INSERT OR IGNORE INTO contact(id, display_name, function_title, contact_type, base_code,
        relationship, consent_basis, status, scope)
      SELECT id, display_name, function_title, contact_type, base_code, relationship,
        consent_basis, status, scope FROM kept; DROP TABLE kept
      """)
    try await sync(old, gao)
    #expect(try gao.client.record("contact", "\(id)")["blood_group"] == "O+")
    try await expectProven(old)
    #expect(try hub.upgraded(old).client.record("contact", "\(id)")["blood_group"] == "O+")
  }

  @Test func `a deletion that loses brings the record back with what is aside`() async throws {
    let id = id
    try gao.client.write { try $0.set("contact", id, ["blood_group": "B-"]) }
    try await sync(gao)
    try old.sql("DELETE FROM contact")
    try await sync(old, gao)
    #expect(try old.client.record("contact", "\(id)").isPending == false)
    try await expectProven(old)
    #expect(try hub.upgraded(old).client.record("contact", "\(id)")["blood_group"] == "B-")
  }
}
