package import Shared

/// The hub as the network sees it: bytes in, bytes out.
///
/// The functions block, since they run SQLite, but for `recentHolder`. That, `holder`, `health` and
/// `figures` may be called during any other; of the others never two at the same time.
package protocol HubService: Sendable {
  /// A one-time code for a token. JSON in, JSON out.
  func enroll(_ body: [UInt8], language: Language) throws(Problem) -> [UInt8]
  /// One exchange with the device that holds `token`. Binary in, binary out, in parts for a device
  /// that takes them.
  func sync(
    _ body: [UInt8], token: String, language: Language, inParts: Bool
  ) throws(Problem) -> [UInt8]
  /// One question of a repair. Binary in, binary out.
  func repair(_ body: [UInt8], token: String, language: Language) throws(Problem) -> [UInt8]
  /// Runs several of these calls: all that they write is durable when it returns, and none of it
  /// when it throws.
  func together(_ body: () -> Void) throws(Problem)
  /// What a device that shall be wiped has not sent yet. Binary in, binary out.
  func handOver(_ body: [UInt8], token: String, language: Language) throws(Problem) -> [UInt8]
  /// The device has wiped itself. JSON in, JSON out.
  func wiped(_ body: [UInt8], token: String) throws(Problem) -> [UInt8]
  /// The token that the device will use from now on. JSON in, JSON out.
  func renew(_ body: [UInt8], token: String) throws(Problem) -> [UInt8]
  /// The public keys of the device's bundles, for the hub's. JSON in, JSON out.
  func exchangeKeys(_ body: [UInt8], token: String) throws(Problem) -> [UInt8]
  /// The number of the device that holds a token, whatever it may still do. Asked before a body is
  /// read. Throws `.unauthorised`; `.too_many_requests` for one that has had its share of the day.
  func holder(of token: String) throws(Problem) -> UInt32
  /// The same of a device that was let in a moment ago, from memory; nil where `holder` has to tell.
  func recentHolder(of token: String) -> UInt32?
  /// A JSON object, after one real read and one real write. Throws what ails the hub.
  func health() throws(Problem) -> [UInt8]
  /// What an operator watches.
  func figures() throws(Problem) -> [Figure]
}

extension HubService {
  package func together(_ body: () -> Void) throws(Problem) { body() }
  package func recentHolder(of token: String) -> UInt32? { nil }
}
