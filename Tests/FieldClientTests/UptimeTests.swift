import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// A wall clock that is nine years ahead of the hub's: what the time since the machine's start
/// tells of each edit.
@Suite struct UptimeTests {
  private let world: World
  private let gao: Device
  private let wall: Clock
  private let uptime = Clock(500_000)

  init() async throws {
    world = try World(timeStands: true)
    wall = Clock(world.time.now)
    gao = try world.device("GAO", clock: wall, uptime: uptime)
    world.time.advance(-9 * 365 * 86_400_000)
    _ = try await gao.client.sync()
  }

  private func pass(_ milliseconds: Int64) {
    for clock in [world.time, wall, uptime] { clock.advance(milliseconds) }
  }

  private func stamp(_ id: RecordID) throws -> Stamp {
    try world.store.read { transaction in
      let type = try #require(world.store.schema[type: "contact"])
      return try #require(try transaction.record(type, id: id)).stamps.record
    }
  }

  @Test func `an edit of this start of the machine gets the time it had, exactly`() async throws {
    pass(1_000_000)
    let one = try gao.addContact("Un")
    let then = world.time.now
    pass(3_600_000)
    let two = try gao.addContact("Deux")
    wall.advance(-400 * 86_400_000)
    pass(1_000)
    let report = try await gao.client.sync()
    #expect(report.restamped == 2)
    #expect(try stamp(one).milliseconds == then)
    #expect(try stamp(two).milliseconds == then + 3_600_000)
  }

  @Test func `an edit by plain SQL keeps its place among those whose time is known`() async throws {
    pass(1_000_000)
    let one = try gao.addContact("Un")
    pass(1_000)
    try gao.sql(
      """
      INSERT INTO contact(id, display_name, function_title, contact_type, base_code,
        relationship, consent_basis, status, scope)
      VALUES ('00000000-0000-7000-8000-000000000001', 'SQL', 'x', 'autorite_administrative',
        'GAO', 'reguliere', 'fonction_officielle', 'actif', 'mission')
      """)
    pass(60_000)
    let two = try gao.addContact("Deux")
    let last = world.time.now
    pass(60_000)
    _ = try await gao.client.sync()
    let middle = try stamp(try #require(RecordID("00000000-0000-7000-8000-000000000001")))
    #expect(try stamp(one) < middle)
    #expect(try middle < stamp(two))
    #expect(try stamp(two).milliseconds == last)
  }

  @Test func `after a new start of the machine edits lie between the last sync and now`()
    async throws
  {
    let start = world.time.now
    pass(1_000_000)
    let one = try gao.addContact("Un")
    try gao.sql("UPDATE _journal SET field = 'another boot' WHERE kind = 5")
    pass(1_000_000)
    _ = try await gao.client.sync()
    #expect(try (start...world.time.now).contains(stamp(one).milliseconds))
  }

  @Test func `what the hub may have is not stamped anew`() async throws {
    world.time.advance(9 * 365 * 86_400_000)
    let one = try gao.addContact("Un")
    gao.link.plan([.answerLost])
    _ = try? await gao.client.sync()
    let before = try stamp(one)
    wall.advance(900_000)
    let two = try gao.addContact("Deux")
    let report = try await gao.client.sync()
    #expect(report.restamped == 1)
    #expect(report.digestsEqual == true)
    #expect(try stamp(one) == before)
    #expect(try stamp(two).milliseconds <= world.time.now + Limits.clockTolerance)
  }
}
