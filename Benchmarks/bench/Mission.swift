import Foundation
import GRDB
import Shared
import Storage
import Synchronization

import FieldClient
import SyncServer

/// A hub and its devices in one process, each on its own files.
final class Mission {
  let folder: String
  let hub: Hub
  let store: SQLiteHubStore
  let surroundings = Surroundings.system(program: "bench")

  init(folder: String, schema: Schema) throws {
    self.folder = folder
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/hub.sqlite"
    try SQLiteHubStore.create(path: path, schema: schema)
    store = try SQLiteHubStore(path: path)
    let surroundings = surroundings
    hub = Hub(store: store, now: surroundings.now, random: surroundings.random)
  }

  /// A device that reaches the hub by a function call: bodies as on the wire, without HTTP.
  func device(
    _ name: String, sealed: Bool = false
  ) throws -> (client: FieldClient, link: DirectLink) {
    let directory = folder + "/" + name
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    if sealed { Seal.open(directory, with: SealKey(Array(1...32))) }
    let token = Secret.text(surroundings.random)
    let invited = try hub.invite(name: name, base: "BKO", role: .dp, grant: .all)
    let answer = try hub.enroll(
      EnrolmentRequest(code: invited.code, token: token, program: "bench"))
    try Replica.create(
      path: directory + "/replica.sqlite", schema: store.schema, device: answer.device)
    let link = DirectLink(gate: HubGate(hub))
    let client = try FieldClient(
      directory: directory, surroundings: surroundings, token: token, transport: link)
    return (client, link)
  }
}

/// Calls the hub and counts the bytes of the bodies, and the time spent in the hub and before it was
/// first called.
final class DirectLink: Transport {
  private let gate: HubGate
  private struct Counts {
    var (up, down, requests) = (0, 0, 0)
    var hubSeconds = 0.0
    let began = ContinuousClock.now
    var called: ContinuousClock.Instant?
  }

  private let counts = Mutex(Counts())

  init(gate: HubGate) { self.gate = gate }

  var up: Int { counts.withLock { $0.up } }
  var down: Int { counts.withLock { $0.down } }
  var requests: Int { counts.withLock { $0.requests } }
  var hubSeconds: Double { counts.withLock { $0.hubSeconds } }
  /// From the last reset to the first call.
  var secondsBefore: Double {
    counts.withLock { counts in counts.called.map { (counts.began.duration(to: $0)).seconds } ?? 0 }
  }

  func reset() { counts.withLock { $0 = Counts() } }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    let token = String(request.headers.first { $0.0 == "Authorization" }!.1.dropFirst(7))
    let start = ContinuousClock.now
    let body =
      request.path == "/v1/repair"
      ? try gate.repair(request.body, token: token, language: .en)
      : try gate.sync(
        request.body, token: token, language: .en, inParts: request.takesBeginning)
    let duration = start.duration(to: .now)
    counts.withLock {
      $0.called = $0.called ?? start
      $0.up += request.body.count
      $0.down += body.count
      $0.requests += 1
      $0.hubSeconds += duration.seconds
    }
    return HTTPAnswer(
      status: 200, body: body, bytesSent: request.body.count, bytesReceived: body.count,
      bytesPerSecondUp: 1e9, bytesPerSecondDown: 1e9)
  }
}
