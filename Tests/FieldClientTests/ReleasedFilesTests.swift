import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// The present program with what every released one left on disks.
@Suite struct ReleasedFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `the first release is kept`() { #expect(Fixture.all.first?.release == "1.0") }

  @Test(arguments: Fixture.all)
  func `a replica opens with all that it held`(fixture: Fixture) throws {
    _ = try fixture.unpack("replica.sqlite", into: folder.path)
    let client = try client(fixture, Link(gate: hub(fixture)))
    let status = try client.status()
    #expect(status.pending == 4 && status.refused == 3)
    #expect(try client.refusals().contains { $0.field == nil && !$0.values.isEmpty })
    #expect(try !client.conflicts().isEmpty)
    #expect(try client.checkFile() == [])
    let found = try client.search("fictive")
    #expect(found.count >= 3)
    let edited = try #require(client.records(of: "contact").first { $0["locality"] == "Bourem" })
    #expect(edited["organisation"] == "ONG fictive" && edited.isPending)
    let history = try client.history("contact", "\(edited.id)").filter { $0.field == "locality" }
    #expect(history.map(\.value) == ["Gao", "Ansongo", "Bourem"])
  }

  @Test(arguments: Fixture.all)
  func `a replica and a hub go on together`(fixture: Fixture) async throws {
    let gate = try hub(fixture)
    _ = try fixture.unpack("replica.sqlite", into: folder.path)
    let client = try client(fixture, Link(gate: gate))
    try client.write { try $0.add("contact", Device.contact("Après la mise à jour")) }
    let report = try await client.sync()
    #expect(report.complete && report.digestsEqual == true && report.pending == 0)
    #expect(try await client.verify().repaired == 0)
    let names = try client.records(of: "contact").compactMap { $0["display_name"].text }
    #expect(names.contains("Pas encore envoyée") && names.contains("Après la mise à jour"))
    #expect(!names.contains("Personne fictive 4") && !names.contains("Personne fictive 5"))
    #expect(try client.records(of: "contact").contains { $0["locality"] == "Ménaka" })
    #expect(try client.checkFile() == [])
  }

  @Test(arguments: Fixture.all)
  func `a hub opens with its devices, conflicts and history`(fixture: Fixture) throws {
    _ = try hub(fixture)
    let store = try SQLiteHubStore(path: folder.path + "/hub.sqlite")
    try store.check()
    try store.read { transaction in
      #expect(try transaction.devices().map(\.name).contains("Portable Gao 1"))
      let contacts = try transaction.list(store.schema[type: "contact"]!, limit: 99)
      let bourem = try #require(contacts.first { $0.values["locality"] == "Bourem" })
      #expect(try transaction.history("contact", bourem.handle).count >= 3)
      #expect(try !transaction.conflicts(after: 0, device: 2, limit: 9).isEmpty)
    }
  }

  @Test(arguments: Fixture.all)
  func `what a program kept aside is there when the program is newer`(fixture: Fixture) throws {
    let path = try fixture.unpack("outdated.sqlite", as: "replica.sqlite", into: folder.path)
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in try db.execute(sql: GrownSchema.upgrade) }
    try queue.close()
    let replica = try Replica(path: path)
    let vehicles = try replica.records(of: "vehicle")
    #expect(vehicles.map { $0["driver"] } == ["Chauffeur fictif"])
    let groups = try replica.records(of: "contact").map { $0["blood_group"] }
    #expect(groups.filter { !$0.isNull } == ["O+"])
    #expect(try replica.recount(now: 0) == [])
  }

  /// A layout that changes without a step in `FileLayout` shows here.
  @Test(arguments: Fixture.all)
  func `an old file brought on has the tables of a new one`(fixture: Fixture) throws {
    let old = try fixture.unpack("replica.sqlite", into: folder.path)
    let source = try Replica(path: old).schema
    try Replica.create(path: folder.path + "/new.sqlite", schema: source, device: 1)
    #expect(try tables(old) == tables(folder.path + "/new.sqlite"))
    _ = try hub(fixture)
    let hubSchema = try SQLiteHubStore(path: folder.path + "/hub.sqlite").schema
    try SQLiteHubStore.create(path: folder.path + "/newhub.sqlite", schema: hubSchema)
    #expect(try tables(folder.path + "/hub.sqlite") == tables(folder.path + "/newhub.sqlite"))
  }

  private func tables(_ path: String) throws -> [String] {
    let queue = try DatabaseQueue(path: path)
    return try queue.read { db in
      try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_schema ORDER BY name").map { row in
        let words = (row["sql"] as String? ?? "").split { $0.isWhitespace }
        return "\(row["name"] as String): \(words.joined(separator: " "))"
      }
    }
  }

  // MARK: Surroundings

  private func hub(_ fixture: Fixture) throws -> HubGate {
    let path = try fixture.unpack("hub.sqlite", into: folder.path)
    let time = try fixture.wire().time + 3_600_000
    let dice = Dice(5)
    return HubGate(
      Hub(
        store: try SQLiteHubStore(path: path, schema: .mission), now: { time },
        random: { dice.next() }))
  }

  private func client(_ fixture: Fixture, _ link: Link) throws -> FieldClient {
    let time = try fixture.wire().time + 3_600_000
    let dice = Dice(6)
    return try FieldClient(
      directory: folder.path,
      surroundings: Surroundings(
        now: { time }, random: { dice.next() }, uptime: { nil }, program: "test"),
      token: try fixture.wire().token, transport: link)
  }
}

/// The present program with what every released one said on the wire.
@Suite struct ReleasedWireTests {
  @Test(arguments: Fixture.all)
  func `recorded messages say what they said`(fixture: Fixture) throws {
    let wire = try fixture.wire()
    #expect(Set(wire.exchanges.map(\.path)) == ["/v1/enroll", "/v1/sync", "/v1/repair"])
    for exchange in wire.exchanges {
      let read = try exchange.read()
      #expect(read.request == exchange.requestSays && read.answer == exchange.answerSays)
    }
  }

  @Test(arguments: Fixture.all)
  func `messages are written as they were`(fixture: Fixture) throws {
    for exchange in try fixture.wire().exchanges {
      for (made, recorded) in try exchange.again() { #expect(made == recorded) }
    }
  }

  @Test(arguments: Fixture.all)
  func `what was recorded holds one of everything`(fixture: Fixture) throws {
    let says = try fixture.wire().exchanges.flatMap { $0.requestSays + $0.answerSays }
    for word in [
      "create contact", "update contact", "delete contact", "erase contact", "verdict", "notice",
      "proof", "grant", "part", "text", "null",
    ] {
      #expect(says.contains { $0.contains(word) }, "\(word)")
    }
  }

  /// With `DJOLIBA_FIXTURES=1.1` it is kept as that release's.
  @Test func `the story of the fixtures can be told`() async throws {
    let story = try FixtureStory()
    try await story.tell()
    #expect(try story.gao.client.status().refused == 3)
    let folder = try TemporaryFolder()
    let release = ProcessInfo.processInfo.environment["DJOLIBA_FIXTURES"]
    try await story.save(
      release.map { Fixture.folder.appending(path: $0) } ?? URL(filePath: folder.path))
  }
}
