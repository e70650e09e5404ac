import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// Repairs: a replica that differs from the hub, and a hub that was restored from an older copy.
@Suite struct RepairTests {
  // MARK: A damaged replica

  @Test(arguments: [
    "UPDATE contact SET display_name = 'X' WHERE _row % 7 = 0",
    "DELETE FROM contact WHERE _row % 9 = 0",
    "UPDATE contact SET _stamps = (SELECT _stamps FROM contact WHERE _row = 1) WHERE _row = 5",
    "UPDATE contact SET _handle = NULL WHERE _row = 3",
    "UPDATE _scope SET high = 1, records = 0",
    """
    INSERT INTO contact(id, scope, _handle, _stamps)
    SELECT '00000000-0000-7000-8000-000000000001', 'mission', 999, _stamps FROM contact LIMIT 1
    """,
  ])
  func `what another program did to confirmed records is found and mended`(sql: String) async throws
  {
    let world = try World()
    let gao = try world.device()
    let bamako = try world.device()
    try fill(bamako, 60)
    _ = try await bamako.client.sync()
    _ = try await gao.client.sync()
    try gao.sql("UPDATE _switch SET capturing = 0; \(sql); UPDATE _switch SET capturing = 1")
    _ = try await gao.client.verify()
    try expectEqual(world, [gao, bamako])
    #expect(try await gao.client.verify().repaired == 0)
  }

  @Test func `a sync that finds digests unequal mends them`() async throws {
    let world = try World()
    let gao = try world.device()
    let bamako = try world.device()
    try fill(bamako, 60)
    _ = try await bamako.client.sync()
    _ = try await gao.client.sync()
    try gao.sql(
      "UPDATE _switch SET capturing = 0; DELETE FROM contact WHERE _row IN (3, 30);"
        + "UPDATE _scope SET records = records - 2, high = 7; UPDATE _switch SET capturing = 1")
    let report = try await gao.client.sync()
    #expect(report.repaired == 2)
    #expect(report.digestsEqual == true)
    try expectEqual(world, [gao, bamako])
  }

  @Test func `what is pending stays pending through a repair`() async throws {
    let world = try World()
    let gao = try world.device()
    let ids = try fill(gao, 40)
    _ = try await gao.client.sync()
    try gao.client.write { writer in
      try writer.set("contact", ids[3], ["phone_orange": "+22370000001"])
      try writer.delete("contact", "\(ids[4])")
    }
    try gao.sql(
      "UPDATE _switch SET capturing = 0; UPDATE contact SET display_name = 'X' WHERE _row < 9;"
        + "UPDATE _switch SET capturing = 1")
    #expect(try await gao.client.verify().repaired > 0)
    _ = try await gao.client.sync()
    #expect(try gao.client.record("contact", ids[3].description)["phone_orange"] == "+22370000001")
    #expect(throws: Problem.self) { try gao.client.record("contact", ids[4].description) }
    try expectEqual(world, [gao])
  }

  @Test func `ten differing records of ten thousand cost less than twenty kilobytes`() async throws
  {
    let world = try World()
    let gao = try world.device()
    try fill(gao, 10_000)
    _ = try await gao.client.sync()
    try gao.sql(
      "UPDATE _switch SET capturing = 0; UPDATE contact SET phone_orange = '1' WHERE _row % 1000 = 7;"
        + "UPDATE _switch SET capturing = 1")
    let before = gao.link.bytesSent + gao.link.bytesReceived
    #expect(try await gao.client.verify().repaired == 10)
    #expect(gao.link.bytesSent + gao.link.bytesReceived - before < 20_000)
    try expectEqual(world, [gao])
  }

  // MARK: A hub that was restored

  @Test func `a restored hub gets back what the bases still hold`() async throws {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let old = try fill(gao, 30)
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    let backup = try world.backUp()
    let new = try fill(gao, 20)
    try gao.client.write { writer in
      try writer.set("contact", old[0], ["phone_orange": "+22370000001"])
      try writer.delete("contact", "\(old[1])")
    }
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    try kidal.client.write { writer in
      try writer.set("contact", new[0], ["phone_orange": "+22370000002"])
    }
    _ = try await kidal.client.sync()
    try world.restore(backup)
    let report = try await kidal.client.sync()
    #expect(report.digestsEqual == true)
    #expect(report.repaired == 22)
    _ = try await gao.client.sync()
    try expectEqual(world, [gao, kidal])
    #expect(try kidal.client.records(of: "contact").count == 49)
    #expect(try gao.client.record("contact", new[0].description)["phone_orange"] == "+22370000002")
    #expect(try gao.client.record("contact", old[0].description)["phone_orange"] == "+22370000001")
    #expect(throws: Problem.self) { try gao.client.record("contact", old[1].description) }
    #expect(try world.hub.conflicts().filter { $0.status == "open" }.isEmpty)
  }

