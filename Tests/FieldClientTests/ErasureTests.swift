import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// Erasing wins over everything and leaves nothing that can be read back.
@Suite struct ErasureTests {
  private let world: World
  private let gao: Device
  private let kidal: Device
  private let id: RecordID

  init() async throws {
    world = try World()
    gao = try world.device("GAO")
    kidal = try world.device("KDL")
    id = try gao.addContact("Zyxwvut Premier")
    _ = try await gao.client.sync()
    try gao.client.write { try $0.set("contact", id, ["display_name": "Zyxwvut Second"]) }
    _ = try await gao.client.sync()
    _ = try await kidal.client.sync()
    _ = try kidal.client.search("zyxwvut")
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    try ["", "-wal"].flatMap { suffix in
      FileManager.default.fileExists(atPath: path + suffix)
        ? Array(try Data(contentsOf: URL(filePath: path + suffix))) : []
    }
  }

  private func holds(_ path: String, _ word: String) throws -> Bool {
    Data(try bytes(path)).range(of: Data(word.utf8)) != nil
  }

  @Test func `content and history go from every file with the next sync`() async throws {
    #expect(try holds(kidal.client.replica.path, "Zyxwvut"))
    _ = try world.hub.erase("contact", String("\(id)".prefix(20)), language: .fr)
    for device in [gao, kidal] {
      let report = try await device.client.sync()
      #expect(report.digestsEqual == true)
      #expect(throws: Problem.self) { try device.client.record("contact", "\(id)") }
      #expect(throws: Problem.self) { try device.client.history("contact", "\(id)") }
      #expect(try device.client.search("zyxwvut").isEmpty)
    }
    for path in [gao.client.replica.path, kidal.client.replica.path, world.store.path] {
      for word in ["Zyxwvut", "zyxwvut"] { #expect(try !holds(path, word), "\(path)") }
    }
  }

  @Test(arguments: [true, false])
  func `it wins over what is written at the same time`(deletes: Bool) async throws {
    try kidal.client.write { writer in
      try writer.set("contact", id, ["display_name": "Zyxwvut Troisième"])
      if deletes { try writer.delete("contact", "\(id)") }
    }
    _ = try world.hub.erase("contact", "\(id)", language: .fr)
    _ = try await kidal.client.sync()
    _ = try await gao.client.sync()
    #expect(throws: Problem.self) { try kidal.client.record("contact", "\(id)") }
    let refused = try kidal.client.refusals()
    #expect(refused.allSatisfy { $0.code == "erased" && $0.values.values.allSatisfy(\.isNull) })
    #expect(refused.count == (deletes ? 0 : 1))
    #expect(try !holds(kidal.client.replica.path, "Zyxwvut"))
    #expect(try await kidal.client.sync().requests == 1)
    #expect(throws: Problem(.erased, at: "contact \(id)")) {
      try world.hub.erase("contact", "\(id)", language: .fr)
    }
  }

  @Test func `it cannot be entered again under its id`() async throws {
    _ = try world.hub.erase("contact", "\(id)", language: .fr)
    _ = try await kidal.client.sync()
    try kidal.client.write { writer in
      try writer.add("contact", id: id, Device.contact("Zyxwvut Encore"))
    }
    _ = try await kidal.client.sync()
    #expect(throws: Problem.self) { try kidal.client.record("contact", "\(id)") }
    #expect(try kidal.client.refusals().map(\.code) == ["erased"])
    #expect(try !holds(world.store.path, "Zyxwvut"))
  }

  @Test func `what was erased while a laptop was silent goes from its file by the repair`()
    async throws
  {
    try await disagree(about: id)
    try kidal.sql("UPDATE contact SET status = 'Zyxwvut' WHERE id = '\(id)'")
    _ = try await kidal.client.sync()
    #expect(try kidal.client.refusals().map { $0.values["status"] } == ["Zyxwvut"])
    _ = try kidal.client.search("zyxwvut")
    try await dropDeletions(while: kidal) {
      _ = try world.hub.erase("contact", "\(id)", language: .fr)
    }
    #expect(try await kidal.client.sync().repaired == 2)
    #expect(try kidal.contacts() == ["Dernier"])
    #expect(try kidal.client.refusals().map(\.code) == ["erased"])
    try expectNothing(kidal)
    try world.expectAgreement([gao, kidal])
  }

  @Test func `what left while a laptop was silent goes from its file by the repair`() async throws {
    let grant = Grant(read: [.mission], write: [.mission])
    let timbuktu = try world.device("TOM", role: .resp_base, grant: grant)
    _ = try await timbuktu.client.sync()
    try await disagree(about: id)
    _ = try await timbuktu.client.sync()
    _ = try timbuktu.client.search("zyxwvut")
    try await dropDeletions(while: timbuktu) {
      try gao.client.write { try $0.set("contact", id, ["scope": "bamako"]) }
    }
    #expect(try await timbuktu.client.sync().repaired == 2)
    try expectNothing(timbuktu)
  }

  /// Both bases name the person anew without knowing of each other.
  private func disagree(about id: RecordID) async throws {
    for (device, word) in [(gao, "Tiers"), (kidal, "Quart")] {
      try device.client.write {
        try $0.set("contact", id, ["display_name": .text("Zyxwvut \(word)")])
      }
    }
    for device in [gao, kidal, gao] { _ = try await device.client.sync() }
    #expect(try kidal.client.conflicts().count == 1)
  }

  /// The hub drops a deletion that a device has not heard of in half a year.
  private func dropDeletions(
    while silent: Device, _ event: () throws -> Void
  ) async throws {
    for name in ["Autre", "Dernier"] { try gao.addContact(name) }
    for device in [gao, kidal, silent] { _ = try await device.client.sync() }
    try event()
    try gao.sql("DELETE FROM contact WHERE display_name = 'Autre'")
    world.time.advance(200 * 86_400_000)
    for _ in 0..<2 { _ = try await gao.client.sync() }
    #expect(try world.hub.compact() > 0)
  }

  private func expectNothing(_ device: Device) throws {
    for word in ["Zyxwvut", "zyxwvut"] { #expect(try !holds(device.client.replica.path, word)) }
  }

  @Test func `a record that leaves cannot be read back either`() async throws {
    let grant = Grant(read: [.mission], write: [.mission])
    let timbuktu = try world.device("TOM", role: .resp_base, grant: grant)
    _ = try await timbuktu.client.sync()
    _ = try timbuktu.client.search("zyxwvut")
    #expect(try holds(timbuktu.client.replica.path, "Zyxwvut"))
    try gao.client.write { try $0.set("contact", id, ["scope": "bamako"]) }
    _ = try await gao.client.sync()
    #expect(try await timbuktu.client.sync().left == 1)
    for word in ["Zyxwvut", "zyxwvut"] {
      #expect(try !holds(timbuktu.client.replica.path, word))
    }
  }
}
