import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What an old program keeps aside goes where its record goes, and is mended like all the rest.
@Suite struct KeptAsideLeavingTests {
  private static let mission = Grant(read: [.mission], write: [.mission])
  private static let secret = "AB+"
  private static let word = "Zyxwvut"

  private let world: World
  private let hub: GrownHub
  private let gao: Device
  /// Cannot read the grown schema, and reads the mission's scope alone.
  private let old: Device
  private let id: RecordID
  private let vehicle: RecordID
  private let before: String

  init() async throws {
    world = try World()
    let devices = [
      try world.device("GAO"), try world.device("KDL", role: .resp_base, grant: Self.mission),
    ]
    id = try devices[0].client.write { try $0.add("contact", HubSample.contact) }
    for device in devices { _ = try await device.client.sync() }
    hub = try GrownHub(world)
    gao = try hub.client(devices[0])
    old = try hub.client(devices[1], isOutdated: true)
    _ = try await gao.client.sync()
    before = try world.backUp()
    let id = id
    vehicle = try gao.client.write { writer in
      try writer.set("contact", id, ["blood_group": "A+"])
      return try writer.add("vehicle", ["plate": "P-1", "driver": .text(Self.word)])
    }
    _ = try await gao.client.sync()
    try gao.client.write { try $0.set("contact", id, ["blood_group": .text(Self.secret)]) }
    let vehicle = vehicle
    try gao.client.write { try $0.set("vehicle", vehicle, ["driver": .text("\(Self.word) 2")]) }
    _ = try await gao.client.sync()
    _ = try await old.client.sync()
    #expect(try holds(Self.word))
  }

  private func holds(_ word: String) throws -> Bool {
    _ = try old.client.replica.pool.writeWithoutTransaction { db in
      try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    let data = try Data(contentsOf: URL(filePath: old.client.replica.path))
    return data.range(of: Data(word.utf8)) != nil
  }

  private func aside() throws -> [Int] {
    try old.client.replica.read { db, _ in
      try ["_was", "_hidden", "_history"].map {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)")!
      }
    }
  }

  private func sync(_ devices: Device...) async throws {
    for device in devices { #expect(try await device.client.sync().digestsEqual == true) }
  }

  enum Way: CaseIterable { case deleted, moved, erased, withdrawn }

  @Test(arguments: Way.allCases)
  func `what is aside goes with its record, and nothing of it can be read`(way: Way) async throws {
    let (id, vehicle) = (id, vehicle)
    switch way {
    case .deleted:
      try gao.client.write { writer in
        try writer.delete("contact", "\(id)")
        try writer.delete("vehicle", "\(vehicle)")
      }
    case .moved:
      try gao.client.write { writer in
        try writer.set("contact", id, ["scope": "bamako"])
        try writer.set("vehicle", vehicle, ["scope": "bamako"])
      }
    case .erased:
      for (type, record) in [("contact", id), ("vehicle", vehicle)] {
        _ = try hub.hub.erase(type, "\(record)", language: .fr)
      }
    case .withdrawn:
      let other = Grant(read: [.base("GAO")], write: [])
      try hub.hub.setGrant(other, role: nil, of: try old.client.status().device)
    }
    try await sync(gao)
    _ = try await old.client.sync()
    #expect(try aside() == [0, 0, 0])
    #expect(try !holds(Self.word) && !holds(Self.secret))
    #expect(try await old.client.verify().repaired == 0)
  }

  @Test(arguments: [
    "UPDATE _was SET value = 'O-' WHERE field = 'blood_group'",
    "DELETE FROM _was WHERE field = 'driver'", "DELETE FROM _hidden", "DELETE FROM _was",
  ])
  func `what is wrong aside is found and mended`(sql: String) async throws {
    try old.sql(sql)
    let report = try await old.client.verify()
    #expect(report.repaired > 0 && report.digestsEqual == true)
    #expect(try await old.client.verify().repaired == 0)
    let new = try hub.upgraded(old)
    #expect(try new.client.record("contact", "\(id)")["blood_group"] == .text(Self.secret))
    #expect(try new.client.record("vehicle", "\(vehicle)")["driver"] == .text("\(Self.word) 2"))
  }

  @Test func `a hub that was restored gets back what an old program has aside`() async throws {
    try DatabaseQueue(path: before).backup(to: (hub.hub.store as! SQLiteHubStore).pool)
    let report = try await old.client.sync()
    #expect(report.repaired == 2 && report.digestsEqual == true)
    try await sync(gao)
    #expect(try gao.client.record("contact", "\(id)")["blood_group"] == .text(Self.secret))
    #expect(try gao.client.record("vehicle", "\(vehicle)")["driver"] == .text("\(Self.word) 2"))
  }

  @Test func `a file that is rebuilt has it aside again`() async throws {
    let id = id
    try old.client.write { try $0.set("contact", id, ["email": "a@example.ml"]) }
    try old.client.replica.pool.close()
    let path = old.client.replica.path
    _ = try Replica.rebuild(path: path, keeping: path + "-kept", now: world.time.now)
    let fresh = try hub.client(old, isOutdated: true)
    try await sync(fresh)
    #expect(try await fresh.client.verify().repaired == 0)
    let new = try hub.upgraded(fresh)
    let record = try new.client.record("contact", "\(id)")
    #expect(record["blood_group"] == .text(Self.secret) && record["email"] == "a@example.ml")
    #expect(try new.client.record("vehicle", "\(vehicle)")["plate"] == "P-1")
  }
}