  @Test func `an empty hub empties nobody`() async throws {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let backup = try world.backUp()
    try fill(gao, 300)
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    try world.restore(backup)
    let report = try await kidal.client.sync()
    #expect(report.repaired == 300)
    #expect(report.digestsEqual == true)
    _ = try await gao.client.sync()
    try expectEqual(world, [gao, kidal])
    #expect(try gao.client.records(of: "contact").count == 300)
  }

  @Test func `what was written after the restoring meets what was lost by it`() async throws {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let ids = try fill(gao, 5)
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    let backup = try world.backUp()
    let lost = try fill(gao, 3)
    try gao.client.write { try $0.set("contact", ids[0], ["phone_orange": "+22370000001"]) }
    _ = try await gao.client.sync()
    try world.restore(backup)
    world.time.advance(1000)
    // Kidal never saw the lost ones: its new records take their numbers at the hub.
    let new = try fill(kidal, 4)
    try kidal.client.write { writer in
      try writer.set("contact", ids[0], ["phone_orange": "+22370000002"])
    }
    _ = try await kidal.client.sync()
    let report = try await gao.client.sync()
    #expect(report.digestsEqual == true)
    _ = try await kidal.client.sync()
    try expectEqual(world, [gao, kidal])
    #expect(try gao.client.records(of: "contact").count == 12)
    for id in lost + new { _ = try kidal.client.record("contact", id.description) }
    let conflicts = try world.hub.conflicts().filter { $0.field == "phone_orange" }
    #expect(conflicts.count == 1)
    #expect(
      Set(conflicts.flatMap { [$0.winner.value, $0.loser.value] })
        == ["+22370000001", "+22370000002"])
    // Numbers are right again on both sides.
    try gao.client.write { try $0.set("contact", new[1], ["phone_orange": "+22370000003"]) }
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    try expectEqual(world, [gao, kidal])
    #expect(
      try kidal.client.record("contact", new[1].description)["phone_orange"] == "+22370000003")
  }

  @Test(arguments: [0, 400])
  func `a hub restored in the middle of a long first sync gets back what it admitted in it`(
    known: Int
  ) async throws {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    try fill(gao, known)
    if known > 0 { _ = try await gao.client.sync() }
    let backup = try world.backUp()
    try fill(gao, 1200)
    _ = try await gao.client.sync()
    // Kidal's records are admitted before it has seen the first of Gao's.
    let own = try fill(kidal, 3)
    _ = try await kidal.client.sync(maximumBytes: 3_000)
    #expect(try kidal.client.status().pending == 0)
    #expect(try kidal.client.records(of: "contact").count < 1200)
    try world.restore(backup)
    world.time.advance(1000)
    for device in [kidal, gao, kidal] { _ = try await device.client.sync() }
    try expectEqual(world, [gao, kidal])
    for id in own { _ = try gao.client.record("contact", id.description) }
    #expect(try gao.client.records(of: "contact").count == known + 1203)
  }

  @Test func `what was admitted while the hub's clock was ahead comes back as written now`()
    async throws
  {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let old = try fill(gao, 1)
    _ = try await gao.client.sync()
    let backup = try world.backUp()
    let year: Int64 = 366 * 86_400_000
    world.time.advance(8 * year)
    let new = try fill(gao, 3)
    try gao.client.write { writer in
      try writer.set("contact", old[0], ["phone_orange": "+22370000001"])
      try writer.delete("contact", "\(new[1])")
    }
    _ = try await gao.client.sync()
    world.time.advance(-8 * year)
    try world.restore(backup)
    for device in [gao, kidal, gao] {
      #expect(try await device.client.sync().digestsEqual == true)
    }
    try expectEqual(world, [gao, kidal])
    #expect(try kidal.client.records(of: "contact").count == 3)
    #expect(
      try kidal.client.record("contact", "\(old[0])")["phone_orange"] == "+22370000001")
    let latest = try world.store.read { transaction in
      try transaction.list(try #require(world.store.schema[type: "contact"]), limit: .max)
        .map(\.stamps.latest.milliseconds).max()!
    }
    #expect(latest <= world.time.now + Limits.clockTolerance)
  }

  @Test func `what is given back of a record that went elsewhere is kept as a conflict`()
    async throws
  {
    let world = try World()
    let own = Grant(read: [.base("GAO")], write: [.base("GAO")])
    let (gao, bamako) = (try world.device("GAO", role: .resp_base, grant: own), try world.device())
    let id = try bamako.addContact("A", ["scope": "base:GAO"])
    for device in [bamako, gao] { _ = try await device.client.sync() }
    let backup = try world.backUp()
    try gao.client.write { try $0.set("contact", id, ["phone_orange": "+22370000001"]) }
    _ = try await gao.client.sync()
    try world.restore(backup)
    world.time.advance(1000)
    try bamako.client.write {
      try $0.set("contact", id, ["scope": "base:KDL", "phone_orange": "+22370000002"])
    }
    for device in [bamako, gao] { _ = try await device.client.sync() }
    #expect(try gao.contacts() == [])
    let conflict = try #require(try world.hub.conflicts().first { $0.field == "phone_orange" })
    #expect(conflict.loser.value == "+22370000001")
    #expect(conflict.winner.value == "+22370000002")
    _ = try await bamako.client.sync()
    try world.expectAgreement([gao, bamako])
  }

  @Test(arguments: 0..<7)
  func `a hub restored again after a repair that was cut gets everything back`(cut: Int)
    async throws
  {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let backup = try world.backUp()
    try fill(gao, 3)
    _ = try await gao.client.sync()
    try world.restore(backup)
    gao.link.plan(Array(repeating: .none, count: cut) + [.requestLost])
    _ = try? await gao.client.sync()
    gao.link.plan([])
    try fill(gao, 2)
    try world.restore(backup)
    for device in [gao, kidal] { _ = try await device.client.sync() }
    #expect(try kidal.client.records(of: "contact").count == 5)
    try expectEqual(world, [gao, kidal])
  }

  @Test func `conflicts are listed once, however often the hub was restored`() async throws {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let ids = try fill(gao, 2)
    for device in [gao, kidal] { _ = try await device.client.sync() }
    for (number, id) in ids.enumerated() {
      for (device, phone) in [(gao, "+22370000001"), (kidal, "+22370000002")] {
        world.time.advance(1000)
        try device.client.write { try $0.set("contact", id, ["phone_orange": .text(phone)]) }
      }
      for device in [gao, kidal, gao] { _ = try await device.client.sync() }
      #expect(try gao.client.conflicts().count == number + 1)
    }
    let backup = try world.backUp()
    for _ in 0..<3 {
      try fill(gao, 1)
      _ = try await gao.client.sync()
      try world.restore(backup)
      _ = try await gao.client.sync()
      #expect(try gao.client.conflicts().count == 2)
    }
  }

  @Test func `who gave it back stands in the hub's history`() async throws {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let backup = try world.backUp()
    let ids = try fill(gao, 1)
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    try world.restore(backup)
    _ = try await kidal.client.sync()
    let lines = try world.store.read { transaction in
      let type = try #require(world.store.schema[type: "contact"])
      let record = try #require(try transaction.record(type, id: ids[0]))
      return try transaction.history("contact", record.handle)
    }
    #expect(lines.map(\.stamp.device) == [1])
    #expect(lines.map(\.giver) == [2])
    let line = try #require(try world.hub.audit(limit: 1).first)
    #expect(line.act == "giveBack" && line.who == "device:2" && line.detail == "mission: 1")
  }

  private func gift(_ author: UInt32, _ world: World, _ cursor: Shared.Cursor) -> RepairRequest {
    let fields = `Replicas and the hub agree`.contact.sorted { $0.key < $1.key }
    let stamp = Stamp(clock: HybridClock.reading(world.time.now), device: author)
    let change = RecordChange(
      kind: .create, id: RecordID(high: 1, low: UInt64(author)), handle: 0, stamp: stamp,
      fields: fields.enumerated().map {
        FieldChange(field: $0, value: $1.value, stamp: stamp)
      })
    return RepairRequest(
      cursor: cursor, budget: 1 << 20,
      give: Changeset(groups: [
        ChangeGroup(type: "contact", fields: fields.map(\.key), records: [change])
      ]))
  }

  private func made(_ seq: Int64, _ mark: UInt64) -> Shared.Cursor {
    Shared.Cursor(scope: .mission, seq: seq, mark: mark)
  }

  @Test func `a cursor that the hub never gave lets nobody write in another's name`() throws {
    let world = try World()
    for role in [Role.lecture, .referent_surete] { _ = try world.device(role: role) }
    let devices = try world.hub.devices()
    for cursor in [made(5, 0x1234_5678_9abc_def0), made(1, 1), made(0, .max)] {
      for author in [0, 7, 1] as [UInt32] {
        let answer = try world.hub.repair(
          gift(author, world, cursor), for: devices[0], language: .fr)
        #expect(!answer.isKnown && answer.pull.isEmpty && answer.gone.count == 1)
      }
      let answer = try world.hub.repair(gift(0, world, cursor), for: devices[1], language: .fr)
      #expect(answer.pull.isEmpty)
    }
    #expect(try world.hubRecords(.mission) == [])
    let own = try world.hub.repair(gift(2, world, made(5, 9)), for: devices[1], language: .fr)
    #expect(own.pull.recordCount == 1, "its own writing it may bring in whatever way")
  }

  @Test func `a mark that the hub has is no proof that it lost anything, wherever it is shown`()
    async throws
  {
    let world = try World()
    let gao = try world.device()
    try fill(gao, 3)
    _ = try await gao.client.sync()
    _ = try await gao.client.sync()
    let device = try #require(try world.hub.devices().first)
    let known = try #require(try gao.client.replica.position().cursors.first)
    for cursor in [made(known.seq + 9, known.mark), made(known.seq + 9, ~known.mark)] {
      let answer = try world.hub.repair(gift(7, world, cursor), for: device, language: .fr)
      #expect(answer.pull.isEmpty)
    }
  }

  @Test func `a hub of an older program, whose marks have no seal, gets back what it lost`()
    async throws
  {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    try fill(kidal, 2)
    for device in [kidal, gao] { _ = try await device.client.sync() }
    try await world.store.pool.write {
      try $0.execute(sql: "DELETE FROM _state WHERE key = 'marks'")
    }
    let backup = try world.backUp()
    try fill(kidal, 3)
    for device in [kidal, gao] { _ = try await device.client.sync() }
    try world.restore(backup)
    #expect(try await gao.client.sync().digestsEqual == true)
    #expect(try world.hubRecords(.mission).count == 5)
    let device = try #require(try world.hub.devices().first)
    world.time.advance(Int64(Limits.daysOfSilence + 1) * 86_400_000)
    let answer = try world.hub.repair(gift(7, world, made(9, 9)), for: device, language: .fr)
    #expect(answer.pull.isEmpty, "for half a year, and no longer")
  }

  @Test func `a hub that lost nothing takes nothing in another's name`() throws {
    let world = try World()
    let gao = try world.device()
    let device = try #require(try world.hub.devices().first)
    let change = RecordChange(
      kind: .create, id: RecordID(high: 1, low: 1), handle: 0, stamp: Stamp(clock: 9, device: 7))
    let request = RepairRequest(
      cursor: Cursor(scope: .mission),
      give: Changeset(groups: [ChangeGroup(type: "contact", fields: [], records: [change])]))
    #expect(throws: Problem(.forbidden)) {
      try world.hub.repair(request, for: device, language: .fr)
    }
    _ = gao
  }

  /// After the sync before the repair, and after its first answer.
  @Test(arguments: [1, 2])
  func `a hub that is restored in the midst of a repair is given back everything`(answered: Int)
    async throws
  {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    let backup = try world.backUp()
    try fill(gao, 50)
    _ = try await gao.client.sync()
    try gao.sql(
      "UPDATE _switch SET capturing = 0; UPDATE contact SET display_name = 'X' WHERE _row % 7 = 0;"
        + "UPDATE _switch SET capturing = 1")
    let pool = world.store.pool
    gao.link.meanwhile(after: answered) { try DatabaseQueue(path: backup).backup(to: pool) }
    #expect(await failure { try await gao.client.verify() } == .cursor)
    for device in [gao, kidal] { _ = try await device.client.sync() }
    #expect(try kidal.client.records(of: "contact").count == 50)
    try expectEqual(world, [gao, kidal])
  }

  @Test(arguments: 0..<12)
  func `a repair that is cut anywhere goes on with the next sync`(cut: Int) async throws {
    let world = try World()
    let (gao, kidal) = (try world.device(), try world.device())
    try fill(gao, 50)
    _ = try await gao.client.sync()
    let backup = try world.backUp()
    try fill(gao, 50)
    _ = try await gao.client.sync()
    try world.restore(backup)
    let faults: [Link.Fault] = [.requestLost, .answerLost, .answerCut, .requestTwice]
    gao.link.plan(Array(repeating: .none, count: cut / 4) + [faults[cut % 4]])
    _ = try? await gao.client.sync()
    let report = try await gao.client.sync()
    #expect(report.digestsEqual == true)
    _ = try await kidal.client.sync()
    try expectEqual(world, [gao, kidal])
    #expect(try kidal.client.records(of: "contact").count == 100)
  }

  // MARK: Helpers

  @discardableResult
  private func fill(_ device: Device, _ count: Int) throws -> [RecordID] {
    try device.client.write { writer in
      try (0..<count).map { number in
        var values = `Replicas and the hub agree`.contact
        values["display_name"] = .text("Contact \(number)")
        return try writer.add("contact", values)
      }
    }
  }

  private func expectEqual(_ world: World, _ devices: [Device]) throws {
    for device in devices {
      #expect(try device.records(.mission) == world.hubRecords(.mission))
      let status = try device.client.replica.status().scopes[.mission]
      #expect(try status?.digest == world.scopes()[.mission]?.digest ?? Digest())
    }
  }
}
