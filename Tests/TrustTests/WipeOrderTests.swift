import Foundation
import Synchronization
import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// A device that got lost and calls again.
@Suite struct WipeOrderTests {
  private func write(_ count: Int, into client: FieldClient, text: String = "") throws {
    try client.write { writer in
      for number in 0..<count {
        _ = try writer.add(
          "contact", Samples.contact.merging(["locality": .text("\(number)\(text)")]) { $1 })
      }
    }
  }

  private func number(_ client: FieldClient, _ live: Live) throws -> UInt32 {
    try #require(try live.hub.devices().last).number
  }

  private func contacts(_ live: Live) throws -> Int {
    try live.store.read { try $0.list(Schema.mission[type: "contact"]!, limit: .max).count }
  }

  @Test func `it hands over what it has not sent, leaves nothing behind, and says so`()
    async throws
  {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(2, into: client)
      let device = try number(client, live)
      try live.hub.setState(.wiped, of: device)
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      #expect(!FileManager.default.fileExists(atPath: client.directory))
      let parcel = try #require(try live.hub.inbox().first)
      #expect(parcel.device == device && parcel.records == 2 && parcel.outcome == .waiting)
      #expect(try live.hub.contents(of: parcel) == ["contact": 2])
      #expect(try contacts(live) == 0, "it stays apart")
      #expect(try live.hub.devices().last?.wipedAt == live.time.now)
      #expect(try live.acts().suffix(3) == ["orderWipe", "handOver", "wiped"])
      #expect(throws: Problem.self) {
        try FieldClient(directory: client.directory, surroundings: live.surroundings())
      }
      _ = try live.hub.settle(parcel: parcel.number, .admitted, by: "shell:awa", language: .fr)
      #expect(try contacts(live) == 2)
      #expect(throws: Problem(.no_parcel, at: "1")) {
        try live.hub.settle(parcel: parcel.number, .dropped, by: "shell:awa", language: .fr)
      }
    }
  }

  @Test func `no parcel fills the disk`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      let number = try number(client, live)
      try live.hub.setState(.wiped, of: number)
      let device = try #require(try live.hub.devices().last)
      let text = Value.text(String(repeating: "a", count: Limits.text))
      let changes = (0...(Limits.largestParcel / Limits.text)).map { number in
        RecordChange(
          kind: .create, id: RecordID(high: 1, low: UInt64(number)), handle: 0, stamp: .never,
          fields: [FieldChange(field: 0, value: text, stamp: .never)])
      }
      var request = SyncRequest(
        deviceClock: live.time.now, schemaVersion: 1, program: "", grantVersion: 1, noticeCursor: 0,
        knownDevices: 0, budget: 0, waiting: 0, cursors: [], push: Changeset())
      request.push = Changeset(groups: [
        ChangeGroup(type: "contact", fields: ["locality"], records: changes)
      ])
      let large = request.encoded
      #expect(throws: Problem(.too_large)) { try live.hub.takeOver(large, from: device) }
      #expect(try live.hub.inbox().isEmpty)
    }
  }

  @Test func `what it hands over is larger than a page, and its clock is wrong`() async throws {
    try await Live.run { live in
      let clock = Ticker(live.time.now)
      let client = try await live.laptop(clock: clock)
      clock.advance(86_400_000)
      try write(60, into: client, text: String(repeating: "Niger ", count: 5_000))
      try live.hub.setState(.wiped, of: try number(client, live))
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      let parcels = try live.hub.inbox()
      #expect(parcels.count > 1)
      #expect(parcels.map(\.records).reduce(0, +) == 60)
      for parcel in parcels {
        let latest = try live.changes(of: parcel).latestStamp.milliseconds
        #expect(latest <= live.time.now + Limits.clockTolerance)
      }
    }
  }

  @Test func `what is handed over is sealed for the hub, and stays so until it is admitted`()
    async throws
  {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(1, into: client, text: "Bourem")
      try live.hub.setState(.wiped, of: try number(client, live))
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      let parcel = try #require(try live.store.read { try $0.parcel(1) })
      // What came is kept as it came.
      #expect(parcel.body.starts(with: BundleHead.magic))
      #expect(try SealedBundle(file: parcel.body).head.way == .parcel)
      #expect(String(decoding: parcel.body, as: UTF8.self).firstRange(of: "Bourem") == nil)
      #expect(try live.hub.contents(of: parcel) == ["contact": 1])
      _ = try live.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr)
      #expect(try contacts(live) == 1)
    }
  }

  @Test func `a hub that lost the keys takes in the open what it cannot open`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(1, into: client)
      try live.store.write { try $0.set(HubSecret.bundles, Array(1...32)) }
      try live.hub.setState(.wiped, of: try number(client, live))
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      #expect(try live.hub.inbox().map(\.records) == [1])
      _ = try live.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr)
      #expect(try contacts(live) == 1)
    }
  }

  @Test func `what is refused of a parcel stays in the inbox, and can be admitted later`()
    async throws
  {
    try await Live.run { live in
      let client = try await live.laptop()
      try client.write { writer in
        for scope in ["mission", "base:GAO"] {
          _ = try writer.add(
            "contact", Samples.contact.merging(["scope": .text(scope)]) { $1 })
        }
      }
      let device = try number(client, live)
      try live.hub.setState(.wiped, of: device)
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      func admit() throws -> Int {
        try live.hub.settle(parcel: 1, .admitted, by: "shell:awa", language: .fr).refused.count
      }
      let whole = try #require(try live.hub.devices().last).grant
      try live.hub.setGrant(Grant(read: [.mission], write: [.mission]), role: nil, of: device)
      #expect(try admit() == 1 && contacts(live) == 1)
      let parcel = try #require(try live.hub.inbox().first)
      #expect(parcel.outcome == .partly)
      #expect(try live.hub.contents(of: parcel) == ["contact": 2])
      try live.hub.setGrant(whole, role: nil, of: device)
      #expect(try admit() == 0 && contacts(live) == 2)
      #expect(try live.hub.inbox().map(\.outcome) == [.admitted])
      #expect(try live.hub.conflicts().isEmpty)
    }
  }

  @Test func `it keeps everything while the hub cannot take it over, and wipes itself after`()
    async throws
  {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(1, into: client)
      try live.hub.setState(.wiped, of: try number(client, live))
      live.faults.plan("handOver", Problem(.hub_unable))
      await #expect(throws: Problem.self) { try await client.sync() }
      #expect(try client.status().pending == 1)
      live.faults.plan("handOver", nil)
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      #expect(try live.hub.inbox().map(\.records) == [1])
    }
  }

  @Test(arguments: [404, 413, 200])
  func `what stands between and answers in the hub's place loses nothing and reads nothing`(
    status: Int
  ) async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(1, into: client, text: "Bourem")
      try live.hub.setState(.wiped, of: try number(client, live))
      let between = Between(client.transport, status: status)
      let surroundings = live.surroundings()
      let diverted = try FieldClient(
        directory: client.directory, surroundings: surroundings, token: client.token,
        transport: between)
      for _ in 0..<2 { await #expect(throws: Problem.self) { try await diverted.sync() } }
      #expect(try client.status().pending == 1)
      #expect(between.bodies.count == 2)
      for body in between.bodies {
        let message = try Compression.expand(body, limit: Limits.expandedBody)
        #expect(message.starts(with: BundleHead.magic), "it is sealed each time")
      }
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      #expect(try live.hub.inbox().map(\.records) == [1])
    }
  }

  @Test func `it wipes itself also when the hub takes nothing over`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(1, into: client)
      try live.hub.setState(.wiped, of: try number(client, live))
      live.faults.plan("handOver", Problem(.too_large))
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      #expect(!FileManager.default.fileExists(atPath: client.directory))
      #expect(try live.hub.devices().last?.wipedAt != nil)
    }
  }

  @Test func `the hub takes nothing over from who was not told to wipe itself`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      let header = ["-H", "Authorization: Bearer \(client.token)"]
      let json = ["-H", "Content-Type: application/json", "-d", "{}"]
      for state in [HubDevice.State.active, .revoked, .retired] {
        try live.hub.setState(state, of: try number(client, live))
        #expect(try await live.curl("/v1/wiped", header + json).status == 403)
      }
      #expect(try live.hub.devices().last?.wipedAt == nil)
      #expect(try live.hub.inbox().isEmpty)
    }
  }

  @Test func `a lost laptop fills the inbox with a year's work and no more`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      try live.hub.setState(.wiped, of: try number(client, live))
      let message = try fillInbox(live)
      let device = try #require(try live.hub.devices().last)
      #expect(throws: Problem(.too_large)) { try live.hub.takeOver(message, from: device) }
    }
  }

  @Test func `what a lost laptop could not hand over is counted, and Bamako is told`() async throws
  {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(3, into: client)
      try live.hub.setState(.wiped, of: try number(client, live))
      try fillInbox(live)
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      let device = try #require(try live.hub.devices().last)
      #expect(device.wipedAt != nil && device.waiting == 3)
      let line = try #require(try live.hub.audit(limit: 1).first)
      #expect(line.act == "wiped" && line.detail == "3" && line.who == device.actor)
      // Said again, it is no second line.
      let header = ["-H", "Authorization: Bearer \(client.token)"]
      let json = ["-H", "Content-Type: application/json", "-d", #"{"unsent":9}"#]
      #expect(try await live.curl("/v1/wiped", header + json).status == 200)
      #expect(try live.hub.audit(limit: 1).first == line)
    }
  }

  @Test func `of an older program the hub counts itself what it could not take`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      try live.hub.setState(.wiped, of: try number(client, live))
      let message = try fillInbox(live, waiting: 6)
      let device = try #require(try live.hub.devices().last)
      #expect(throws: Problem(.too_large)) { try live.hub.takeOver(message, from: device) }
      try live.hub.noteWiped(device, WipedNotice(body: []))
      #expect(try live.hub.devices().last?.waiting == 7)
      #expect(try live.hub.audit(limit: 1).first?.detail == "7")
    }
  }

  /// Hands over as much as the hub takes of the last device. Returns one request more.
  @discardableResult
  private func fillInbox(_ live: Live, waiting: Int = 0) throws -> [UInt8] {
    let device = try #require(try live.hub.devices().last)
    let page = Changeset(groups: [
      ChangeGroup(
        type: "contact", fields: [],
        records: [RecordChange(kind: .delete, id: nil, handle: 1, stamp: .never)])
    ])
    let request = SyncRequest(
      deviceClock: live.time.now, schemaVersion: 1, program: "", grantVersion: 1,
      noticeCursor: 0, knownDevices: 0, budget: 0, waiting: waiting, cursors: [], push: page)
    for _ in 0..<Limits.parcelsOfDevice { _ = try live.hub.takeOver(request.encoded, from: device) }
    return request.encoded
  }

  @Test func `an order to wipe stands until it is carried out`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      let device = try number(client, live)
      try live.hub.setState(.wiped, of: device)
      for state in [HubDevice.State.active, .revoked, .retired] {
        #expect(throws: Problem(.wipe_waits, at: "\(device)")) {
          try live.hub.setState(state, of: device)
        }
      }
      try live.hub.setState(.wiped, of: device)
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      try live.hub.setState(.retired, of: device)
      #expect(try live.hub.devices().last?.state == .retired)
    }
  }

  @Test func `an order to wipe reaches a device whose share of the day is spent`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      try write(1, into: client)
      var device = try #require(try live.hub.devices().last)
      device.state = .wiped
      device.traffic.bytes = Limits.bytesOfDay
      let spent = device
      try live.store.write { try $0.update(spent) }
      await #expect(throws: Problem(.wiped)) { try await client.sync() }
      #expect(try live.hub.inbox().map(\.records) == [1])
    }
  }

  @Test func `who is shut out while a request waits stays out`() async throws {
    try await Live.run { live in
      _ = try await live.laptop()
      let device = try #require(try live.hub.devices().last)
      try live.hub.setState(.revoked, of: device.number)
      let request = SyncRequest(
        deviceClock: live.time.now, schemaVersion: 1, program: "", grantVersion: 1,
        noticeCursor: 0, knownDevices: 0, budget: 0, waiting: 0, cursors: [], push: Changeset())
      #expect(throws: Problem(.revoked)) {
        try live.hub.answer(request, for: device, language: .fr)
      }
      #expect(try live.hub.devices().last?.state == .revoked)
    }
  }
}

/// A proxy with the hub's certificate that keeps one path to itself.
private final class Between: Transport {
  private let hub: any Transport
  private let status: Int
  private let kept = Mutex<[[UInt8]]>([])

  init(_ hub: any Transport, status: Int) {
    self.hub = hub
    self.status = status
  }

  var bodies: [[UInt8]] { kept.withLock(\.self) }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    guard request.path == "/v1/handover" else {
      return try await hub.exchange(request, progress: progress)
    }
    kept.withLock { $0.append(request.body) }
    return HTTPAnswer(status: status, contentType: "text/html", body: Array("<h1>?</h1>".utf8))
  }
}
