import Foundation
import Spreadsheet
import Synchronization
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer
@testable import Work

/// A hub with the demonstration's records, its console, and laptops: the real ones on real SQLite;
/// only the clock, the dice and the link are the test's.
final class Stage {
  let folder: HubFolder
  let hub: Hub
  let office: AccountOffice
  let time = StageClock(1_784_116_800_000)  // 15 July 2026, noon
  private let dice = StageClock(7)
  private var laptops = 0

  init(demo: Bool = true) throws {
    let path = NSTemporaryDirectory() + "djoliba-stage-\(UUID().uuidString)"
    folder = HubFolder(path)
    try folder.create(addresses: [HubAddress("https://127.0.0.1:8443")], schema: .mission) { _ in }
    let (time, dice) = (time, dice)
    hub = Hub(store: try folder.open(), now: { time.now }, random: { dice.draw() })
    office = try AccountOffice(folder: folder, hub: hub, cost: .init(rounds: 16, lanes: 1))
    _ = try hub.load(try BaseList.rows(.mission), language: .fr)
    if demo { try loadDemo() }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.path) }

  private func loadDemo() throws {
    let files = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Examples/demo")
    var batch = LoadBatch(schema: .mission, today: "2026-07-15")
    for type in Schema.mission.types {
      let bytes = Array(try Data(contentsOf: files.appending(path: type.name + ".csv")))
      try batch.add(try Table.parse(Spreadsheet.decode(bytes: bytes)), type: type)
    }
    let rows = batch.resolve().records.map { LoadRow(type: $0.type, id: $0.id, values: $0.values) }
    let report = try hub.load(rows, overwrite: true, language: .fr)
    try #require(report.refusals == [])
  }

  // MARK: People

  static let password = "quatre mots au fleuve"

  /// Somebody who is in, with a password of their own.
  func person(_ name: String, _ role: Role, base: String = "BKO", as full: String? = nil) throws
    -> Browser
  {
    let person = try full.map { try one("person", "full_name", .text($0)).id }
    let offer = try office.add(
      name, fullName: full ?? name, role: role, base: base, person: person)
    let browser = Browser(console)
    browser.signIn(name, offer.password)
    browser.get("/")
    browser.post(
      "/mot-de-passe",
      ["ancien": offer.password, "nouveau": Self.password, "encore": Self.password])
    try #require(browser.status == 303)
    return browser
  }

  var console: Console { Console(doors: OfficeDoors(office, language: .fr)) }

  /// A laptop that has synced once, and its browser.
  func laptop(_ base: String, _ role: Role) async throws -> (
    browser: Browser, link: StageLink, client: FieldClient
  ) {
    laptops += 1
    let directory = folder.path + "/laptop-\(laptops)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let invited = try hub.invite(
      name: "Portable \(base)", base: base, role: role, grant: try hub.usualGrant(base: base))
    let (time, dice) = (time, dice)
    let token = Secret.text { dice.draw() }
    let answer = try hub.enroll(EnrolmentRequest(code: invited.code, token: token, program: "test"))
    try Replica.create(
      path: directory + "/replica.sqlite", schema: hub.store.schema, device: answer.device)
    let link = StageLink(gate: HubGate(hub))
    let surroundings = Surroundings(now: { time.now }, random: { dice.draw() }, program: "test")
    let client = try FieldClient(
      directory: directory, surroundings: surroundings, token: token, transport: link)
    _ = try await client.sync()
    let doors = LaptopDoors(code: "sesame", random: { dice.draw() }) { () throws(Problem) in
      try LaptopDesk(client, language: .fr)
    }
    let browser = Browser(Console(doors: doors, field: try LaptopDesk(client, language: .fr)))
    browser.get("/entree?code=sesame")
    try #require(browser.status == 303)
    return (browser, link, client)
  }

  // MARK: Records

  private var desk: HubDesk { HubDesk.ofTheHub(hub, now: time.now, .fr) }

  func all(_ type: String) throws -> [Record] { try desk.records(of: type, where: [], limit: .max) }

  func one(_ type: String, _ field: String, _ value: Value) throws -> Record {
    try #require(all(type).first { $0[field] == value })
  }
}

final class StageClock: Sendable {
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

/// The link of a laptop, which may be down.
final class StageLink: Transport {
  private let gate: HubGate
  private let down = Mutex(false)

  init(gate: HubGate) { self.gate = gate }

  func cut(_ isDown: Bool) { down.withLock { $0 = isDown } }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    if down.withLock({ $0 }) { throw Problem(.offline) }
    let token = String(request.headers.first { $0.0 == "Authorization" }!.1.dropFirst(7))
    let body =
      request.path == "/v1/repair"
      ? try gate.repair(request.body, token: token, language: .fr)
      : try gate.sync(
        request.body, token: token, language: .fr, inParts: request.takesBeginning)
    return HTTPAnswer(
      status: 200, body: body, bytesSent: request.body.count, bytesReceived: body.count,
      bytesPerSecondUp: 20_000, bytesPerSecondDown: 20_000)
  }
}
