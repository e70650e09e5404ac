import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A laptop whose file broke and was built anew goes on with all that could be read, and compares
/// it with the hub once.
@Suite struct RebuiltReplicaTests {
  private let world: World
  private let gao: Device
  private let kidal: Device

  init() throws {
    world = try World()
    gao = try world.device()
    kidal = try world.device()
  }

  /// Breaks the first page of a table, or nothing, and builds the file anew.
  private func rebuild(_ device: Device, breaking table: String? = nil) throws -> Device {
    let client = device.client
    let path = client.replica.path
    if let table {
      let page = try client.replica.pool.writeWithoutTransaction { db in
        _ = try db.checkpoint(.truncate)
        return try UInt64.fetchOne(
          db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [table])!
      }
      try client.replica.pool.close()
      let file = try FileHandle(forUpdating: URL(filePath: path))
      try file.seek(toOffset: (page - 1) * 4096)
      try file.write(contentsOf: Data(repeating: 0xa5, count: 4096))
      try file.close()
    } else {
      try client.replica.pool.close()
    }
    _ = try Replica.rebuild(path: path, keeping: path + "-kept", now: world.time.now)
    return Device(
      client: try FieldClient(
        directory: client.directory, surroundings: client.surroundings, token: client.token,
        transport: device.link), link: device.link)
  }

  @discardableResult
  private func fill(_ count: Int, _ device: Device) throws -> [RecordID] {
    try (0..<count).map { try device.addContact("Contact \($0)") }
  }

  @Test func `it shows everything before it has a link, and compares for a few bytes`()
    async throws
  {
    try fill(300, gao)
    _ = try await gao.client.sync()
    let rebuilt = try rebuild(gao)
    #expect(try rebuilt.contacts().count == 300)
    #expect(try rebuilt.client.status().scopes[.mission]?.records == 300)
    let before = rebuilt.link.bytesSent + rebuilt.link.bytesReceived
    let report = try await rebuilt.client.sync()
    #expect(report.complete && report.repaired == 0 && report.requests == 3)
    #expect(rebuilt.link.bytesSent + rebuilt.link.bytesReceived - before < 1_000)
    #expect(try await rebuilt.client.sync().requests == 1)
  }

  @Test func `what its digests cannot tell is found and mended`() async throws {
    try fill(40, gao)
    _ = try await gao.client.sync()
    try gao.sql(
      "UPDATE _switch SET capturing = 0; UPDATE contact SET display_name = 'X' WHERE _row = 3;"
        + "UPDATE _switch SET capturing = 1")
    let rebuilt = try rebuild(gao)
    #expect(try await rebuilt.client.sync().repaired == 1)
    #expect(try !rebuilt.contacts().contains("X"))
    try world.expectAgreement([rebuilt])
  }

  @Test(arguments: ["contact", "_scope", "_conflict", "_device", "_history", "_type", "incident"])
  func `whichever table broke, the next sync mends it`(table: String) async throws {
    try fill(30, gao)
    _ = try await gao.client.sync()
    let own = try kidal.addContact("Own")
    _ = try await kidal.client.sync()
    let rebuilt = try rebuild(kidal, breaking: table)
    let report = try await rebuilt.client.sync()
    #expect(report.complete && report.digestsEqual == true)
    _ = try await gao.client.sync()
    try world.expectAgreement([gao, rebuilt])
    _ = try rebuilt.client.record("contact", own.description)
  }

  @Test(arguments: [nil, "_scope", "_device"])
  func `it gives back to a hub that was restored before or after`(table: String?) async throws {
    let backup = try world.backUp()
    let ids = try fill(5, gao)
    _ = try await gao.client.sync()
    try world.restore(backup)
    let rebuilt = try rebuild(gao, breaking: table)
    try rebuilt.client.write { try $0.set("contact", ids[0], ["locality": "Gao"]) }
    #expect(try await rebuilt.client.sync().digestsEqual == true)
    _ = try await kidal.client.sync()
    #expect(try kidal.contacts().count == 5)
    #expect(try kidal.client.record("contact", ids[0].description)["locality"] == "Gao")
    try world.expectAgreement([rebuilt, kidal])
  }
}
