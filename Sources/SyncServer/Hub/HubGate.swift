package import Shared

/// The hub behind its HTTP skin: bodies in, bodies out.
package struct HubGate: HubService {
  private let hub: Hub

  package init(_ hub: Hub) { self.hub = hub }

  package func enroll(_ body: [UInt8], language: Language) throws(Problem) -> [UInt8] {
    try hub.enroll(EnrolmentRequest(body: body)).body
  }

  package func sync(
    _ body: [UInt8], token: String, language: Language
  ) throws(Problem) -> [UInt8] {
    try converse(body, token) { device, message throws(Problem) in
      try hub.answer(SyncRequest(encoded: message), for: device, language: language).encoded
    }
  }

  package func repair(
    _ body: [UInt8], token: String, language: Language
  ) throws(Problem) -> [UInt8] {
    try converse(body, token) { device, message throws(Problem) in
      try hub.repair(RepairRequest(encoded: message), for: device, language: language).encoded
    }
  }

  /// Lets the device in, then opens its message and closes the answer's.
  private func converse(
    _ body: [UInt8], _ token: String,
    _ answer: (HubDevice, [UInt8]) throws(Problem) -> [UInt8]
  ) throws(Problem) -> [UInt8] {
    let device = try hub.admit(token: token)
    let message = try Compression.expand(body, limit: Limits.expandedBody)
    return Compression.compress(try answer(device, message))
  }

  package func together(_ body: () -> Void) throws(Problem) { try hub.store.together(body) }

  /// Says that the hub is alive after one real read.
  package func health() throws(Problem) -> [UInt8] {
    let count = try hub.store.read { transaction in try transaction.devices().count }
    return Array("{\"devices\":\(count),\"status\":\"ok\"}".utf8)
  }
}
