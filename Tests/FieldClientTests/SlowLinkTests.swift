import BadLink
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What work costs over the links that bases have, in bytes and in the link's own time, and what comes of
/// a sync whose link stops.
@Suite struct SlowLinkTests {
  /// Requests, bytes with TLS, and seconds, at most.
  typealias Cost = (requests: Int, bytes: Int, seconds: Double)

  private static let links: [(profile: LinkProfile, first: Cost, one: Cost, many: Cost)] = [
    (.satellite, (3, 150_000, 13), (1, 2_450, 2.2), (1, 3_600, 2.5)),
    (.secondGeneration, (7, 155_000, 65), (1, 2_450, 2.2), (1, 3_600, 2.8)),
    (.thuraya, (15, 180_000, 130), (1, 2_450, 5), (1, 3_600, 5.6)),
  ]

  @Test
  func `5000 records at first, then one edit, then 200 cost no more than this over each link`()
    async throws
  {
    let world = try World()
    let writer = try world.device()
    try writer.enter(5_000)
    _ = try await writer.client.sync()
    for (profile, first, one, many) in Self.links {
      let (client, link) = try world.reach(world.device(), over: profile)
      let all = try await client.sync()
      #expect(all.received >= 5_000 && all.digestsEqual == true)
      expect(all, link, within: first, profile)
      for (count, cost) in [(1, one), (200, many)] {
        try client.edit(count)
        link.begin()
        let report = try await client.sync()
        #expect(report.admitted == count && report.digestsEqual == true)
        expect(report, link, within: cost, profile)
      }
    }
  }

  private func expect(
    _ report: SyncReport, _ link: SlowLink, within cost: Cost, _ profile: LinkProfile
  ) {
    let (traffic, seconds) = (link.traffic, link.seconds)
    let said: Comment = "\(profile.name): \(report.requests) requests, \(traffic), \(seconds) s"
    #expect(report.requests <= cost.requests, said)
    #expect(traffic.up + traffic.down <= cost.bytes, said)
    #expect(seconds <= cost.seconds, said)
    #expect(traffic.lost * 20 < traffic.up + traffic.down, said)
  }

  @Test(arguments: [LinkProfile.satellite, .secondGeneration, .thuraya])
  func `of 5000 new records that go up less than a twentieth goes twice`(profile: LinkProfile)
    async throws
  {
    let world = try World()
    let writer = try world.device()
    try writer.enter(5_000)
    let (client, link) = try world.reach(writer, over: profile)
    let report = try await client.sync()
    #expect(report.complete && report.admitted == 5_000 && report.digestsEqual == true)
    let traffic = link.traffic
    #expect(traffic.lost * 20 < traffic.up + traffic.down, "\(traffic), \(link.seconds) s")
    // It counts what it gave the kernel, some of which never left.
    #expect(report.bytesWasted >= traffic.lost)
    // Three seconds' worth, the round trip included; the first is a guess.
    let most = 3 + (profile.stalls?.length ?? 0)
    #expect(link.passed.dropFirst().allSatisfy { $0.secondsUp < most })
  }

