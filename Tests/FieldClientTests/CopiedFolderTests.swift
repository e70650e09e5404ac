import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// One device's folder on two machines, or put back from a copy.
@Suite struct CopiedFolderTests {
  private let world: World
  private let gao: Device
  private let bamako: Device

  init() async throws {
    world = try World()
    gao = try world.device("GAO")
    bamako = try world.device()
    try gao.addContact("Un")
    _ = try await gao.client.sync()
  }

  @Test func `what both copies write reaches everybody, and both sides are told`() async throws {
    let copy = try world.copy(gao)
    for round in 1...3 {
      try gao.addContact("Gao \(round)")
      try copy.addContact("Copie \(round)")
      for device in [gao, copy, bamako] { _ = try await device.client.sync() }
    }
    for device in [gao, copy, bamako] { _ = try await device.client.sync() }
    for device in [gao, copy, bamako] { #expect(try device.contacts().count == 7) }
    try world.expectAgreement([gao, copy, bamako])
    #expect(try gao.client.status().sharedAt != nil)
    #expect(try copy.client.status().sharedAt != nil)
    #expect(try bamako.client.status().sharedAt == nil)
    let devices = try world.hub.devices()
    #expect(devices.map { $0.sharedAt != nil } == [true, false])
  }

  @Test func `both copies edit one field: one value stands and the other is kept`() async throws {
    let copy = try world.copy(gao)
    let id = try #require(try gao.client.records(of: "contact").first).id
    try gao.client.write { try $0.set("contact", id, ["phone_orange": "+22370000001"]) }
    try copy.client.write { try $0.set("contact", id, ["phone_orange": "+22370000002"]) }
    for device in [gao, copy, gao, copy, bamako] { _ = try await device.client.sync() }
    try world.expectAgreement([gao, copy, bamako])
    let history = try world.hub.history("contact", "\(id)").filter { $0.field == "phone_orange" }
    let conflicts = try world.hub.conflicts().flatMap { [$0.winner.value, $0.loser.value] }
    #expect(Set(history.map(\.value) + conflicts).isSuperset(of: ["+22370000001", "+22370000002"]))
  }

  @Test(arguments: [["a", "b"], ["b", "a"]], [false, true])
  func `two values that copies wrote under one stamp are both found, and digests tell them apart`(
    words: [String], isRepeated: Bool
  ) async throws {
    let copy = try world.copy(gao)
    for (device, word) in zip([gao, copy], words) {
      try device.sql("UPDATE contact SET locality = '\(word)'; UPDATE _journal SET wall = 0")
      if isRepeated { device.link.plan([.requestTwice]) }
      _ = try await device.client.sync()
    }
    for device in [gao, copy, bamako] { _ = try await device.client.sync() }
    let contact = try #require(try gao.client.records(of: "contact").first)
    let conflicts = try world.hub.conflicts().filter { $0.field == "locality" }
    #expect(conflicts.map { [$0.winner.value, $0.loser.value] } == [["b", "a"]])
    #expect(Set(conflicts.flatMap { [$0.winner.stamp, $0.loser.stamp] }).count == 1)
    let history = try world.hub.history("contact", "\(contact.id)")
    let stamps = history.filter { $0.field == "locality" }.map(\.stamp)
    #expect(
      stamps.last?.device == 0 && Set(stamps).count == stamps.count - (words[0] == "a" ? 1 : 0))
    for device in [gao, copy, bamako] {
      #expect(try device.records(.mission) == world.hubRecords(.mission))
      #expect(try device.client.records(of: "contact").map { $0["locality"] } == ["b"])
    }
    try world.expectAgreement([gao, copy, bamako])
  }

  @Test func `of two values under one stamp neither is lost with a hub that is restored`()
    async throws
  {
    let copy = try world.copy(gao)
    let backup = try world.backUp()
    for (device, word) in zip([gao, copy], ["a", "b"]) {
      try device.sql("UPDATE contact SET locality = '\(word)'; UPDATE _journal SET wall = 0")
    }
    _ = try await gao.client.sync()
    try world.restore(backup)
    for device in [copy, gao, bamako, copy, gao] { _ = try await device.client.sync() }
    let conflict = try #require(try world.hub.conflicts().first { $0.field == "locality" })
    #expect([conflict.winner.value, conflict.loser.value] == ["b", "a"])
    for device in [gao, copy, bamako] {
      #expect(try device.records(.mission) == world.hubRecords(.mission))
    }
    try world.expectAgreement([gao, copy, bamako])
  }

  @Test func `a deletion that one copy confirmed and the hub dropped still reaches the other`()
    async throws
  {
    try gao.addContact("Deux")
    for device in [gao, bamako] { _ = try await device.client.sync() }
    let copy = try world.copy(gao)
    try bamako.sql("DELETE FROM contact WHERE display_name = 'Un'")
    for device in [bamako, copy, bamako, copy] { _ = try await device.client.sync() }
    #expect(try world.hub.compact() == 1)
    gao.link.plan([.none, .requestLost])
    _ = try? await gao.client.sync()
    gao.link.plan([])
    let (own, hub) = (try gao.client.status().scopes[.mission], try world.scopes()[.mission])
    #expect(own?.seq != hub?.seq || own?.records == hub?.records)
    _ = try await gao.client.sync()
    #expect(try gao.contacts() == ["Deux"])
    try world.expectAgreement([gao, copy, bamako])
  }

  @Test func `a folder put back from a copy gets its own lost writes back`() async throws {
    let copy = try world.copy(gao)
    try gao.addContact("Deux")
    _ = try await gao.client.sync()
    _ = try await copy.client.sync()
    #expect(try copy.contacts() == ["Deux", "Un"])
    try world.expectAgreement([copy])
  }

  @Test(arguments: [Link.Fault.answerLost, .answerCut, .requestLost])
  func `a bad link is no second machine`(fault: Link.Fault) async throws {
    for _ in 0..<3 {
      gao.link.plan([fault, fault])
      for _ in 0..<2 { _ = try? await gao.client.sync() }
      _ = try await gao.client.sync()
    }
    #expect(try gao.client.status().sharedAt == nil)
  }
}
