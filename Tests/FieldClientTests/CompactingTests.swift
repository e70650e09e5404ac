import Foundation
import GRDB
import Synchronization
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// Deletions are kept for whoever has not heard of them, and no longer.
@Suite struct CompactingTests {
  private let world: World
  private let gao: Device
  private let kidal: Device

  init() async throws {
    world = try World()
    gao = try world.device("GAO")
    kidal = try world.device("KDL")
    for name in ["Un", "Deux", "Trois"] { try gao.addContact(name) }
    for device in [gao, kidal] { _ = try await device.client.sync() }
    for device in [gao, kidal] { _ = try await device.client.sync() }
  }

  private func delete(_ name: String, _ device: Device) throws {
    try device.sql("DELETE FROM contact WHERE display_name = '\(name)'")
  }

  private func tombstones() throws -> Int {
    try world.store.pool.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM contact WHERE _deleted")!
    }
  }

  @Test func `a deletion is dropped when every live device has confirmed it`() async throws {
    try delete("Un", gao)
    _ = try await gao.client.sync()
    _ = try await gao.client.sync()
    #expect(try world.hub.compact() == 0)
    #expect(try tombstones() == 1)
    _ = try await kidal.client.sync()
    #expect(try world.hub.compact() == 0)
    _ = try await kidal.client.sync()
    #expect(try world.hub.compact() == 1)
    #expect(try tombstones() == 0)
    for device in [gao, kidal, try world.device()] {
      #expect(try await device.client.sync().requests == 1)
      #expect(try device.contacts() == ["Deux", "Trois"])
    }
    try world.expectAgreement([gao, kidal])
  }

  @Test func `a first sync in many pages goes on as such after a compaction`() async throws {
    for number in 0..<1500 { try gao.addContact("Personne \(number)") }
    try delete("Un", gao)
    for device in [gao, kidal, gao, kidal] { _ = try await device.client.sync() }
    try gao.addContact("Quatre")
    _ = try await gao.client.sync()
    #expect(try world.hub.compact() == 1)
    let new = try world.device()
    #expect(try await new.client.sync(maximumBytes: 3_000).complete == false)
    let report = try await new.client.sync()
    #expect(report.received > 100)
    #expect(report.repaired == 0)
    try world.expectAgreement([gao, new])
  }

  @Test func `what a device that is on its way may hold is not dropped`() async throws {
    for number in 0..<1500 { try gao.addContact("Personne \(number)") }
    for device in [gao, kidal, gao, kidal] { _ = try await device.client.sync() }
    let new = try world.device()
    _ = try await new.client.sync(maximumBytes: 3_000)
    try delete("Deux", gao)
    for device in [gao, kidal, gao, kidal] { _ = try await device.client.sync() }
    #expect(try world.hub.compact() == 0)
    _ = try await new.client.sync()
    try world.expectAgreement([gao, kidal, new])
  }

  @Test func `a hub that starts with its clock years ahead drops nothing`() async throws {
    try delete("Un", gao)
    for _ in 0..<2 { _ = try await gao.client.sync() }
    world.time.advance(3 * 365 * 86_400_000)
    #expect(try world.hub.compact() == 0)
    world.time.advance(-3 * 365 * 86_400_000)
    #expect(try await kidal.client.sync().requests == 1)
    try world.expectAgreement([gao, kidal])
  }

  @Test func `a scope that was counted anew still knows from whom deletions were dropped`()
    async throws
  {
    try delete("Un", gao)
    _ = try await gao.client.sync()
    world.time.advance(200 * 86_400_000)
    for _ in 0..<2 { _ = try await gao.client.sync() }
    #expect(try world.hub.compact() == 1)
    let before = try #require(try world.scopes()[.mission])
    try await world.store.pool.write {
      try $0.execute(sql: "UPDATE _scope SET records = 9, high = 7")
    }
    #expect(try world.hub.verify().recounted == [.mission])
    #expect(try world.scopes()[.mission] == before)
    #expect(try await kidal.client.sync().repaired == 1, "its place is too old to go on from")
  }

  @Test func `whoever syncs while the hub is verified is not made to wait`() async throws {
    // A hub that is verified reads. One writer is inside all the while.
    let hub = world.hub
    let check = try world.store.write { _ in
      try Self.apart { () throws(Problem) in try hub.verify() }
    }
    #expect(check.recounted == [])
  }

  /// On a thread of its own, which has none of this one's transactions.
  private static func apart<T: Sendable>(
    _ body: @escaping @Sendable () throws(Problem) -> T
  ) throws -> T {
    let result = Mutex<Result<T, Problem>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let found = Result { () throws(Problem) in try body() }
      result.withLock { $0 = found }
      done.signal()
    }
    done.wait()
    return try result.withLock { $0 }!.get()
  }

  @Test func `who was silent for half a year brings nothing back and loses nothing`() async throws {
    try delete("Un", gao)
    _ = try await gao.client.sync()
    try kidal.addContact("Quatre")
    try kidal.sql("UPDATE contact SET locality = 'Tessalit' WHERE display_name = 'Deux'")
    world.time.advance(200 * 86_400_000)
    for _ in 0..<2 { _ = try await gao.client.sync() }
    #expect(try world.hub.compact() == 1)
    let report = try await kidal.client.sync()
    #expect(report.repaired == 1)
    #expect(report.digestsEqual == true)
    _ = try await gao.client.sync()
    for device in [gao, kidal] {
      #expect(try device.contacts() == ["Deux", "Quatre", "Trois"])
    }
    try world.expectAgreement([gao, kidal])
    #expect(try await kidal.client.sync().requests == 1)
  }

  /// An old request that comes late, or a copy of the folder, says a lower place than the device has come to.
  @Test func `who was silent for half a year is not followed because of an old request`()
    async throws
  {
    try delete("Un", gao)
    world.time.advance(200 * 86_400_000)
    for _ in 0..<2 { _ = try await gao.client.sync() }
    #expect(try world.hub.compact() == 1)
    let cursor = try #require(
      try kidal.client.replica.position().cursors.first { $0.scope == .mission })
    let state = try #require(try world.scopes()[.mission])
    #expect(cursor.seq > 0 && cursor.seq < state.compacted)
    let standing = try world.store.read { transaction in
      try transaction.standing(of: cursor, in: state, isFollowed: true)
    }
    #expect(standing == .tooOld)
    #expect(try await kidal.client.sync().digestsEqual == true)
    try world.expectAgreement([gao, kidal])
  }

  @Test func `an edit of what was deleted half a year ago is refused and kept`() async throws {
    try delete("Un", gao)
    _ = try await gao.client.sync()
    try kidal.sql("UPDATE contact SET locality = 'Tessalit' WHERE display_name = 'Un'")
    world.time.advance(200 * 86_400_000)
    for _ in 0..<2 { _ = try await gao.client.sync() }
    #expect(try world.hub.compact() == 1)
    _ = try await kidal.client.sync()
    #expect(try kidal.contacts() == ["Deux", "Trois"])
    #expect(try kidal.client.refusals().map { $0.values["locality"] } == ["Tessalit"])
    try world.expectAgreement([gao, kidal])
  }

  @Test func `a creation that comes late from a copy of the folder brings nothing back`()
    async throws
  {
    try gao.addContact("Quatre")
    let copy = try world.copy(gao)
    for device in [gao, kidal] { _ = try await device.client.sync() }
    try delete("Quatre", kidal)
    try gao.addContact("Cinq")
    for _ in 0..<2 { for device in [kidal, gao] { _ = try await device.client.sync() } }
    #expect(try world.hub.compact() == 1)
    for device in [copy, gao, kidal] { _ = try await device.client.sync() }
    for device in [copy, gao, kidal] {
      #expect(try device.contacts() == ["Cinq", "Deux", "Trois", "Un"])
    }
    try world.expectAgreement([gao, kidal, copy])
  }

  @Test func `what a dropped record held is in its history until it is erased`() async throws {
    let id = try #require(
      try gao.client.records(of: "contact").first { $0["display_name"] == "Un" }
    ).id
    try gao.client.write { try $0.set("contact", id, ["locality": "Zyxwvut"]) }
    _ = try await gao.client.sync()
    try delete("Un", gao)
    for _ in 0..<2 { for device in [gao, kidal] { _ = try await device.client.sync() } }
    #expect(try world.hub.compact() == 1)
    let history = try world.hub.history("contact", "\(id)")
    #expect(history.contains { $0.field == "locality" && $0.value == "Zyxwvut" })
    #expect(history.contains { $0.field == "display_name" && $0.value == "Un" })
    _ = try world.hub.erase("contact", "\(id)", language: .fr)
    #expect(try world.hub.history("contact", "\(id)").allSatisfy { $0.value != "Zyxwvut" })
    for suffix in ["", "-wal"] {
      let bytes = try Data(contentsOf: URL(filePath: world.store.path + suffix))
      #expect(bytes.range(of: Data("Zyxwvut".utf8)) == nil)
    }
    for device in [gao, kidal] { _ = try await device.client.sync() }
    try world.expectAgreement([gao, kidal])
  }

  @Test func `a full check keeps in mind how far deletions were dropped`() async throws {
    try delete("Un", gao)
    for _ in 0..<2 { for device in [gao, kidal] { _ = try await device.client.sync() } }
    #expect(try world.hub.compact() == 1)
    let before = try world.scopes()[.mission]?.compacted
    try await world.store.pool.write { try $0.execute(sql: "UPDATE _scope SET high = 1") }
    #expect(try world.hub.verify().recounted == [.mission])
    #expect(try world.scopes()[.mission]?.compacted == before)
  }

  /// A folder is copied at every few steps of a random history, in mid-collection and with changes whose
  /// answer never came. Each copy then syncs with the hub as it is, and with the hub compacted.
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `from no cursor can anybody tell that deletions were dropped`(seed: UInt64) async throws {
    let dice = Dice(seed)
    var copies: [(one: Device, other: Device)] = []
    for step in 0..<30 {
      let device = dice.pick([gao, kidal])
      try write(step, on: device, dice)
      if dice.below(3) == 0 {
        device.link.plan([dice.pick([.none, .answerLost, .requestLost])])
        _ = try? await device.client.sync(maximumBytes: dice.pick([.max, 1_300, 2_000]))
        device.link.plan([])
      }
      if dice.below(4) == 0 {
        // What is not settled would be stamped twice.
        _ = try device.client.status()
        copies.append((try world.copy(device), try world.copy(device)))
        _ = try await device.client.sync()
      }
    }
    for _ in 0..<2 { for device in [gao, kidal] { _ = try await device.client.sync() } }
    let backup = try world.backUp()
    for (one, other) in copies {
      try world.restore(backup)
      #expect(try world.hub.compact() > 0)
      for _ in 0..<2 { _ = try await one.client.sync() }
      let compacted = try world.hubRecords(.mission)
      try world.restore(backup)
      for _ in 0..<2 { _ = try await other.client.sync() }
      #expect(try compacted == world.hubRecords(.mission))
      #expect(try one.records(.mission) == compacted && other.records(.mission) == compacted)
    }
    #expect(copies.count > 2)
  }

  private func write(_ step: Int, on device: Device, _ dice: Dice) throws {
    let contacts = try device.client.records(of: "contact")
    switch dice.below(6) {
    case 0, 1, 2: for number in 0..<5 { try device.addContact("Personne \(step).\(number)") }
    case 3 where !contacts.isEmpty:
      try device.client.write {
        try $0.set("contact", dice.pick(contacts).id, ["locality": .text("Lieu \(step)")])
      }
    default:
      for contact in contacts where dice.below(3) == 0 {
        try device.client.write { try $0.delete("contact", "\(contact.id)") }
      }
    }
  }

  @Test func `a number is never given twice`() async throws {
    try delete("Trois", gao)
    for device in [gao, kidal, gao, kidal] { _ = try await device.client.sync() }
    #expect(try world.hub.compact() == 0)
    try gao.addContact("Quatre")
    _ = try await gao.client.sync()
    #expect(try world.hub.compact() == 1)
    _ = try await kidal.client.sync()
    try world.expectAgreement([gao, kidal])
  }
}
