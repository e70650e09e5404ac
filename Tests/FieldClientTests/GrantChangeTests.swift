import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// Grants that change after enrolment.
@Suite struct GrantChangeTests {
  private static let gaoOnly = Grant(
    read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])

  @Test func `a new scope is filled, a withdrawn one leaves, an edit in it goes to Bamako`()
    async throws
  {
    let world = try World()
    let bamako = try world.device()
    let kidal = try world.device("KDL", role: .resp_base, grant: Self.gaoOnly)
    let id = try bamako.addContact("Un")
    try bamako.client.write { try $0.set("contact", id, ["scope": "base:KDL"]) }
    _ = try await bamako.client.sync()
    _ = try await kidal.client.sync()
    #expect(try kidal.contacts() == [])

    let wide = Grant(read: [.mission, .base("KDL")], write: [.mission, .base("KDL")])
    try world.hub.setGrant(wide, role: .cz, of: 2)
    _ = try await kidal.client.sync()
    #expect(try kidal.contacts() == ["Un"])
    #expect(try kidal.client.status().role == .cz)
    #expect(try kidal.client.status().scopes[.base("GAO")] == nil)

    try kidal.client.write { try $0.set("contact", id, ["locality": "Tessalit"]) }
    try world.hub.setGrant(Self.gaoOnly, role: nil, of: 2)
    _ = try await kidal.client.sync()
    #expect(try kidal.contacts() == [])
    #expect(try kidal.client.refusals().isEmpty)
    let proposal = try #require(try world.hub.conflicts().first { $0.field == "locality" })
    #expect(proposal.status == "proposal" && proposal.loser.value == "Tessalit")
    try world.hub.restoreConflict(proposal.id, language: .fr)
    _ = try await bamako.client.sync()
    #expect(try bamako.client.record("contact", "\(id)")["locality"] == "Tessalit")
    #expect(throws: Problem(.no_device, at: "9")) {
      try world.hub.setGrant(nil, role: .dp, of: 9)
    }
    try world.expectAgreement([bamako, kidal])
  }

  /// More than one page of new records, edits and a deletion, over a link that may lose answers.
  @Test(
    arguments: [[], [.answerLost], [.none, .answerLost], [.answerCut, .requestTwice]]
      as [[Link.Fault]])
  func `all that waits in a withdrawn scope reaches Bamako before it is dropped`(
    faults: [Link.Fault]
  ) async throws {
    let world = try World()
    let bamako = try world.device()
    let gao = try world.device("GAO", role: .resp_base, grant: Self.gaoOnly)
    let known = try gao.addContact("Connu", ["scope": "base:GAO"])
    for device in [gao, bamako] { _ = try await device.client.sync() }
    let count = 300
    try gao.client.write { writer in
      for number in 0..<count {
        _ = try writer.add("contact", Device.contact("Neuf \(number)", ["scope": "base:GAO"]))
      }
      try writer.set("contact", known, ["locality": "Ansongo"])
    }
    try world.hub.setGrant(Grant(read: [.mission], write: [.mission]), role: nil, of: 2)
    gao.link.run(bytesPerSecond: 100)
    gao.link.plan(faults)
    for _ in 0..<4 { _ = try? await gao.client.sync() }
    #expect(try gao.client.status().pending == 0)
    #expect(try gao.client.refusals().isEmpty)
    #expect(try gao.contacts() == [])
    #expect(gao.link.requests > 4)
    _ = try await bamako.client.sync()
    #expect(try bamako.client.records(of: "contact").filter { $0.scope == .bamako }.count == count)
    let proposals = try world.hub.conflicts().filter { $0.status == "proposal" }
    #expect(proposals.filter { $0.field == "scope" && $0.loser.value == "base:GAO" }.count == count)
    #expect(proposals.filter { $0.loser.value == "Ansongo" }.count == 1)
    try world.hub.restoreConflict(proposals[0].id, language: .fr)
    _ = try await bamako.client.sync()
    try world.expectAgreement([bamako, gao])
  }

  @Test func `who never could write somewhere is refused, whatever it says to know`() async throws {
    let world = try World()
    let own = Grant(read: [.mission], write: [.mission])
    let gao = try world.device("GAO", role: .resp_base, grant: own)
    // A first sync says that it knows of no grant.
    try gao.addContact("Neuf", ["scope": "base:GAO"])
    #expect(try await gao.client.sync().refused == 1)
    try world.hub.setGrant(own, role: .cz, of: 1)
    try gao.addContact("Encore", ["scope": "base:GAO"])
    #expect(try await gao.client.sync().refused == 1)
    #expect(try world.hub.conflicts().isEmpty)
  }

  @Test func `who knows of the withdrawal is refused`() async throws {
    let world = try World()
    let gao = try world.device("GAO", role: .resp_base, grant: Self.gaoOnly)
    try world.hub.setGrant(Grant(read: [.mission], write: [.mission]), role: nil, of: 1)
    _ = try await gao.client.sync()
    try gao.addContact("Neuf", ["scope": "base:GAO"])
    let report = try await gao.client.sync()
    #expect(report.refused == 1)
    #expect(try world.hub.conflicts().isEmpty)
  }
}