  @Test func `what the hub had when the link was cut is named, and neither goes nor comes again`()
    async throws
  {
    let world = try World()
    let writer = try world.device()
    try writer.enter(2_000)
    let (client, link) = try world.reach(writer, over: .thuraya)
    let report = try await client.sync()
    #expect(report.admitted == 2_000 && report.digestsEqual == true)
    let passed = link.passed
    let named = passed.indices.filter { BodyName.isName(passed[$0].body) }
    // Each stands for the one before it, and for nothing else.
    for index in named {
      #expect(passed[index - 1].isCut && passed[index].body == BodyName.of(passed[index - 1].body))
    }
    #expect(
      named.contains {
        passed[$0].received < 400 && $0 + 1 < passed.count
          && passed[$0 + 1].body != passed[$0 - 1].body
      })
    #expect(try world.contacts() == 2_000)
  }

  @Test func `pages follow the link`() async throws {
    let world = try World()
    let writer = try world.device()
    try writer.enterNoise(800)
    _ = try await writer.client.sync()
    for profile in [LinkProfile.satellite, .secondGeneration, .thuraya] {
      let (client, link) = try world.reach(world.device(), over: profile)
      #expect(try await client.sync().digestsEqual == true)
      let budgets = try link.passed.map {
        try SyncRequest(encoded: Compression.expand($0.body, limit: Limits.expandedBody)).budget
      }
      // Fifteen seconds' worth, as far as it can be told from what the first one took.
      let page = profile.down / 8 * 15 * 3
      let range = page * 0.65...page * 1.05
      #expect(range.contains(Double(budgets[1])), "\(profile.name) \(budgets)")
    }
  }

  @Test(arguments: [LinkProfile.satellite, .secondGeneration, .thuraya])
  func `within a byte budget alerts and incidents go first, and what is left is told`(
    profile: LinkProfile
  ) async throws {
    let world = try World()
    let (bamako, gao) = (try world.device(), try world.device("GAO"))
    try bamako.enter(300)
    _ = try await bamako.client.sync()
    try gao.enter(1_500)
    try gao.sql(Self.urgent)
    let (client, link) = try world.reach(gao, over: profile)
    let report = try await client.sync(maximumBytes: 20_000)
    #expect(!report.complete)
    #expect((15_000...20_000).contains(report.bytesSent + report.bytesReceived), "\(report)")
    #expect(report.pending == 1_502 - report.admitted && report.pending > 500)
    #expect(try client.status().pending == report.pending)
    let urgent = try SyncRequest(
      encoded: Compression.expand(link.passed[0].body, limit: Limits.expandedBody)
    ).push.groups.prefix(2)
    #expect(urgent.map(\.type) == ["alert", "incident"])
    #expect(try world.count("alert") == 1 && world.count("incident") == 1)
    #expect(link.seconds < 40, "\(link.seconds)")
    link.begin()
    let rest = try await client.sync()
    #expect(rest.complete && rest.admitted == report.pending && rest.digestsEqual == true)
  }

  /// What does not compress is not guessed at three times less.
  @Test func `a byte budget holds for noise both ways`() async throws {
    let world = try World()
    let (bamako, gao) = (try world.device(), try world.device("GAO"))
    for device in [bamako, gao] { try device.enterNoise(200) }
    _ = try await bamako.client.sync()
    let (client, _) = try world.reach(gao, over: .secondGeneration)
    var syncs = 0
    while true {
      let report = try await client.sync(maximumBytes: 20_000)
      #expect(report.bytesSent + report.bytesReceived <= 20_000, "\(report)")
      syncs += 1
      if report.complete { break }
      try #require(report.admitted + report.received > 0)
    }
    #expect(syncs > 5)
  }

  @Test func `a stall beyond the limit ends the sync, and what had come is kept`() async throws {
    let world = try World()
    let (writer, reader) = (try world.device(), try world.device())
    try writer.enter(3_000)
    _ = try await writer.client.sync()
    let stalling = LinkProfile(
      name: "stalling", roundTrip: 0.4, up: 15_000, down: 30_000,
      stalls: .init(apart: 20, length: 31))
    let (client, link) = try world.reach(reader, over: stalling)
    var counts = [0], last: SyncReport?
    while last == nil {
      link.begin()
      do { last = try await client.sync() } catch {
        #expect(error.code == .stalled)
        #expect(link.traffic.connections == 1)
      }
      counts.append(try reader.contacts().count)
      #expect(counts.last! > counts.dropLast().last!)
    }
    #expect(counts.count > 3, "\(counts)")
    // What was kept is not sent again: each record came once.
    #expect(last?.received == 3_000 - counts.dropLast().last!)
    #expect(last?.digestsEqual == true)
  }

  @Test func `stalls below the limit do not end it`() async throws {
    let world = try World()
    let (writer, reader) = (try world.device(), try world.device())
    try writer.enter(1_000)
    _ = try await writer.client.sync()
    let stalling = LinkProfile(
      name: "stalling", roundTrip: 0.4, up: 15_000, down: 30_000,
      stalls: .init(apart: 5, length: 28))
    let (client, link) = try world.reach(reader, over: stalling)
    #expect(try await client.sync().received == 1_000)
    #expect(link.traffic.connections == 1 && link.traffic.lost == 0)
    #expect(link.seconds > 28)
  }

  @Test func `what moves is never given up, however long it takes`() async throws {
    let world = try World()
    let (writer, reader) = (try world.device(), try world.device())
    try writer.enterNoise(150)
    let crawling = LinkProfile(name: "crawling", roundTrip: 3, up: 600, down: 600)
    for device in [writer, reader] {
      let (client, link) = try world.reach(device, over: crawling, patience: 30)
      let report = try await client.sync()
      #expect(report.complete && report.admitted + report.received == 150)
      #expect(link.traffic.connections == 1 && link.traffic.lost == 0)
      let longest = link.passed.map { max($0.secondsUp, $0.secondsDown) }.max()!
      #expect(longest > 5 * 30, "\(longest)")
    }
  }

  private static let urgent = """
    INSERT INTO alert(kind, base_code, zone, title, message, effective_from, issued_by)
      VALUES ('alerte_adhoc', 'GAO', 'Zone', 'Essai', 'Exercice', '2026-11-22T08:00:00Z',
        '5f65ec54-0000-7000-8000-000000000001');
    INSERT INTO incident(ref_no, occurred_on, base_code, locality, place_kind, exposure, nature, category,
        severity, targeting, actor_type, staff_safe, program_impact, summary, reported_by, source_type)
      VALUES ('GAO-2026-001', '2026-11-20', 'GAO', 'Gao', 'bureau_base', 'site', 'surete', 'attaque_armee', '2',
        'pui_vise', 'forces_etat', 'oui', 'aucun', 'Exercice',
        '5f65ec54-0000-7000-8000-000000000001', 'equipe');
    """
}

