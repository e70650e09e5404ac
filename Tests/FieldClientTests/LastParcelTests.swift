import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What a device that shall be wiped hands over: all that Bamako has not, as it was written.
@Suite struct LastParcelTests {
  private let world: World
  private let gao: Device
  private let id: RecordID

  init() async throws {
    world = try World(timeStands: true)
    gao = try world.device("GAO")
    id = try gao.addContact("Un")
    _ = try await gao.client.sync()
  }

  private func wipe(_ device: Device) async throws {
    let number = try device.client.status().device
    try world.hub.setState(.wiped, of: number)
    await #expect(throws: Problem(.wiped)) { try await device.client.sync() }
    #expect(try world.hub.devices().first { $0.number == number }?.waiting == 0)
  }

  private func changes(_ number: Int64) throws -> Changeset {
    try world.store.read { transaction in
      try world.hub.changes(of: try #require(try transaction.parcel(number)), transaction)
    }
  }

  /// Somebody looks at it later, perhaps at a hub that was restored and has given handles anew.
  @Test func `what is handed over names records by their ids`() async throws {
    let other = try gao.addContact("Deux")
    _ = try await gao.client.sync()
    let id = id
    try gao.client.write { writer in
      try writer.set("contact", id, ["locality": "Ansongo"])
      try writer.delete("contact", "\(other)")
    }
    try await wipe(gao)
    let records = try changes(1).groups.flatMap(\.records)
    #expect(Set(records.map(\.id)) == [id, other])
    #expect(records.allSatisfy { $0.handle == 0 })
  }

  @Test func `what waits for a newer hub is handed over, and kept until the hub is upgraded`()
    async throws
  {
    try gao.client.replica.adopt(try GrownSchema.make())
    let id = id
    try gao.client.write { writer in
      try writer.set("contact", id, ["blood_group": "O+"])
      _ = try writer.add("vehicle", ["plate": "AB-1234"])
    }
    #expect(try await gao.client.sync().held == 2)
    try await wipe(gao)
    #expect(try world.hub.inbox().map(\.records) == [2])
    #expect(throws: Problem(.hub_behind)) {
      try world.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr)
    }
    #expect(try world.hub.inbox().map(\.outcome) == [.waiting])
    let grown = try GrownHub(world)
    let admission = try grown.hub.settle(
      parcel: 1, .admitted, by: "shell:awa", language: .fr)
    #expect(admission.verdicts.isEmpty && admission.admitted == 2)
    let kidal = try grown.client(try world.device("KDL"))
    _ = try await kidal.client.sync()
    #expect(try kidal.client.record("contact", "\(id)")["blood_group"] == "O+")
    #expect(try kidal.client.records(of: "vehicle").count == 1)
  }

  @Test func `an edit beneath a deletion is handed over, and counts when the deletion loses`()
    async throws
  {
    let (id, kidal) = (id, try world.device("KDL"))
    _ = try await kidal.client.sync()
    try kidal.client.write { try $0.set("contact", id, ["email": "a@example.ml"]) }
    _ = try await kidal.client.sync()
    try gao.client.write { try $0.set("contact", id, ["locality": "Ansongo"]) }
    try gao.client.write { try $0.delete("contact", "\(id)") }
    try await wipe(gao)
    _ = try world.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr)
    _ = try await kidal.client.sync()
    #expect(try kidal.client.record("contact", "\(id)")["locality"] == "Ansongo")
    #expect(try kidal.client.record("contact", "\(id)")["email"] == "a@example.ml")
  }

  /// Also where both are stamped anew, since the clock was ahead.
  @Test(arguments: [0, 30_000, 61_000, 3_600_000] as [Int64])
  func `an edit beneath a deletion that goes through keeps nothing from going`(ahead: Int64)
    async throws
  {
    let id = id
    world.time.advance(-ahead)
    try gao.client.write { try $0.set("contact", id, ["locality": "Ansongo"]) }
    try gao.client.write { try $0.delete("contact", "\(id)") }
    try await wipe(gao)
    let admission = try world.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr)
    #expect(admission.verdicts.isEmpty)
    #expect(try world.hubContacts() == [])
  }

  /// One transaction, most often within a millisecond.
  @Test func `an edit and the deletion of the same moment go through in their order`() async throws
  {
    for number in 0..<20 { try gao.addContact("\(number)") }
    _ = try await gao.client.sync()
    try gao.sql("UPDATE contact SET locality = 'Ansongo'; DELETE FROM contact")
    try await wipe(gao)
    let admission = try world.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr)
    #expect(admission.verdicts.isEmpty)
    #expect(try world.hubContacts() == [])
  }

  @Test func `a clock that was behind is corrected before anything is handed over`() async throws {
    let (wall, uptime) = (Clock(world.time.now), Clock(0))
    let kidal = try world.device("KDL", clock: wall, uptime: uptime)
    _ = try await kidal.client.sync()
    world.time.advance(2 * 86_400_000)
    let written = world.time.now
    let other = try kidal.addContact("Deux")
    try kidal.client.write { try $0.set("contact", other, ["locality": "Ansongo"]) }
    for clock in [world.time, wall, uptime] { clock.advance(3_600_000) }
    try await wipe(kidal)
    let stamps = try changes(1).groups.flatMap(\.records).flatMap(\.fields).map(\.stamp)
    #expect(!stamps.isEmpty && stamps.allSatisfy { $0.milliseconds == written })
  }

  @Test func `an edit beneath a deletion is stamped anew with it`() async throws {
    let (wall, uptime) = (Clock(world.time.now + 2 * 86_400_000), Clock(0))
    let kidal = try world.device("KDL", clock: wall, uptime: uptime)
    _ = try await kidal.client.sync()
    let (id, written) = (id, world.time.now)
    try kidal.client.write { try $0.set("contact", id, ["locality": "Ansongo"]) }
    try kidal.client.write { try $0.delete("contact", "\(id)") }
    for clock in [world.time, wall, uptime] { clock.advance(3_600_000) }
    try await wipe(kidal)
    let records = try changes(1).groups.flatMap(\.records)
    #expect(records.map(\.kind) == [.update, .delete])
    #expect(records[0].stamp < records[1].stamp)
    #expect(records.allSatisfy { $0.stamp.milliseconds - written < 1_000 })
    _ = try world.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr)
    #expect(try world.hubContacts() == [])
  }
}
