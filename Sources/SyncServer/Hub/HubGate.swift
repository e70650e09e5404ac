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
    let device = try hub.admit(token: token)
    let request = try SyncRequest(
      encoded: Compression.expand(body, limit: Limits.expandedBody))
    let answer = try hub.answer(request, for: device, language: language)
    return Compression.compress(answer.encoded)
  }

  package func repair(
    _ body: [UInt8], token: String, language: Language
  ) throws(Problem) -> [UInt8] {
    let device = try hub.admit(token: token)
    let request = try RepairRequest(
      encoded: Compression.expand(body, limit: Limits.expandedBody))
    let answer = try hub.repair(request, for: device, language: language)
    return Compression.compress(answer.encoded)
  }

  /// Says that the hub is alive after one real read.
  package func health() throws(Problem) -> [UInt8] {
    let count = try hub.store.read { transaction in try transaction.devices().count }
    return Array("{\"devices\":\(count),\"status\":\"ok\"}".utf8)
  }
}