extension World {
  fileprivate func contacts() throws -> Int { try count("contact") }

  fileprivate func count(_ type: String) throws -> Int {
    let type = store.schema[type: type]!
    return try store.read { try $0.list(type, limit: .max).count }
  }
}

extension Device {
  /// Contacts such as a mission has.
  fileprivate func enter(_ count: Int) throws {
    let dice = Dice(5)
    try client.write { writer in
      for index in 0..<count {
        try writer.add(
          "contact",
          [
            "display_name": .text("\(dice.pick(Names.first)) \(dice.pick(Names.last)) \(index)"),
            "organisation": .text("\(dice.pick(Names.last)) \(dice.pick(Names.places))"),
            "function_title": .text("Point focal \(dice.below(1_000))"),
            "contact_type": "bailleur", "base_code": "BKO",
            "locality": .text(dice.pick(Names.places)),
            "phone_orange": .text("+223\(70_000_000 + dice.below(9_999_999))"),
            "relationship": "reguliere", "consent_basis": "fonction_officielle", "status": "actif",
          ])
      }
    }
  }

  /// Contacts that look like nothing else, some 400 bytes of each.
  fileprivate func enterNoise(_ count: Int) throws {
    let dice = Dice(client.replica.path.hasSuffix("1/replica.sqlite") ? 6 : 7)
    try client.write { writer in
      for index in 0..<count {
        let noise = (0..<30).map { _ in String(dice.next(), radix: 36) }.joined()
        try writer.add("contact", Device.contact("Nom \(index)", ["locality": .text(noise)]))
      }
    }
  }
}

extension FieldClient {
  /// One field of so many contacts, each to a value of its own.
  fileprivate func edit(_ count: Int) throws {
    let dice = Dice(UInt64(count))
    let ids = try records(of: "contact").prefix(count).map(\.id)
    try write { writer in
      for id in ids {
        try writer.set(
          "contact", id, ["phone_orange": .text("+223\(70_000_000 + dice.below(9_999_999))")])
      }
    }
  }
}

private enum Names {
  static let first = [
    "Aïssata", "Moussa", "Fatoumata", "Ibrahim", "Mariam", "Oumar", "Kadiatou", "Seydou",
  ]
  static let last = [
    "Traoré", "Coulibaly", "Maïga", "Touré", "Diallo", "Cissé", "Ag Alhousseini", "Haïdara",
  ]
  static let places = ["Gao", "Ansongo", "Bandiagara", "Koro", "Kidal", "Mopti"]
}
