import Foundation
import GRDB
import Synchronization

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A hub and its devices in one process: the real client, the real hub, real SQLite; only the
/// link, the clocks and the dice are the test's.
final class World {
  let directory: String
  let hub: Hub
  let store: SQLiteHubStore
  /// Milliseconds since 1970 by the hub's clock; true time.
  let time: Clock
  private let dice: Dice
  private var number = 0

  /// - Parameter timeStands: until it is advanced, but for what the triggers read.
  init(schema: Schema = .mission, seed: UInt64 = 1, timeStands: Bool = false) throws {
    directory = NSTemporaryDirectory() + "djoliba-world-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    let path = directory + "/hub.sqlite"
    try SQLiteHubStore.create(path: path, schema: schema)
    store = try SQLiteHubStore(path: path)
    // The triggers read the machine's clock, so true time begins there and goes with it.
    let time = Clock(Int64(Date().timeIntervalSince1970 * 1000), goes: !timeStands)
    let dice = Dice(seed)
    self.time = time
    self.dice = dice
    hub = Hub(store: store, now: { time.now }, random: { dice.next() })
  }

  deinit {
    if ProcessInfo.processInfo.environment["DJOLIBA_KEEP_WORLDS"] == nil {
      try? FileManager.default.removeItem(atPath: directory)
    }
  }

  /// Enrols a device without HTTP.
  func device(
    _ base: String = "BKO", role: Role = .referent_surete, grant: Grant = .all, clock: Clock? = nil,
    uptime: Clock? = nil
  ) throws -> Device {
    number += 1
    let folder = directory + "/\(base)-\(number)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let dice = dice
    let invited = try hub.invite(name: "\(base) \(number)", base: base, role: role, grant: grant)
    let token = Secret.text { dice.next() }
    let answer = try hub.enroll(
      EnrolmentRequest(code: invited.code, token: token, program: "test"))
    let wall = clock ?? time
    let surroundings = Surroundings(
      now: { wall.now }, random: { dice.next() }, uptime: { uptime.map { ("boot", $0.now) } },
      program: "test")
    try Replica.create(
      path: folder + "/replica.sqlite", schema: store.schema, device: answer.device)
    let link = Link(gate: HubGate(hub))
    let client = try FieldClient(
      directory: folder, surroundings: surroundings, token: token, transport: link)
    return Device(client: client, link: link)
  }

  /// A copy of a device's folder on another machine: the same identity.
  func copy(_ device: Device) throws -> Device {
    number += 1
    let folder = directory + "/copy-\(number)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try device.client.replica.pool.backup(to: DatabaseQueue(path: folder + "/replica.sqlite"))
    let link = Link(gate: HubGate(hub))
    let client = try FieldClient(
      directory: folder, surroundings: device.client.surroundings, token: device.client.token,
      transport: link)
    return Device(client: client, link: link)
  }

  /// What the hub holds, by scope, as text.
  func hubRecords(_ scope: Scope) throws -> [String] {
    try store.read { transaction in
      try store.schema.types.flatMap { type in
        try transaction.list(type, limit: .max).filter { $0.scope == scope }
          .map { "\(type.name) \($0.id) \($0.values.sorted { $0.key < $1.key })" }
      }.sorted()
    }
  }

  /// A copy of the hub as it is now.
  func backUp() throws -> String {
    number += 1
    let path = directory + "/backup-\(number).sqlite"
    try store.pool.backup(to: DatabaseQueue(path: path))
    return path
  }

  /// Puts a copy in the place of the hub, which loses what came after it.
  func restore(_ path: String) throws { try DatabaseQueue(path: path).backup(to: store.pool) }

  func scopes() throws -> [Scope: ScopeState] { try store.read { try $0.scopes() } }
}

/// A device of a world.
struct Device {
  let client: FieldClient
  let link: Link

  /// Runs SQL as another program would.
  func sql(_ text: String) throws {
    let queue = try DatabaseQueue(path: client.replica.path)
    try queue.write { db in try db.execute(sql: text) }
    try queue.close()
  }

  func records(_ scope: Scope) throws -> [String] {
    try client.schema.types.flatMap { type in
      try client.records(of: type.name).filter { $0.scope == scope }
        .map { "\(type.name) \($0.id) \($0.values.sorted { $0.key < $1.key })" }
    }.sorted()
  }
}

/// Stands until it is advanced, or goes as well.
final class Clock: Sendable {
  private let value: Mutex<Int64>
  private let start: ContinuousClock.Instant?

  init(_ start: Int64, goes: Bool = false) {
    value = Mutex(start)
    self.start = goes ? .now : nil
  }

