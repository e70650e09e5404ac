import Foundation
import Hummingbird
import Launching
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A hub that listens on loopback with its console, and laptops that reach it through libcurl. Only
/// clocks and dice are the test's.
final class Live: Sendable {
  let folder: HubFolder
  let hub: Hub
  let store: SQLiteHubStore
  let office: AccountOffice
  let time = Ticker(1_784_116_800_000)  // 15 July 2026, noon
  /// Of the server's rates.
  let uptime = Ticker(0)
  let faults = Faults()
  private let dice = Ticker(7)
  private let ports = Mutex((port: 0, laptops: 0))

  private init() throws {
    folder = HubFolder(NSTemporaryDirectory() + "djoliba-live-\(UUID().uuidString)")
    _ = try folder.create(addresses: [HubAddress("https://127.0.0.1:8443")], schema: .mission) {
      _ in
    }
    store = try folder.open()
    let (time, dice) = (time, dice)
    hub = Hub(store: store, now: { time.now }, random: { dice.draw() })
    office = try AccountOffice(folder: folder, hub: hub, cost: .init(rounds: 16, lanes: 1))
    _ = try hub.load(try BaseList.rows(.mission), language: .fr)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.path) }

  var port: Int { ports.withLock { $0.port } }
  var authority: String { folder.path + "/authority.pem" }

  func url(_ path: String) -> String { "https://127.0.0.1:\(port)\(path)" }

  /// Serves while `body` runs, then stops in the ordinary way.
  static func run<T: Sendable>(
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: @escaping @Sendable (Live) async throws -> T
  ) async throws -> T {
    let live = try Live()
    let (ready, announced) = AsyncStream<Int>.makeStream()
    let identity = try live.folder.authority.identity()
    let server = HubServer(
      service: FaultyHub(
        gate: HubGate(live.hub, folder: live.folder, uptime: { live.uptime.now }),
        faults: live.faults),
      pages: ConsoleResponder(
        Console(doors: OfficeDoors(live.office, language: .fr)), isSecure: true),
      listen: ("127.0.0.1", 0), tls: (identity.certificatePEM, identity.keyPEM),
      logger: logger, uptime: { live.uptime.now }, onReady: { announced.yield($0) })
    let group = server.group()
    async let served: Void = {
      defer { announced.finish() }
      try await group.run()
    }()
    var result: Result<T, any Error> = .failure(NeverReady())
    for await port in ready {
      live.ports.withLock { $0.port = port }
      do { result = .success(try await body(live)) } catch { result = .failure(error) }
      await group.triggerGracefulShutdown()
    }
    try await served
    return try result.get()
  }

  struct NeverReady: Error {}

  /// An enrolled laptop that has synced once.
  func laptop(
    _ base: String = "GAO", _ role: Role = .resp_base, grant: Grant? = nil, clock: Ticker? = nil
  ) async throws -> FieldClient {
    let number = ports.withLock { state in
      state.laptops += 1
      return state.laptops
    }
    let granted = try grant ?? hub.usualGrant(base: base)
    let invited = try hub.invite(
      name: "\(base) \(number)", base: base, role: role, grant: granted)
    let directory = folder.path + "/laptop-\(number)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let surroundings = surroundings(clock)
    let authority = String(
      decoding: try folder.authority.authorityCertificate(), as: UTF8.self)
    let device = DeviceFile(
      addresses: [url("")], authority: authority, token: surroundings.randomHex(words: 4))
    try device.save(directory)
    let enrolled = try hub.enroll(
      EnrolmentRequest(code: invited.code, token: device.token, program: "test"))
    try Replica.create(
      path: directory + "/replica.sqlite", schema: .mission, device: enrolled.device)
    let client = try open(directory, clock)
    _ = try await client.sync()
    return client
  }

  /// As the program opens it, but with more patience: other tests may keep the hub from its threads.
  func open(_ directory: String, _ clock: Ticker? = nil) throws -> FieldClient {
    let device = try #require(try DeviceFile.load(directory))
    let transport = try CurlTransport(
      addresses: device.addresses, authorityPEM: Array(device.authority.utf8),
      userAgent: "test", stallSeconds: 600)
    return try FieldClient(
      directory: directory, surroundings: surroundings(clock), token: device.token,
      transport: transport)
  }

  func surroundings(_ clock: Ticker? = nil) -> Surroundings {
    let (clock, dice) = (clock ?? time, dice)
    return Surroundings(now: { clock.now }, random: { dice.draw() }, program: "test")
  }

  /// What a device handed over, opened.
  func changes(of parcel: InboxParcel) throws -> Changeset {
    try store.read { transaction in
      try hub.changes(of: try #require(try transaction.parcel(parcel.number)), transaction)
    }
  }

  /// Puts a record into the hub, and with it what `more` writes.
  func insert(
    _ type: RecordType, _ id: RecordID, _ values: [String: Shared.Value],
    and more: (inout HubWriting, StoredRecord) throws -> Void
  ) throws {
    try store.write { transaction throws in
      var writing = try HubWriting(transaction, store.schema, now: time.now, language: .fr)
      let stamp = writing.stamp(above: .never)
      let stored = try writing.insert(
        StoredRecord(
          handle: 0, id: id, values: values, stamps: FieldStamps(record: stamp), seq: 0,
          entered: 0, isDeleted: false), type)
      try more(&writing, stored)
      try writing.finish { 9 }
    }
  }

  func acts() throws -> [String] { try hub.audit(limit: 100).reversed().map(\.act) }

  /// curl, with the hub's authority; the answer is status and body.
  func curl(
    _ path: String, _ arguments: [String] = []
  ) async throws -> (status: Int, text: String) {
    let base = [
      "curl", "-s", "--noproxy", "*", "--max-time", "600", "--cacert", authority, "-H", "Expect:",
      "-w", "\n%{http_code}",
    ]
    let words = base + arguments + [url(path)]
    let text = try await Finished.apart(words).text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
  }
}

