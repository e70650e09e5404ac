import FieldClient
import GRDB
import Shared
import Storage
import SyncServer

/// A field machine: a disk, a clock, a link, and the product's client when it is open.
///
/// Sendable unchecked: a world runs in one task.
final class Laptop: @unchecked Sendable {
  let name: String
  let index: Int
  let device: UInt32
  let token: String
  let bundles: BundleIdentity
  let folder: String
  let disk: Disk
  let link = Link()
  var role: Role
  var grant: Grant
  /// Bamako took its access back.
  var isRevoked = false
  var clock = WallClock.right
  /// A copy of the folder that somebody made, and how many writes there were then.
  var copy: (disk: Disk.Copy, entries: Int)?
  weak var world: World? { didSet { link.connect(self, world) } }
  /// How often its disk and the hub's had changed when it was last looked at.
  var seen: (own: Int?, hubs: Int?) = (nil, nil)
  /// How often the machine was started. Since then its other clock has gone right.
  var starts = 1
  /// How often it synced, or tried to.
  var syncs = 0
  private var opened: FieldClient?

  init(_ template: Template.Laptop, index: Int, folder: String) {
    name = template.name
    self.index = index
    device = template.device
    token = template.token
    bundles = template.bundles
    role = template.role
    grant = template.grant
    self.folder = folder
    disk = Disk(template.disk)
  }

  /// A second machine with a copy of another's folder.
  init(copyOf other: Laptop, index: Int, folder: String) {
    name = other.name + "'"
    self.index = index
    device = other.device
    token = other.token
    bundles = other.bundles
    role = other.role
    grant = other.grant
    isRevoked = other.isRevoked
    self.folder = folder
    disk = Disk(other.disk.copy())
  }

  var now: Int64 { clock.reading(world!.time) }

  /// The product's client, opened when it is not.
  func client() throws(Problem) -> FieldClient {
    if let opened { return opened }
    let surroundings = Surroundings(
      now: { [unowned self] in now }, random: { [unowned self] in world!.draw() },
      uptime: { [unowned self] in ("\(starts)", world!.time) }, program: "simulate")
    world!.scaffold.show(disk["/replica.sqlite-wal"], at: folder + "/replica.sqlite-wal")
    let client = try FieldClient(
      directory: folder, surroundings: surroundings, token: token, transport: link)
    opened = client
    return client
  }

  func close() {
    try? opened?.replica.pool.close()
    opened = nil
  }

  /// Runs SQL as a program does that knows nothing of the product.
  func sql(_ text: String, _ arguments: StatementArguments = []) throws {
    try sql([(text, arguments)])
  }

  /// The same, several statements in one transaction.
  func sql(_ statements: [(text: String, arguments: StatementArguments)]) throws {
    var configuration = Configuration()
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
    let queue = try DatabaseQueue(path: folder + "/replica.sqlite", configuration: configuration)
    defer { try? queue.close() }
    try queue.write { db in
      for (text, arguments) in statements { try db.execute(sql: text, arguments: arguments) }
    }
  }

  /// Reads the file itself, beside all that the product says of it.
  func read<T>(_ body: (Database) throws -> T) throws -> T {
    try client().replica.pool.read(body)
  }
}

extension Laptop: CustomStringConvertible {
  var description: String { name }
}
