import FieldClient
import Testing

@testable import Simulation

/// How often a machine waits for its disk. On a laptop's disk that takes longer than all else.
@Suite struct WaitingTests {
  @Test func `a write waits for the disk once, its sync twice, and the hub once`() async throws {
    let scaffold = try Scaffold()
    let world = World(
      Plan(seed: 3, laptops: 1, steps: []), in: scaffold, sabotage: nil, tells: nil)
    try await World.$current.withValue(world) {
      let (laptop, hub) = (world.laptops[0], world.hub.disk)
      let client = try laptop.client()
      try enter("Premier", client)
      _ = try await client.sync()
      var counted = laptop.disk.syncs
      try enter("Deuxième", client)
      #expect(laptop.disk.syncs - counted == 1)
      counted = laptop.disk.syncs
      var admitted = hub.syncs
      #expect(try await client.sync().admitted == 1)
      #expect(laptop.disk.syncs - counted == 2)
      #expect(hub.syncs - admitted == 1)
      counted = laptop.disk.syncs
      admitted = hub.syncs
      #expect(try await client.sync().complete)
      #expect(laptop.disk.syncs - counted == 1)
      #expect(hub.syncs - admitted == 1)
      world.close()
    }
  }

  private func enter(_ title: String, _ client: FieldClient) throws {
    _ = try client.write { try $0.add("sheet", ["title": .text(title), "place": "GAO"]) }
  }
}