/// Runs what blocks on a thread of its own.
func apart<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}

/// A clock that moves when it is told to, or dice.
final class Ticker: Sendable {
  private let value: Mutex<Int64>
  init(_ start: Int64) { value = Mutex(start) }
  var now: Int64 { value.withLock { $0 } }
  func advance(_ by: Int64) { value.withLock { $0 += by } }
  func draw() -> UInt64 {
    value.withLock { value in
      value += 1
      var z = UInt64(bitPattern: value) &* 0x9e37_79b9_7f4a_7c15
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      return z ^ (z >> 27)
    }
  }
}

/// What goes wrong at the hub, by route.
final class Faults: Sendable {
  private let planned = Mutex<[String: Problem]>([:])
  func plan(_ route: String, _ problem: Problem?) { planned.withLock { $0[route] = problem } }
  func strike(_ route: String) throws(Problem) {
    if let problem = planned.withLock({ $0[route] }) { throw problem }
  }
}

struct FaultyHub: HubService {
  let gate: HubGate
  let faults: Faults

  func enroll(_ body: [UInt8], language: Language) throws(Problem) -> [UInt8] {
    try gate.enroll(body, language: language)
  }
  func sync(
    _ body: [UInt8], token: String, language: Language, inParts: Bool
  ) throws(Problem) -> [UInt8] {
    try faults.strike("sync")
    return try gate.sync(body, token: token, language: language, inParts: inParts)
  }
  func repair(_ body: [UInt8], token: String, language: Language) throws(Problem) -> [UInt8] {
    try gate.repair(body, token: token, language: language)
  }
  func handOver(_ body: [UInt8], token: String, language: Language) throws(Problem) -> [UInt8] {
    try faults.strike("handOver")
    return try gate.handOver(body, token: token, language: language)
  }
  func wiped(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] {
    try gate.wiped(body, token: token)
  }
  /// The hub does it, and the answer gets lost, where that is planned.
  func renew(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] {
    try faults.strike("renew")
    let answer = try gate.renew(body, token: token)
    try faults.strike("renewed")
    return answer
  }
  func exchangeKeys(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] {
    try gate.exchangeKeys(body, token: token)
  }
  func holder(of token: String) throws(Problem) -> UInt32 { try gate.holder(of: token) }
  func recentHolder(of token: String) -> UInt32? { gate.recentHolder(of: token) }
  func health() throws(Problem) -> [UInt8] {
    try faults.strike("health")
    return try gate.health()
  }
  func figures() throws(Problem) -> [Figure] { try gate.figures() }
}

enum Samples {
  static let note: [String: Value] = [
    "kind": "signal_faible", "title": "Essai", "body": "Texte", "base_code": "GAO",
    "author": "5f65ec54-0000-7000-8000-000000000001",
  ]
  static let contact: [String: Value] = [
    "display_name": "Personne fictive", "function_title": "Maire", "base_code": "GAO",
    "contact_type": "autorite_administrative", "relationship": "reguliere",
    "consent_basis": "fonction_officielle", "status": "actif", "scope": "mission",
  ]
}
