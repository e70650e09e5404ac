import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// A clock that goes wrong between a request and the next: what the hub has already is stamped
/// anew all the same, and must not count as somebody else's.
@Suite struct FaultClockTests {
  private static let year: Int64 = 365 * 86_400_000

  @Test(arguments: [-50 * Self.year, 9 * Self.year], [0, 1, 2])
  func `answers are lost while the clock jumps`(jump: Int64, lost: Int) async throws {
    let world = try World()
    let clock = Clock(world.time.now)
    let (gao, bamako) = (try world.device("GAO", clock: clock), try world.device())
    let one = try gao.addContact("Un"), two = try gao.addContact("Deux")
    _ = try await gao.client.sync()
    try gao.client.write { writer in
      try writer.set("contact", one, ["phone_orange": "+22370000001"])
      try writer.delete("contact", "\(two)")
      try writer.add("contact", Device.contact("Trois"))
    }
    gao.link.plan([.answerLost])
    _ = await failure { try await gao.client.sync() }
    clock.advance(jump)
    try gao.addContact("Quatre")
    gao.link.plan([Link.Fault](repeating: .none, count: lost) + [.answerLost])
    _ = await failure { try await gao.client.sync() }
    gao.link.plan([])
    let last = try await gao.client.sync()
    #expect(last.digestsEqual == true)
    #expect(last.conflicts == 0 && last.refused == 0)
    try await expectNoStampAhead(world, gao, bamako, one)
  }

  private func expectNoStampAhead(
    _ world: World, _ gao: Device, _ bamako: Device, _ one: RecordID
  ) async throws {
    _ = try await bamako.client.sync()
    #expect(try bamako.contacts() == ["Quatre", "Trois", "Un"])
    let limit = world.time.now + Limits.clockTolerance
    let lines = try world.store.read { transaction in
      try (1...4).flatMap { try transaction.history("contact", Int64($0)) }
    }
    #expect(lines.allSatisfy { $0.stamp.milliseconds <= limit })
    try bamako.client.write { try $0.set("contact", one, ["phone_orange": "+22370000002"]) }
    #expect(try await bamako.client.sync().conflicts == 0)
    _ = try await gao.client.sync()
    #expect(try gao.client.record("contact", "\(one)")["phone_orange"] == "+22370000002")
    try world.expectAgreement([gao, bamako])
  }
}
