import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// Whatever SQL another program runs on the file, the hub gets what the file shows.
@Suite struct FaultCaptureTests {
  @Test(arguments: Snippet.all)
  func `before the first sync`(snippet: Snippet) async throws {
    let world = try World()
    let gao = try world.device()
    try gao.sql(Snippet.ground)
    try gao.sql(snippet.sql)
    try await expect(snippet, of: gao, in: world)
  }

  @Test(arguments: Snippet.all)
  func `between two settlings`(snippet: Snippet) async throws {
    let world = try World()
    let gao = try world.device()
    try gao.sql(Snippet.ground)
    #expect(try gao.client.status().pending == 3)
    try gao.sql(snippet.sql)
    try await expect(snippet, of: gao, in: world)
  }

  @Test(arguments: Snippet.all)
  func `after the first sync`(snippet: Snippet) async throws {
    let world = try World()
    let gao = try world.device()
    try gao.sql(Snippet.ground)
    _ = try await gao.client.sync()
    try gao.sql(snippet.sql)
    try await expect(snippet, of: gao, in: world)
  }

  @Test(arguments: Snippet.all)
  func `while the records are on their way`(snippet: Snippet) async throws {
    let world = try World()
    let gao = try world.device()
    try gao.sql(Snippet.ground)
    gao.link.meanwhile { try gao.sql(snippet.sql) }
    _ = try await gao.client.sync()
    try await expect(snippet, of: gao, in: world)
  }

  @Test(arguments: Snippet.all)
  func `after an answer that was lost`(snippet: Snippet) async throws {
    let world = try World()
    let gao = try world.device()
    try gao.sql(Snippet.ground)
    gao.link.plan([.answerLost])
    _ = await failure { try await gao.client.sync() }
    try gao.sql(snippet.sql)
    try await expect(snippet, of: gao, in: world)
  }

  @Test func `an id never changes`() async throws {
    let world = try World()
    let gao = try world.device()
    try gao.sql(Snippet.ground)
    #expect(throws: DatabaseError.self) {
      try gao.sql("UPDATE contact SET id = '\(Snippet.three)' WHERE id = '\(Snippet.one)'")
    }
    #expect(throws: DatabaseError.self) {
      try gao.sql("INSERT INTO contact(id, display_name) VALUES ('trois', 'Trois')")
    }
    try await expect(Snippet("", ""), of: gao, in: world)
  }

  @Test func `a vacuum changes nothing`() async throws {
    let world = try World()
    let gao = try world.device()
    for round in 0..<2 {
      try gao.sql(round == 0 ? Snippet.ground : "DELETE FROM contact WHERE id = '\(Snippet.one)'")
      try gao.bare("VACUUM")
      try await expect(
        Snippet("", "", contacts: round == 0 ? ["Deux", "Un"] : ["Deux"]), of: gao, in: world)
      try gao.bare("VACUUM")
    }
    try gao.sql("UPDATE contact SET locality = 'Gao'")
    try gao.bare("VACUUM")
    try await expect(Snippet("", "", contacts: ["Deux"]), of: gao, in: world)
  }

  /// What the file shows is what the snippet says, before the sync, after it, and at the hub.
  private func expect(_ snippet: Snippet, of device: Device, in world: World) async throws {
    for round in ["before", "after"] {
      #expect(try device.contacts() == snippet.contacts, "\(round)")
      #expect(try device.comments() == snippet.comments, "\(round)")
      let report = try await device.client.sync()
      #expect(report.digestsEqual == true && report.refused == 0 && report.conflicts == 0)
    }
    #expect(try device.client.refusals().isEmpty)
    try world.expectAgreement([device])
  }
}

extension Device {
  fileprivate func comments() throws -> [String] {
    _ = try client.status()
    return try client.records(of: "roadmap_progress").map { $0["comment"].text ?? "" }.sorted()
  }

  /// Runs SQL outside any transaction.
  fileprivate func bare(_ text: String) throws {
    let queue = try DatabaseQueue(path: client.replica.path)
    try queue.writeWithoutTransaction { db in try db.execute(sql: text) }
    try queue.close()
  }
}
