import GRDB
import Shared
import Storage
import SyncServer

/// A request as the hub's HTTP side hands it over.
struct Posted {
  enum Path: String {
    case sync = "/v1/sync"
    case repair = "/v1/repair"
  }

  let path: Path
  var body: [UInt8]
  var takesParts = false
}

/// The machine in Bamako: a disk and the hub that runs on it.
///
/// Sendable unchecked: a world runs in one task.
final class HubMachine: @unchecked Sendable {
  let path: String
  let folder: String
  let disk: Disk
  /// The one that the next start brings, when it is newer than the stored one.
  var schema: Schema
  /// Last night's copy.
  var copy: Disk.Copy?
  weak var world: World?
  var clock = WallClock.right { willSet { noteTime() } }
  /// The latest time that its clock ever showed, in milliseconds since 1970.
  private(set) var latestTime: Int64 = 0
  /// Whether its clock ever was.
  private(set) var wasWrong = false
  /// How often its disk had changed when it was last looked at.
  var seen: Int?
  private var running: Running?

  /// What is gone when it stops.
  private struct Running {
    let store: SQLiteHubStore
    let hub: Hub
    let gate: HubGate
  }

  init(path: String, disk: Disk, schema: Schema) {
    self.schema = schema
    self.path = path
    folder = String(path.dropLast("/hub.sqlite".count))
    self.disk = disk
    // Nobody has to start it in order to look at what everybody knows.
    seen = disk.changes
  }

  /// The hub, started when it is not running.
  func hub() throws(Problem) -> Hub { try run().hub }

  func store() throws(Problem) -> SQLiteHubStore { try run().store }

  private func run() throws(Problem) -> Running {
    if let running { return running }
    let world = world!
    world.scaffold.show(disk["/hub.sqlite-wal"], at: path + "-wal")
    let store = try SQLiteHubStore(path: path, schema: schema)
    let served = try storing { try world.sabotage?.store(store) ?? store }
    let honest: Merging = { merge($0, $1, $2) }
    let hub = Hub(
      store: served,
      now: { [unowned self] in now + (self.world!.sabotage?.hubsError ?? 0) },
      random: { [unowned self] in self.world!.draw() },
      smallestPart: Self.smallestPart, merging: world.sabotage?.merging ?? honest)
    let started = Running(store: store, hub: hub, gate: HubGate(hub))
    running = started
    return started
  }

  /// A record or two, so that answers have parts in small worlds.
  private static let smallestPart = 250

  var now: Int64 { clock.reading(world!.time) }

  /// Its clock never goes back without a jump, so looking now and before each jump sees the latest.
  func noteTime() {
    latestTime = max(latestTime, now)
    if clock != .right { wasWrong = true }
  }

  /// - Parameter isWhole: false for the beginning of a request, which its HTTP side would keep.
  func answer(
    _ request: Posted, token: String, isWhole: Bool = true
  ) throws(Problem) -> [UInt8] {
    let gate = try isWhole ? run().gate : HubGate(hub())
    return try world!.acting(by: clock) { () throws(Problem) in
      switch request.path {
      case .sync:
        try gate.sync(
          request.body, token: token, language: .en, inParts: request.takesParts)
      case .repair: try gate.repair(request.body, token: token, language: .en)
      }
    }
  }

  func read(bundle file: [UInt8]) throws(Problem) -> BundleReceipt {
    let hub = try hub()
    return try world!.acting(by: clock) { () throws(Problem) in
      try hub.read(bundle: file, by: "stick")
    }
  }

  func close() {
    try? running?.store.pool.close()
    running = nil
  }
}
