import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// The mission's schema one version later.
enum GrownSchema {
  private static let newField = """
    { "name": "blood_group", "fr": "Groupe sanguin", "en": "Blood group", "kind": "text", \
    "policy": "review", "pattern": "(A|B|AB|O)[+-]" },
    """

  private static let newType = """
    { "name": "vehicle", "fr": "Véhicule", "en": "Vehicle", "key": ["plate"], "title": ["plate"],
      "scope": "mission", "priority": 2, "writers": ["staff"], "deleters": ["staff"],
      "wideners": ["dp"], "fields": [
        { "name": "plate", "fr": "Plaque", "en": "Plate", "kind": "text", "required": true,
          "policy": "last" },
        { "name": "driver", "fr": "Chauffeur", "en": "Driver", "kind": "text",
          "policy": "last" } ] },
    """

  private static let newChoice = """
    { "value": "influenceur", "fr": "Influenceur", "en": "Influencer" },
    """

  private static let readable = "\"en\": \"Blood group\", \"kind\": \"text\""
  private static let unreadable = "\"en\": \"Blood group\", \"kind\": \"blood\""

  /// One field more in `contact`, one choice more of its type, one record type more.
  static func make(_ fields: String = newField) throws -> Schema {
    var text = String(decoding: Schema.mission.source, as: UTF8.self)
    let version = "\"version\": \(Schema.mission.version),"
    text.replace(version, with: "\"version\": \(Schema.mission.version + 1),", maxReplacements: 1)
    let choice = try #require(text.range(of: "{ \"value\": \"autorite_administrative\""))
    text.insert(contentsOf: newChoice, at: choice.lowerBound)
    let type = try #require(text.range(of: "\"name\": \"contact\""))
    let list = "\"fields\": ["
    let found = try #require(text[type.upperBound...].range(of: list))
    text.insert(contentsOf: fields, at: found.upperBound)
    text.replace("\"types\": [", with: "\"types\": [" + newType, maxReplacements: 1)
    return try Schema(json: Array(text.utf8))
  }

  /// The same with a kind of field that this program does not know.
  static func beyondThisProgram(_ source: [UInt8]) -> [UInt8] {
    Array(String(decoding: source, as: UTF8.self).replacing(readable, with: unreadable).utf8)
  }

  /// What a program that knows that kind makes of it.
  static let upgrade = """
    UPDATE _state SET value = CAST(replace(CAST(value AS TEXT), '\(unreadable)', '\(readable)')
      AS BLOB) WHERE key = 'nextSchema'
    """
}

/// The link of a device whose program is too old to read the hub's schema.
struct OutdatedLink: Transport {
  let link: Link

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    var answer = try await link.exchange(request, progress: progress)
    guard request.path == "/v1/sync" else { return answer }
    var parts = try Parts.expand(answer.body, isWhole: true, limit: Limits.expandedBody).messages
    var message = try SyncAnswer(encoded: parts[0])
    message.schema = GrownSchema.beyondThisProgram(message.schema)
    parts[0] = message.encoded
    answer.body = Parts.compress(parts)
    return answer
  }
}

/// A hub whose schema grew, and clients of devices of before.
struct GrownHub {
  let world: World
  let hub: Hub

  init(_ world: World, _ schema: Schema? = nil) throws {
    self.world = world
    let schema = try schema ?? GrownSchema.make()
    let store = try SQLiteHubStore(path: world.store.path, schema: schema)
    #expect(store.schema.version == schema.version)
    let time = world.time
    let dice = Dice(77)
    hub = Hub(store: store, now: { time.now }, random: { dice.next() })
  }

  /// The same device at this hub.
  func client(_ device: Device, isOutdated: Bool = false) throws -> Device {
    let link = Link(gate: HubGate(hub))
    let client = try FieldClient(
      directory: device.client.directory, surroundings: device.client.surroundings,
      token: device.client.token, transport: isOutdated ? OutdatedLink(link: link) : link)
    return Device(client: client, link: link)
  }

  /// The device after its program was upgraded to one that can read the hub's schema.
  func upgraded(_ device: Device) throws -> Device {
    try device.sql(GrownSchema.upgrade)
    return try client(device)
  }
}
