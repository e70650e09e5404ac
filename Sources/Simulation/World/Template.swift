import FieldClient
import Foundation
import GRDB
import Shared
import Storage
import SyncServer

/// Hubs with their devices enrolled and their empty replicas, made once and copied into each world.
struct Template: Sendable {
  struct Laptop: Sendable {
    let name: String
    let device: UInt32
    let token: String
    let role: Role
    let grant: Grant
    let disk: Disk.Copy
    /// What its sticks are sealed with.
    let bundles: BundleIdentity
  }

  /// The hub with the first of them enrolled, with the first two, and so on: it waits for no device
  /// that a world does not have.
  private let hubs: [Disk.Copy]
  let laptops: [Laptop]
  let schema: Schema
  /// The same with a field more.
  let newer: Schema

  private static let people: [(name: String, role: Role, grant: Grant)] = [
    ("Bamako", .dp, .all),
    ("Gao", .resp_base, Grant(read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])),
    (
      "Gao 2", .cz,
      Grant(
        read: [.mission, .base("GAO"), .base("MPT")], write: [.mission, .base("GAO"), .base("MPT")])
    ),
    ("Mopti", .resp_base, Grant(read: [.mission, .base("MPT")], write: [.base("MPT")])),
  ]

  /// Made with the machine's own file system, below `root`, with a seed of its own.
  init(schema: Schema, newer: Schema, root: String, folders: [String]) throws {
    let path = root + "/hub/hub.sqlite"
    try SQLiteHubStore.create(path: path, schema: schema)
    let store = try SQLiteHubStore(path: path)
    let dice = SharedDice(1)
    let hub = Hub(store: store, now: { 1_795_300_000_000 }, random: { dice.next() })
    var laptops: [Laptop] = []
    var hubs: [Disk.Copy] = []
    for (person, folder) in zip(Self.people, folders) {
      let invited = try hub.invite(
        name: person.name, base: "GAO", role: person.role, grant: person.grant)
      let token = Secret.text { dice.next() }
      let answer = try hub.enroll(
        EnrolmentRequest(code: invited.code, token: token, program: "simulate"))
      let secret = BundleSecret([UInt8](words: 4) { dice.next() })!
      let hubsKeys = try hub.exchangeKeys(secret.keys, with: hub.holder(of: token))
      let replica = folder + "/replica.sqlite"
      try Replica.create(path: replica, schema: schema, device: answer.device)
      laptops.append(
        Laptop(
          name: person.name, device: answer.device, token: token, role: person.role,
          grant: person.grant, disk: try Self.take(replica),
          bundles: BundleIdentity(secret: secret, hub: hubsKeys)))
      try store.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
      hubs.append(try Self.copy(path))
    }
    try store.pool.close()
    _ = try Self.take(path)
    self.hubs = hubs
    self.laptops = laptops
    self.schema = schema
    self.newer = newer
  }

  /// The hub of so many laptops.
  func hub(of laptops: Int) -> Disk.Copy { hubs[laptops - 1] }

  /// A closed database's bytes. The file goes, so that the folder can be used again.
  private static func take(_ path: String) throws -> Disk.Copy {
    let copy = try copy(path)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: path + suffix)
    }
    return copy
  }

  /// The bytes of a database whose log is empty.
  private static func copy(_ path: String) throws -> Disk.Copy {
    let url = URL(fileURLWithPath: path)
    return ["/" + url.lastPathComponent: Array(try Data(contentsOf: url))]
  }
}

/// Dice that closures can share.
///
/// Sendable unchecked: used by one task at a time.
final class SharedDice: @unchecked Sendable {
  private var dice: Dice
  init(_ seed: UInt64) { dice = Dice(seed) }
  func next() -> UInt64 { dice.next() }
}
