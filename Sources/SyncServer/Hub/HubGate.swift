package import Shared

/// The hub behind its HTTP skin: bodies in, bodies out, and what each device takes of it.
package struct HubGate: HubService {
  private let hub: Hub
  private let folder: HubFolder?
  private let traffic = TrafficBook()
  private let outcomes = Outcomes()
  private let lastBodies = LastBodies()
  private let doorkeeper = Doorkeeper()
  private let writing: WriteWatch?
  private let uptime: @Sendable () -> Int64

  /// - Parameters:
  ///   - folder: where the hub keeps its files; nil for one that has none of its own.
  ///   - uptime: milliseconds from any moment on.
  package init(
    _ hub: Hub, folder: HubFolder? = nil,
    uptime: @escaping @Sendable () -> Int64 = HubServer.uptime
  ) {
    self.hub = hub
    self.folder = folder
    self.uptime = uptime
    writing = folder.map { WriteWatch(path: $0.database) }
  }

  package func enroll(_ body: [UInt8], language: Language) throws(Problem) -> [UInt8] {
    try hub.enroll(EnrolmentRequest(body: body)).body
  }

  package func recentHolder(of token: String) -> UInt32? {
    let time = hub.now()
    guard let device = doorkeeper.device(Secret.hash(token), at: time),
      !traffic.today(of: device, time).isSpent
    else { return nil }
    return device.number
  }

  package func holder(of token: String) throws(Problem) -> UInt32 {
    let device = try hub.holder(of: token)
    doorkeeper.note(device, Secret.hash(token), at: hub.now())
    let today = traffic.today(of: device, hub.now())
    // An order to wipe comes through, and what answers it: that is bounded by itself.
    guard !today.isSpent || device.state == .wiped else {
      // No exchange comes any more that would write it down.
      if !device.traffic.at(hub.now()).isSpent { try hub.note(today, of: device) }
      throw Problem(
        .too_many_requests, at: "24 h", retryAfter: DayTraffic.untilTomorrow(hub.now()))
    }
    return device.number
  }

  package func sync(
    _ body: [UInt8], token: String, language: Language, inParts: Bool
  ) throws(Problem) -> [UInt8] {
    let device = try hub.admit(token: token)
    let body = try whole(body, of: device)
    return try converse(body, device) { device, message throws(Problem) in
      let request = try SyncRequest(encoded: message)
      let answers = try hub.answers(
        request, for: device, language: language, inParts: inParts)
      outcomes.note(request, answers[0])
      return answers.map(\.encoded)
    }
  }

  package func repair(
    _ body: [UInt8], token: String, language: Language
  ) throws(Problem) -> [UInt8] {
    try converse(body, try hub.admit(token: token)) { device, message throws(Problem) in
      [try hub.repair(RepairRequest(encoded: message), for: device, language: language).encoded]
    }
  }

  package func handOver(
    _ body: [UInt8], token: String, language: Language
  ) throws(Problem) -> [UInt8] {
    try converse(body, try hub.holder(of: token)) { device, message throws(Problem) in
      [try hub.takeOver(message, from: device).encoded]
    }
  }

  package func wiped(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] {
    try hub.noteWiped(try hub.holder(of: token), WipedNotice(body: body))
    return Array("{}".utf8)
  }

  package func renew(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] {
    try hub.renew(TokenRenewal(body: body), for: try hub.admit(token: token))
    return Array("{}".utf8)
  }

  package func exchangeKeys(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] {
    let keys = try KeyExchange.keys(in: body)
    return KeyExchange(try hub.exchangeKeys(keys, with: try hub.admit(token: token))).body
  }

  /// The body that a device means, which it may only name.
  private func whole(_ body: [UInt8], of device: HubDevice) throws(Problem) -> [UInt8] {
    do {
      return try lastBodies.body(for: body, from: device.number)
    } catch {
      traffic.add(body.count, requests: 1, to: device, hub.now())
      throw error
    }
  }

  /// Opens a device's message and closes the answer's.
  private func converse(
    _ body: [UInt8], _ device: HubDevice,
    _ answer: (HubDevice, [UInt8]) throws(Problem) -> [[UInt8]]
  ) throws(Problem) -> [UInt8] {
    traffic.add(body.count, requests: 1, to: device, hub.now())
    let message = try Compression.expand(body, limit: Limits.expandedBody)
    traffic.add(0, opened: message.count, to: device, hub.now())
    var device = device
    device.traffic = traffic.today(of: device, hub.now())
    let answer = Parts.compress(
      try answer(device, message), dictionary: Compression.dictionary(of: body))
    traffic.add(answer.count, to: device, hub.now())
    return answer
  }

  package func together(_ body: () -> Void) throws(Problem) { try hub.store.together(body) }

  package func figures() throws(Problem) -> [Figure] {
    let time = hub.now()
    return try hub.figures { traffic.today(of: $0, time) } + outcomes.figures
      + (folder?.figures() ?? [])
  }

  /// Says that the hub is alive after one real read, one real write beside the database, which waits
  /// for no exchange, and a look whether the database can be written.
  package func health() throws(Problem) -> [UInt8] {
    let count = try hub.store.read { transaction in try transaction.devices().count }
    try folder?.tryDisk()
    try writing?.look(at: uptime())
    return Array("{\"devices\":\(count),\"now\":\(hub.now()),\"status\":\"ok\"}".utf8)
  }
}
