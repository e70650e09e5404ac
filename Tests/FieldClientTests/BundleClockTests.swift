import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// Nobody can measure a clock through a stick: what was stamped is what the hub has.
@Suite struct BundleClockTests {
  private static let day: Int64 = 86_400_000

  private func stamp(_ world: World, _ id: RecordID) throws -> Int64 {
    try world.store.read { transaction in
      let record = try transaction.record(Schema.mission[type: "contact"]!, id: id)
      return record!.stamps.record.milliseconds
    }
  }

  @Test func `weeks in a bag change no time`() async throws {
    let world = try World(timeStands: true)
    let gao = try await world.courier("GAO")
    let before = world.time.now
    let id = try gao.addContact("Patiente")
    try gao.client.writeBundle(to: world.path("stick"))
    world.time.advance(21 * Self.day)
    try world.read("stick", answer: "answer")
    world.time.advance(21 * Self.day)
    #expect(try gao.client.readBundle(from: world.path("answer")).pending == 0)
    #expect(abs(try stamp(world, id) - before) < 60_000)
    let device = try #require(try world.hub.devices().first)
    #expect(abs(device.clockError) < 1000, "what was last measured stands")
    #expect(device.lastSync == before, "the base was here when it wrote, not when somebody read")
    #expect(try gao.client.status().clockError ?? 0 < 1000)
  }

  @Test func `a bundle from the future is refused whole, and goes once the clock is right`()
    async throws
  {
    let world = try World(timeStands: true)
    let clock = Clock(world.time.now)
    let gao = try await world.courier("GAO", clock: clock)
    clock.advance(9 * 365 * Self.day)
    let id = try gao.addContact("De 2035")
    try gao.date(clock)
    try gao.client.writeBundle(to: world.path("stick"))
    #expect(throws: Problem(.bundle_ahead)) { try world.read("stick", answer: "answer") }
    #expect(try world.hubContacts() == [] && gao.client.status().pending == 1)
    clock.advance(-9 * 365 * Self.day)
    let written = try gao.client.writeBundle(to: world.path("stick.2"))
    #expect(written.restamped == 1)
    try world.read("stick.2", answer: "answer")
    #expect(try gao.client.readBundle(from: world.path("answer")).pending == 0)
    #expect(abs(try stamp(world, id) - world.time.now) <= 60_000)
    try world.expectAgreement([gao])
  }

  @Test func `a bundle that was refused for its clock goes over the network all the same`()
    async throws
  {
    let world = try World(timeStands: true)
    let clock = Clock(world.time.now)
    let gao = try await world.courier("GAO", clock: clock)
    clock.advance(9 * 365 * Self.day)
    try gao.addContact("De 2035")
    try gao.date(clock)
    try gao.client.writeBundle(to: world.path("stick"))
    #expect(throws: Problem(.bundle_ahead)) { try world.read("stick", answer: "answer") }
    let report = try await gao.client.sync()
    #expect(report.restamped == 1 && report.pending == 0)
    try world.expectAgreement([gao])
  }

  @Test func `a machine of 1970 stamps no earlier than its last sync`() async throws {
    let world = try World(timeStands: true)
    let clock = Clock(world.time.now)
    let gao = try await world.courier("GAO", clock: clock)
    let synced = world.time.now
    world.time.advance(3 * Self.day)
    clock.advance(-clock.now)
    let id = try gao.addContact("De 1970")
    try gao.date(clock)
    let written = try gao.client.writeBundle(to: world.path("stick"))
    #expect(written.restamped == 1)
    try world.read("stick", answer: "answer")
    #expect(try gao.client.readBundle(from: world.path("answer")).pending == 0)
    #expect(try (synced...world.time.now).contains(stamp(world, id)))
    try world.expectAgreement([gao])
  }

  @Test func `a clock that is known to be ahead is not believed`() async throws {
    let world = try World(timeStands: true)
    let clock = Clock(world.time.now + 3 * 3_600_000)
    let gao = try await world.courier("GAO", clock: clock)
    for time in [world.time, clock] { time.advance(Self.day) }
    let id = try gao.addContact("Trois heures trop tard")
    try gao.date(clock)
    #expect(try gao.client.writeBundle(to: world.path("stick")).restamped == 1)
    try world.read("stick", answer: "answer")
    #expect(try gao.client.readBundle(from: world.path("answer")).pending == 0)
    #expect(abs(try stamp(world, id) - world.time.now) <= 60_000)
  }
}

extension Device {
  /// The triggers read the clock of the machine that runs the tests; this one has another.
  fileprivate func date(_ clock: Clock) throws {
    try sql("UPDATE _journal SET wall = \(clock.now)")
  }
}
