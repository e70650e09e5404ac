import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// Histories that the simulation found in worlds whose machines, clocks and disks do what they
/// seldom do, each in a few lines.
@Suite struct SeldomMachinesTests {
  private static let year: Int64 = 366 * 86_400_000

  private func sync(_ devices: Device...) async throws {
    for device in devices { _ = try await device.client.sync() }
  }

  @Test func `a hub whose clock was ahead for a while holds nobody up afterwards`() async throws {
    let world = try World()
    let wall = Clock(world.time.now)
    let (gao, bamako) = (try world.device("GAO", clock: wall), try world.device())
    let id = try gao.addContact("A")
    world.time.advance(10 * Self.year)
    try await sync(gao)
    world.time.advance(-10 * Self.year)
    try gao.addContact("B")
    try gao.client.write { try $0.set("contact", id, ["locality": "Gao"]) }
    try await sync(gao, bamako)
    #expect(try gao.client.status().pending == 0)
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a hub whose clock stands still gets no stamp twice`() async throws {
    let world = try World()
    let wall = Clock(world.time.now + Self.year)
    let gao = try world.device("GAO", clock: wall)
    let key: [String: Shared.Value] = [
      "roadmap_code": "FR-1.1", "quarter": "2026Q1", "progress_pct": 10, "rag": "vert",
    ]
    for number in 1...4 {
      wall.advance(Self.year)
      let comment = Shared.Value.text("\(number)")
      let id = try gao.client.write {
        try $0.add("roadmap_progress", key.merging(["comment": comment]) { $1 })
      }
      try await sync(gao)
      #expect(try gao.client.record("roadmap_progress", "\(id)")["comment"] == comment)
      try gao.sql("DELETE FROM roadmap_progress")
      try await sync(gao)
    }
    try world.expectAgreement([gao])
  }

  @Test func `a rebuilt laptop does not write into a record that took its record's number`()
    async throws
  {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let backup = try world.backUp()
    let id = try gao.addContact("A")
    try await sync(gao)
    try gao.client.write { try $0.set("contact", id, ["locality": "Gao"]) }
    try world.restore(backup)
    let other = try bamako.addContact("B")
    try await sync(bamako)
    let path = gao.client.replica.path
    try gao.client.replica.pool.close()
    _ = try Replica.rebuild(path: path, keeping: path + "-kept", now: world.time.now)
    let rebuilt = Device(
      client: try FieldClient(
        directory: gao.client.directory, surroundings: gao.client.surroundings,
        token: gao.client.token, transport: gao.link), link: gao.link)
    try await sync(rebuilt, bamako)
    #expect(try bamako.client.record("contact", "\(other)")["locality"] == nil)
    let kept = try rebuilt.client.refusals().contains { $0.values["locality"] == "Gao" }
    let isThere = try? bamako.client.record("contact", "\(id)")["locality"] == "Gao"
    #expect(kept || isThere == true)
    try world.expectAgreement([rebuilt, bamako])
  }

  /// No cursor tells of the restoring but that of a scope which the laptop may not read any more, and the
  /// hub gives the handle of a record there to another one.
  @Test(arguments: [false, true])
  func `a handle of a withdrawn scope names no other record at a restored hub`(
    isTaken: Bool
  ) async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let backup = try world.backUp()
    let id = try gao.addContact("A")
    try await sync(gao)
    try world.restore(backup)
    let grant = Grant(read: [.base("GAO")], write: [.base("GAO")])
    try world.hub.setGrant(grant, role: nil, of: 1)
    if isTaken {
      try bamako.addContact("B", ["scope": "base:GAO"])
      try await sync(bamako)
    }
    try gao.client.write { try $0.set("contact", id, ["locality": "Ansongo"]) }
    try gao.addContact("C", ["scope": "base:GAO"])
    try await sync(gao, bamako)
    #expect(try bamako.contacts() == (isTaken ? ["B", "C"] : ["C"]))
    #expect(try bamako.client.records(of: "contact").allSatisfy { $0["locality"] == .null })
    #expect(try gao.client.refusals().map(\.field) == ["locality"])
    #expect(try gao.client.status().pending == 0)
    try world.expectAgreement([gao, bamako])
  }

  @Test func `a newer schema is taken over once there is room again`() throws {
    let world = try World()
    let gao = try world.device("GAO")
    var json = String(decoding: Schema.mission.source, as: UTF8.self)
    json = json.replacingOccurrences(of: "\"version\": 1", with: "\"version\": 99")
    json = json.replacingOccurrences(
      of: "\"name\": \"roadmap_progress\"", with: "\"name\": \"roadmap_advance\"")
    let newer = try Schema(json: Array(json.utf8))
    let pool = gao.client.replica.pool
    let pages = try pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count")! }
    try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
    #expect(throws: Problem.self) { try gao.client.replica.adopt(newer) }
    try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
    try gao.client.replica.adopt(newer)
    #expect(try gao.client.records(of: "roadmap_advance").isEmpty)
  }

  @Test func `a row that breaks before it was sorted out is said to be lost`() throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.addContact("A")
    let path = gao.client.replica.path
    let page = try gao.client.replica.pool.read { db in
      try UInt64.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'contact'")!
    }
    try gao.client.replica.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    try gao.client.replica.pool.close()
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seek(toOffset: (page - 1) * 4096)
    try file.write(contentsOf: Data(repeating: 0xa5, count: 4096))
    try file.close()
    let rescue = try Replica.rebuild(
      path: path, keeping: gao.client.directory + "/damaged", now: world.time.now)
    #expect(rescue.lost == ["contact #1"])
  }

  @Test func `a report that comes again and moves on at once leaves its base`() async throws {
    let world = try World()
    let grant = Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])
    let gao = try world.device("GAO", role: .resp_base, grant: grant)
    let bamako = try world.device()
    try gao.addContact("A", ["contact_type": "communautaire", "scope": .null])
    gao.link.plan([.answerLost])
    _ = await failure { try await gao.client.sync() }
    try gao.sql("UPDATE contact SET contact_type = 'source_veille'")
    try await sync(gao, bamako)
    #expect(try gao.contacts() == [])
    #expect(try bamako.contacts() == ["A"])
    try world.expectAgreement([gao, bamako])
  }

  @Test func `who has synced once is waited for before a deletion is dropped`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    try gao.addContact("A")
    try gao.addContact("B")
    try await sync(gao, bamako)
    try gao.sql("DELETE FROM contact WHERE display_name = 'A'")
    for _ in 0..<2 { try await sync(gao) }
    #expect(try world.hub.compact() == 0)
    #expect(try await bamako.client.sync().repaired == 0)
    try await sync(bamako)
    #expect(try world.hub.compact() == 1)
    try world.expectAgreement([gao, bamako])
  }
}
