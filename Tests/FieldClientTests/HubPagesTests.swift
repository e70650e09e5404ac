import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

@Suite struct HubPagesTests {
  /// A hub with records that were made, edited, deleted and moved by two devices.
  private func furnished() async throws -> World {
    let world = try World(seed: 7)
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let ids = try gao.client.write { writer in
      try (0..<40).map { number in
        try writer.add(
          "contact", HubSample.contact.merging(["locality": .text("Lieu \(number)")]) { $1 })
      }
    }
    _ = try await gao.client.sync()
    _ = try await bamako.client.sync()
    try bamako.client.write { writer in
      for (index, id) in ids.enumerated() {
        switch index % 4 {
        case 0:
          try writer.set("contact", id, ["email": .text("x\(index)@example.ml")])
        case 1: try writer.delete("contact", "\(id)")
        case 2: try writer.set("contact", id, ["scope": "base:GAO"])
        default: break
        }
      }
    }
    _ = try await bamako.client.sync()
    try alert(gao, "A")
    try alert(gao, "B")
    _ = try await gao.client.sync()
    return world
  }

  private func alert(_ device: Device, _ title: String) throws {
    try device.sql(
      """
      INSERT INTO alert(kind, base_code, zone, title, message, effective_from, issued_by)
      VALUES ('alerte_adhoc', 'GAO', 'Zone', '\(title)', 'Exercice', '2026-11-22T08:00:00Z',
        '5f65ec54-0000-7000-8000-000000000001')
      """)
  }

  @Test func `what cannot wait comes with the first page, and what becomes of it is told`()
    async throws
  {
    let world = try World(seed: 9)
    let gao = try world.device("GAO")
    try gao.client.write { writer in
      for _ in 0..<300 { try writer.add("contact", HubSample.contact) }
    }
    _ = try await gao.client.sync()
    try alert(gao, "A")
    try alert(gao, "B")
    _ = try await gao.client.sync()
    for isKnown in [false, true] {
      let device = try world.device("GAO")
      if isKnown {
        _ = try await device.client.sync()
        try gao.client.write { writer in
          for _ in 0..<300 { try writer.add("contact", HubSample.contact) }
        }
        try alert(gao, "C")
        _ = try await gao.client.sync()
      }
      var alerts = 0
      let pages = try await collect(world, device, 4_096) { page, received in
        alerts += received.count { $0 == "alert" }
        guard page == 1 else { return }
        #expect(alerts == (isKnown ? 1 : 2))
        #expect(try device.titles() == (isKnown ? ["A", "C"] : ["A", "B"]))
        // It goes before its turn came.
        try gao.sql("DELETE FROM alert WHERE title = '\(isKnown ? "C" : "B")'")
        _ = try await gao.client.sync()
      }
      #expect(pages > 3)
      // Once more in its turn, and the deletion.
      #expect(alerts == (isKnown ? 2 : 4))
      #expect(try device.titles() == ["A"])
      try checkProof(world, device)
    }
  }

  @Test func `any page size gives the same replica`() async throws {
    let world = try await furnished()
    for budget in [1, 100, 4_096, 1 << 20] {
      for grant in [Grant.all, Grant(read: [.mission, .base("GAO")], write: [])] {
        let device = try world.device("GAO", grant: grant)
        let pages = try await collect(world, device, budget)
        #expect(budget > 1 || pages >= 30)
        #expect(budget < 1 << 20 || pages == 1)
        for scope in [Scope.mission, .base("GAO")] {
          let (ours, theirs) = (try device.records(scope), try world.hubRecords(scope))
          #expect(ours == theirs, "\(budget) \(scope)")
        }
        try checkProof(world, device)
      }
    }
  }

  @Test func `however much a device asks for, an answer has its limit`() async throws {
    let world = try World(seed: 8)
    let gao = try world.device("GAO")
    let long = String(repeating: "x", count: 70_000)
    try gao.client.write { writer in
      for _ in 0..<60 {
        try writer.add("contact", HubSample.contact.merging(["introduced_by": .text(long)]) { $1 })
      }
    }
    _ = try await gao.client.sync()
    let bytes = 60 * long.utf8.count
    let pages = try await collect(world, try world.device("GAO"), Int(Int32.max))
    #expect(pages > 1 && pages == (bytes + Limits.bundlePage - 1) / Limits.bundlePage)
  }

  /// - Parameter taken: told of each page's number, from 1, and the types of what it brought.
  private func collect(
    _ world: World, _ device: Device, _ budget: Int,
    taken: (_ page: Int, _ received: [String]) async throws -> Void = { _, _ in }
  ) async throws -> Int {
    let replica = device.client.replica
    let who = try world.hub.admit(token: device.client.token)
    var pages = 0
    while true {
      let position = try replica.position()
      let request = SyncRequest(
        deviceClock: world.time.now, schemaVersion: position.schemaVersion, program: "test",
        grantVersion: position.grantVersion, noticeCursor: position.noticeCursor,
        knownDevices: position.knownDevices, budget: budget, waiting: 0,
        cursors: position.cursors, push: Changeset())
      let answer = try world.hub.answer(request, for: who, language: .fr)
      let report = try replica.apply([answer], to: PendingPage(), now: world.time.now)
      #expect(report.unequal == [])
      pages += 1
      try await taken(
        pages, answer.pull.groups.flatMap { group in group.records.map { _ in group.type } })
      guard answer.hasMore else { return pages }
    }
  }

  private func checkProof(_ world: World, _ device: Device) throws {
    let scopes = try world.scopes()
    for (scope, state) in try device.client.status().scopes {
      #expect(state.digest == scopes[scope]?.digest ?? Digest(), "\(scope)")
      #expect(state.records == scopes[scope]?.records ?? 0, "\(scope)")
    }
  }
}

extension Device {
  fileprivate func titles() throws -> [String] {
    try client.records(of: "alert").compactMap { $0["title"].text }.sorted()
  }
}
