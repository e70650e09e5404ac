import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

@Suite struct `Replicas and the hub agree` {
  static let contact: [String: Value] = [
    "display_name": "Représentante (fictive)", "function_title": "Préfète",
    "contact_type": "autorite_administrative", "base_code": "GAO", "relationship": "reguliere",
    "consent_basis": "fonction_officielle", "status": "actif", "scope": "mission",
  ]

  @Test func `a record written offline reaches the other device`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.client.write { try $0.add("contact", Self.contact) }
    let sent = try await gao.client.sync()
    #expect(sent.requests == 1)
    #expect(sent.admitted == 1)
    #expect(sent.digestsEqual == true)
    let got = try await bamako.client.sync()
    #expect(got.received == 1)
    #expect(try bamako.client.record("contact", "\(id)")["function_title"] == "Préfète")
    try check(world, [gao, bamako])
  }

  @Test func `two edits of one number have one winner everywhere and the loser is kept`()
    async throws
  {
    let world = try World()
    let (bandiagara, bamako) = (try world.device("BDG"), try world.device())
    let id = try bamako.client.write { try $0.add("contact", Self.contact) }
    _ = try await bamako.client.sync()
    _ = try await bandiagara.client.sync()
    world.time.advance(1000)
    try bandiagara.client.write {
      try $0.set("contact", id, ["phone_orange": "+22370000001", "email": "b@example.ml"])
    }
    world.time.advance(1000)
    try bamako.client.write {
      try $0.set("contact", id, ["phone_orange": "+22370000002", "organisation": "Préfecture"])
    }
    _ = try await bamako.client.sync()
    let lost = try await bandiagara.client.sync()
    #expect(lost.conflicts == 1)
    _ = try await bamako.client.sync()
    for device in [bandiagara, bamako] {
      let record = try device.client.record("contact", "\(id)")
      #expect(record["phone_orange"] == "+22370000002")
      #expect(record["email"] == "b@example.ml")
      #expect(record["organisation"] == "Préfecture")
    }
    let conflict = try #require(try bandiagara.client.conflicts().first)
    #expect(conflict.loser.value == "+22370000001")
    #expect(conflict.status == "open")
    try check(world, [bandiagara, bamako])
  }

  @Test(arguments: 1...100)
  func `random work over a bad link ends equal`(seed: Int) async throws {
    let world = try World(seed: UInt64(seed))
    let dice = Dice(UInt64(seed) &* 7919)
    let mission = Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])
    let devices = [
      try world.device(), try world.device("GAO", role: .resp_base, grant: mission),
      try world.device("GAO", role: .cz, grant: mission),
    ]
    for step in 0..<120 {
      world.time.advance(Int64(dice.below(3) * 500))
      let device = dice.pick(devices)
      if dice.below(10) == 0 { try world.hub.compact() }
      do {
        try await act(dice, device, step)
      } catch let problem as Problem where expected.contains(problem.code) {
      } catch {
        Issue.record("seed \(seed) step \(step): \(error)")
        return
      }
    }
    for _ in 0..<3 {
      for device in devices {
        device.link.plan([])
        do {
          let report = try await device.client.sync()
          #expect(report.digestsEqual == true, "seed \(seed): \(report.unequal)")
        } catch {
          Issue.record("seed \(seed) at the end: \(error)")
          return
        }
      }
    }
    try check(world, devices, "seed \(seed)")
  }

  @Test(arguments: 1...40)
  func `random work by stick and over a bad link ends equal`(seed: Int) async throws {
    let world = try World(seed: UInt64(seed))
    let dice = Dice(UInt64(seed) &* 104_729)
    let mission = Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])
    let devices = [
      try await world.courier(),
      try await world.courier("GAO", role: .resp_base, grant: mission),
      try await world.courier("GAO", role: .cz, grant: mission),
    ]
    let couriers = Couriers(world)
    for step in 0..<160 {
      world.time.advance(Int64(dice.below(3) * 500))
      let device = dice.pick(devices)
      do {
        switch dice.below(9) {
        case 0: try couriers.write(device)
        case 1: try couriers.arrive(dice)
        case 2: try couriers.comeBack(dice)
        default: try await act(dice, device, step, syncs: dice.below(4) == 0)
        }
      } catch let problem as Problem where expected.contains(problem.code) {
      } catch {
        Issue.record("seed \(seed) step \(step): \(error)")
        return
      }
    }
    #expect(couriers.written > 0 && couriers.admitted > 0)
    for _ in 0..<3 {
      for device in devices {
        device.link.plan([])
        let report = try await device.client.sync()
        #expect(report.digestsEqual == true, "seed \(seed): \(report.unequal)")
      }
    }
    try check(world, devices, "seed \(seed)")
  }

  private let expected: Set<Problem.Code> = [
    .offline, .interrupted, .not_understood, .already_exists, .not_found, .bundle_old,
  ]

  private func act(
    _ dice: Dice, _ device: Device, _ step: Int, syncs: Bool = true
  ) async throws {
    let contacts = try device.client.records(of: "contact")
    switch dice.below(14) {
    case 0, 1, 2:
      try device.client.write { writer in
        try writer.add(
          "contact",
          Self.contact.merging(["scope": .text(dice.pick(["mission", "base:GAO"]))]) { $1 })
      }
    case 3, 4, 5, 6:
      guard !contacts.isEmpty else { return }
      let field = dice.pick(["phone_orange", "phone_malitel", "organisation"])
      let text = field == "organisation" ? "Org \(step)" : "+2237000\(1000 + step)"
      try device.client.write {
        try $0.set(
          "contact", dice.pick(contacts).id, [field: dice.below(5) == 0 ? .null : .text(text)])
      }
    case 7:
      guard !contacts.isEmpty else { return }
      try device.client.write { try $0.delete("contact", "\(dice.pick(contacts).id)") }
    case 8:
      try handWritten(dice, device, contacts, step)
    case 9:
      try device.client.write { writer in
        try writer.add(
          "roadmap_progress",
          [
            "roadmap_code": .text("FR-\(dice.below(3)).1"), "quarter": "2026Q1",
            "progress_pct": .int(Int64(dice.below(100))),
            "rag": .text(dice.pick(["vert", "jaune", "rouge"])), "comment": .text("c\(step)"),
          ])
      }
    case 10:
      guard !contacts.isEmpty else { return }
      try device.client.write {
        try $0.set(
          "contact", dice.pick(contacts).id,
          ["scope": .text(dice.pick(["mission", "base:GAO", "bamako"]))])
      }
    default:
      guard syncs else { return }
      device.link.plan(
        (0..<3).map { _ in dice.pick([.none, .none, .requestLost, .answerLost, .answerCut]) })
      _ = try await device.client.sync()
    }
  }

  private func handWritten(
    _ dice: Dice, _ device: Device, _ contacts: [Shared.Record], _ step: Int
  ) throws {
    guard let contact = contacts.first else { return }
    let id = dice.pick(contacts).id
    _ = contact
    try device.sql(
      dice.pick([
        "UPDATE contact SET locality = 'Ansongo \(step)' WHERE id = '\(id)'",
        "DELETE FROM contact WHERE id = '\(id)'",
        """
        INSERT OR REPLACE INTO contact(id, display_name, function_title, contact_type, base_code,
          relationship, consent_basis, status, scope)
        VALUES ('\(id)', 'Remplacé \(step)', 'Maire', 'media', 'GAO', 'ponctuelle',
          'accord_oral', 'actif', 'mission')
        """,
        """
        DELETE FROM contact WHERE id = '\(id)';
        INSERT INTO contact(id, display_name, function_title, contact_type, base_code,
          relationship, consent_basis, status, scope)
        VALUES ('\(id)', 'Revenu \(step)', 'Maire', 'media', 'GAO', 'ponctuelle',
          'accord_oral', 'actif', 'mission')
        """,
        """
        INSERT INTO contact(id, display_name, function_title, contact_type, base_code,
          relationship, consent_basis, status, scope)
        VALUES ('\(id)', 'Mis à jour', 'Maire', 'media', 'GAO', 'ponctuelle',
          'accord_oral', 'actif', 'mission')
        ON CONFLICT(id) DO UPDATE SET display_name = 'Mis à jour \(step)'
        """,
        "INSERT INTO contact(display_name, status) VALUES ('Incomplet', 'nulle part')",
      ]))
  }

  private func check(_ world: World, _ devices: [Device], _ comment: String = "") throws {
    let scopes = try world.scopes()
    for device in devices {
      let status = try device.client.status()
      #expect(status.pending == 0, "\(comment)")
      for (scope, state) in status.scopes {
        let hub = scopes[scope] ?? ScopeState()
        #expect(state.digest == hub.digest, "\(comment) \(scope)")
        #expect(state.records == hub.records, "\(comment) \(scope)")
        let ours = Set(try device.records(scope))
        let theirs = Set(try world.hubRecords(scope))
        let differing = ours.symmetricDifference(theirs).map { $0.prefix(60) }.sorted()
        #expect(differing == [], "\(comment) \(scope) \(device.client.directory)")
      }
    }
  }
}
