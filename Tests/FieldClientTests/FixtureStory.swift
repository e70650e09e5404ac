import Foundation
import GRDB

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A few days of a small mission. Each release tells it once, and what it leaves, files and wire,
/// is kept in `Tests/Fixtures` under the release's number: `make fixtures KEEP=1.1`.
final class FixtureStory {
  private static let grant = Grant(
    read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])

  let world: World
  let gao: Device
  private let recording: RecordingLink
  private let bamako: Device
  private var ids: [RecordID] = []

  init() throws {
    world = try World()
    bamako = try world.device()
    let invited = try world.hub.invite(
      name: "Portable Gao 1", base: "GAO", role: .resp_base, grant: Self.grant)
    let token = String(repeating: "0123456789abcdef", count: 4)
    let request = EnrolmentRequest(code: invited.code, token: token, program: "fixture").body
    let answer = try HubGate(world.hub).enroll(request, language: .fr)
    let link = Link(gate: HubGate(world.hub))
    recording = RecordingLink(link)
    recording.note(try RecordedExchange(path: "/v1/enroll", request: request, answer: answer))
    let directory = world.directory + "/gao"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try Replica.create(
      path: directory + "/replica.sqlite", schema: world.store.schema,
      device: EnrolmentAnswer(body: answer).device)
    gao = Device(
      client: try FieldClient(
        directory: directory, surroundings: bamako.client.surroundings, token: token,
        transport: recording), link: link)
  }

  func tell() async throws {
    try await firstDays()
    try await disagreements()
    try await repairs()
    try await unsent()
  }

  /// Ordinary work, and a person whose data were erased.
  private func firstDays() async throws {
    ids = try gao.client.write { writer in
      try (1...6).map { number in
        try writer.add("contact", Device.contact("Personne fictive \(number)", ["locality": "Gao"]))
      }
    }
    let ids = ids
    try await sync(gao, bamako)
    try bamako.client.write { try $0.set("contact", ids[0], ["locality": "Ansongo"]) }
    try gao.client.write { writer in
      try writer.set("contact", ids[0], ["email": "a@example.ml"])
      try writer.delete("contact", "\(ids[5])")
    }
    try await sync(bamako, gao)
    _ = try world.hub.erase("contact", "\(ids[4])", language: .fr)
    try await sync(gao, bamako)
  }

  /// A conflict, a proposal's worth of refusals, a record refused whole, a stray value.
  private func disagreements() async throws {
    let ids = ids
    try bamako.client.write { try $0.set("contact", ids[1], ["phone_orange": "+22370000001"]) }
    try gao.client.write { try $0.set("contact", ids[1], ["phone_orange": "+22370000002"]) }
    try gao.sql("UPDATE contact SET status = 'nulle part' WHERE id = '\(ids[2])'")
    try gao.sql("INSERT INTO contact(display_name, status) VALUES ('Incomplet', 'actif')")
    try gao.sql("UPDATE contact SET locality = x'00ff' WHERE id = '\(ids[3])'")
    try await sync(bamako, gao, bamako)
  }

  /// A damaged row, and a hub that was restored from a copy.
  private func repairs() async throws {
    let ids = ids
    try gao.sql(
      "UPDATE _switch SET capturing = 0; UPDATE contact SET organisation = 'X' WHERE id = '\(ids[3])'"
        + "; UPDATE _switch SET capturing = 1")
    _ = try await gao.client.verify()
    let backup = try world.backUp()
    try gao.client.write { try $0.set("contact", ids[3], ["organisation": "Mairie"]) }
    try await sync(gao)
    try world.restore(backup)
    try await sync(gao, bamako)
  }

  /// What the laptop had not sent on the day of the release.
  private func unsent() async throws {
    let ids = ids
    try bamako.client.write { try $0.set("contact", ids[0], ["locality": "Bourem"]) }
    try await sync(bamako, gao)
    try gao.client.write { writer in
      try writer.add("contact", Device.contact("Pas encore envoyée"))
      try writer.set("contact", ids[2], ["locality": "Ménaka"])
      try writer.set("contact", ids[3], ["email": "retenu@example.ml"])
    }
    _ = try gao.client.status()
    try gao.client.write { try $0.delete("contact", "\(ids[3])") }
    _ = try gao.client.search("fictive")
    // Of another program, not sorted out yet.
    try gao.sql("UPDATE contact SET organisation = 'ONG fictive' WHERE id = '\(ids[0])'")
  }

  private func sync(_ devices: Device...) async throws {
    for device in devices {
      world.time.advance(60_000)
      _ = try await device.client.sync()
    }
  }

  /// A replica of a program that was too old for its hub's schema.
  private func outdated() async throws -> Device {
    let device = try world.device("KDL")
    _ = try await device.client.sync()
    let hub = try GrownHub(world)
    let (new, old) = (try hub.client(bamako), try hub.client(device, isOutdated: true))
    _ = try await new.client.sync()
    let id = ids[0]
    try new.client.write { writer in
      try writer.set("contact", id, ["blood_group": "O+"])
      try writer.add("vehicle", ["plate": "AB-1234", "driver": "Chauffeur fictif"])
    }
    _ = try await new.client.sync()
    _ = try await old.client.sync()
    return old
  }

  /// Writes files and exchanges down.
  func save(_ folder: URL) async throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try save(gao.client.replica.pool, folder.appending(path: "replica.sqlite.frame"))
    try save(world.store.pool, folder.appending(path: "hub.sqlite.frame"))
    let wire = Fixture.Wire(
      token: gao.client.token, time: world.time.now, exchanges: recording.exchanges)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = Compression.compress(Array(try encoder.encode(wire)))
    try Data(text).write(to: folder.appending(path: "wire.json.frame"))
    try await save(
      outdated().client.replica.pool, folder.appending(path: "outdated.sqlite.frame"))
  }

  private func save(_ pool: any DatabaseWriter, _ file: URL) throws {
    let copy = world.directory + "/" + file.lastPathComponent
    let queue = try DatabaseQueue(path: copy)
    try pool.backup(to: queue)
    try queue.close()
    let bytes = Array(try Data(contentsOf: URL(filePath: copy)))
    try Data(Compression.compress(bytes, level: 19)).write(to: file)
  }
}