  var now: Int64 {
    let gone = start.map { ($0.duration(to: .now) / .milliseconds(1)).rounded(.down) } ?? 0
    return value.withLock { $0 } + Int64(gone)
  }

  func advance(_ milliseconds: Int64) { value.withLock { $0 += milliseconds } }
}

/// SplitMix64, shared.
final class Dice: Sendable {
  private let state: Mutex<UInt64>
  init(_ seed: UInt64) { state = Mutex(seed) }

  func next() -> UInt64 {
    state.withLock { state in
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// The link between a device and the hub, with the faults that a test asks for.
final class Link: Transport {
  enum Fault: Equatable, Sendable {
    case none, requestLost, answerLost, answerCut
    /// The answer ends after this many bytes.
    case answerCutAt(Int)
    /// The link is cut after this many bytes of the answer.
    case answerBrokenAt(Int)
    /// The hub hears the request twice; the device gets the second answer.
    case requestTwice
  }

  private struct State {
    var faults: [Fault] = []
    var requests = 0
    var sent = 0
    var received = 0
    var bytesPerSecond = 20_000.0
    var answers: [[UInt8]] = []
    var meanwhile: (@Sendable () throws -> Void)?
  }

  private let gate: HubGate
  private let state = Mutex(State())

  init(gate: HubGate) { self.gate = gate }

  /// The faults of the next exchanges, in order.
  func plan(_ faults: [Fault]) { state.withLock { $0.faults = faults } }
  /// Happens once, between the hub's answer to the next request and its arrival.
  func meanwhile(_ body: @escaping @Sendable () throws -> Void) {
    state.withLock { $0.meanwhile = body }
  }
  /// The same, after so many other requests were answered.
  func meanwhile(after requests: Int, _ body: @escaping @Sendable () throws -> Void) {
    meanwhile { [unowned self] in
      if requests == 0 { try body() } else { meanwhile(after: requests - 1, body) }
    }
  }
  /// How fast the link says it is, both ways.
  func run(bytesPerSecond: Double) { state.withLock { $0.bytesPerSecond = bytesPerSecond } }
  var requests: Int { state.withLock { $0.requests } }
  var bytesSent: Int { state.withLock { $0.sent } }
  var bytesReceived: Int { state.withLock { $0.received } }
  /// The bodies that arrived whole, in order.
  var answers: [[UInt8]] { state.withLock { $0.answers } }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    let fault = state.withLock { state in
      state.requests += 1
      state.sent += request.body.count
      return state.faults.isEmpty ? Fault.none : state.faults.removeFirst()
    }
    if fault == .requestLost { throw Problem(.offline) }
    let token = request.headers.first { $0.0 == "Authorization" }!.1.dropFirst(7)
    var body = try answer(request, String(token))
    if fault == .requestTwice { body = try answer(request, String(token)) }
    try happen()
    if fault == .answerLost { throw Problem(.interrupted) }
    var arrived = arrive(cut(body, fault), of: request, whole: body)
    if case .answerBrokenAt = fault, arrived.body.count < body.count {
      arrived.cut = Problem(.interrupted)
    }
    return arrived
  }

  private func answer(_ request: HTTPRequest, _ token: String) throws(Problem) -> [UInt8] {
    switch request.path {
    case "/v1/repair": try gate.repair(request.body, token: token, language: .fr)
    case "/v1/handover": try gate.handOver(request.body, token: token, language: .fr)
    case "/v1/wiped": try gate.wiped(request.body, token: token)
    default:
      try gate.sync(request.body, token: token, language: .fr, inParts: request.takesBeginning)
    }
  }

  private func happen() throws(Problem) {
    let event = state.withLock { state in
      defer { state.meanwhile = nil }
      return state.meanwhile
    }
    do { try event?() } catch { throw Problem(.internal, cause: "\(error)") }
  }

  private func cut(_ body: [UInt8], _ fault: Fault) -> [UInt8] {
    switch fault {
    case .answerCut: Array(body.prefix(body.count / 2))
    case .answerCutAt(let length), .answerBrokenAt(let length): Array(body.prefix(length))
    default: body
    }
  }

  private func arrive(_ body: [UInt8], of request: HTTPRequest, whole: [UInt8]) -> HTTPAnswer {
    let speed = state.withLock { state in
      state.received += body.count
      if body.count == whole.count { state.answers.append(body) }
      return state.bytesPerSecond
    }
    return HTTPAnswer(
      status: 200, body: body, bytesSent: request.body.count, bytesReceived: body.count,
      bytesPerSecondUp: speed, bytesPerSecondDown: speed)
  }
}
