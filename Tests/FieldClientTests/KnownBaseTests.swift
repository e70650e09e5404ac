import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A base that is not in the list is refused where the list is known.
@Suite struct KnownBaseTests {
  private let world: World
  private let bamako: Device

  init() throws {
    world = try World()
    _ = try world.hub.load(try BaseList.rows(.mission), language: .en)
    bamako = try world.device()
  }

  @Test func `at the hub, and no scope is born`() async throws {
    let report = try await { () async throws in
      try bamako.addContact("A", ["base_code": "ZZZ", "scope": .null])
      try bamako.addContact("B", ["scope": "base:ZZZ"])
      return try await bamako.client.sync()
    }()
    #expect(report.refused == 2 && report.admitted == 0)
    #expect(Set(try bamako.client.refusals().map(\.code)) == ["no_base"])
    #expect(try world.scopes().keys.sorted() == [.mission])
    try world.expectAgreement([bamako])
  }

  @Test func `at the hub, when a record is moved there`() async throws {
    try bamako.addContact("A", ["contact_type": "communautaire", "scope": .null])
    _ = try await bamako.client.sync()
    try bamako.sql("UPDATE contact SET base_code = 'ZZZ'")
    #expect(try await bamako.client.sync().refused == 1)
    #expect(try world.scopes().keys.sorted() == [.base("GAO"), .mission])
    try world.expectAgreement([bamako])
  }

  @Test func `on the device, once it has the list`() async throws {
    try bamako.addContact("A", ["base_code": "ZZZ"])
    _ = try await bamako.client.sync()
    #expect(throws: Problem(.no_base, at: "base_code")) {
      try bamako.addContact("A", ["base_code": "ZZZ"])
    }
    let id = try bamako.addContact("B")
    #expect(throws: Problem(.no_base, at: "base_code")) {
      try bamako.client.write { try $0.set("contact", id, ["base_code": "ZZZ"]) }
    }
  }
}
