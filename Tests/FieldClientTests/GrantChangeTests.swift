import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// Grants that change after enrolment.
@Suite struct GrantChangeTests {
  private static let gaoOnly = Grant(
    read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])

  @Test func `a new scope is filled, a withdrawn one leaves, an edit in it is kept`() async throws {
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
    #expect(try kidal.client.refusals().contains { $0.values["locality"] == "Tessalit" })
    #expect(throws: Problem(.not_found, at: "9")) {
      try world.hub.setGrant(nil, role: .dp, of: 9)
    }
    try world.expectAgreement([bamako])
  }
}
