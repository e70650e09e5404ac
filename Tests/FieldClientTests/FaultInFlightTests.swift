import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// Somebody writes between the moment a request is put together and the arrival of its answer.
@Suite struct FaultInFlightTests {
  enum Ending: CaseIterable { case answered, lost }

  @Test(arguments: Ending.allCases)
  func `an edit of the record that is on its way stays and goes next`(ending: Ending) async throws {
    try await run(ending, expecting: ["Deux"]) { client, id in
      try client.write { try $0.set("contact", id, ["display_name": "Deux"]) }
    }
  }

  @Test(arguments: Ending.allCases)
  func `another record waits for the next exchange`(ending: Ending) async throws {
    try await run(ending, expecting: ["Trois", "Un"]) { client, _ in
      _ = try client.write { try $0.add("contact", Device.contact("Trois")) }
    }
  }

  @Test(arguments: Ending.allCases)
  func `a record deleted on its way goes at the hub too`(ending: Ending) async throws {
    try await run(ending, expecting: []) { client, id in
      try client.write { try $0.delete("contact", "\(id)") }
    }
  }

  @Test(arguments: Ending.allCases)
  func `a record deleted and entered again on its way lives`(ending: Ending) async throws {
    try await run(ending, expecting: ["Revenu"]) { client, id in
      try client.write { try $0.delete("contact", "\(id)") }
      try client.write { try $0.add("contact", id: id, Device.contact("Revenu")) }
    }
  }

  @Test func `a value that was corrected while the hub refused it is not lost`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    let id = RecordID(Snippet.one)!
    try gao.sql(Snippet.ground)
    try gao.sql("UPDATE contact SET phone_orange = 'faux' WHERE id = '\(id)'")
    let client = gao.client
    gao.link.meanwhile {
      try client.write { try $0.set("contact", id, ["phone_orange": "+22370000001"]) }
    }
    #expect(try await gao.client.sync().refused == 1)
    #expect(try gao.client.refusals().map(\.field) == ["phone_orange"])
    #expect(try gao.client.status().pending == 1)
    #expect(try await gao.client.sync().digestsEqual == true)
    #expect(try gao.client.record("contact", "\(id)")["phone_orange"] == "+22370000001")
    try world.expectAgreement([gao])
  }

  @Test(arguments: [nil, "Revenu", "Un"])
  func `a record entered again while its deletion is on its way lives`(
    name: String?
  ) async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("Un", ["phone_orange": "+22370000001"])
    _ = try await gao.client.sync()
    try gao.client.write { try $0.delete("contact", "\(id)") }
    let client = gao.client
    gao.link.meanwhile {
      guard let name else { return }
      try client.write { try $0.add("contact", id: id, Device.contact(name)) }
    }
    _ = try await gao.client.sync()
    #expect(try gao.client.status().pending == (name == nil ? 0 : 1))
    #expect(try await gao.client.sync().digestsEqual == true)
    _ = try await bamako.client.sync()
    #expect(try bamako.contacts() == (name.map { [$0] } ?? []))
    #expect(try bamako.client.records(of: "contact").allSatisfy { $0["phone_orange"].isNull })
    try world.expectAgreement([gao, bamako])
  }

  /// Once while a creation is on its way, once while an edit is.
  private func run(
    _ ending: Ending, expecting names: [String],
    _ edit: @escaping @Sendable (FieldClient, RecordID) throws -> Void
  ) async throws {
    for isKnown in [false, true] {
      let world = try World()
      let (gao, bamako) = (try world.device("GAO"), try world.device())
      let id = try gao.addContact(isKnown ? "Zéro" : "Un")
      if isKnown {
        _ = try await gao.client.sync()
        try gao.client.write { try $0.set("contact", id, ["display_name": "Un"]) }
      }
      let client = gao.client
      gao.link.meanwhile { try edit(client, id) }
      gao.link.plan(ending == .lost ? [.answerLost] : [])
      let first = await failure { try await gao.client.sync() }
      #expect((first == nil) == (ending == .answered))
      #expect(try gao.contacts() == names, "known: \(isKnown)")
      #expect(try gao.client.status().pending > 0, "known: \(isKnown)")
      let second = try await gao.client.sync()
      #expect(second.digestsEqual == true, "known: \(isKnown)")
      #expect(second.conflicts == 0 && second.refused == 0, "known: \(isKnown)")
      _ = try await bamako.client.sync()
      #expect(try world.hubContacts() == names, "known: \(isKnown)")
      try world.expectAgreement([gao, bamako], "known: \(isKnown)")
    }
  }
}
