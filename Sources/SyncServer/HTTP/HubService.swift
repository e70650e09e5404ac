package import Shared

/// The hub as the network sees it: bytes in, bytes out.
///
/// The functions block, since they run SQLite. `enroll`, `sync` and `repair` are never called at the same
/// time; `health` may be called during either.
package protocol HubService: Sendable {
  /// A one-time code for a token. JSON in, JSON out.
  func enroll(_ body: [UInt8], language: Language) throws(Problem) -> [UInt8]
  /// One exchange with the device that holds `token`. Binary in, binary out.
  func sync(_ body: [UInt8], token: String, language: Language) throws(Problem) -> [UInt8]
  /// One question of a repair. Binary in, binary out.
  func repair(_ body: [UInt8], token: String, language: Language) throws(Problem) -> [UInt8]
  /// Runs several of these calls: all that they write is durable when it returns, and none of it
  /// when it throws.
  func together(_ body: () -> Void) throws(Problem)
  /// A JSON object, after one real read of the store.
  func health() throws(Problem) -> [UInt8]
}

extension HubService {
  package func together(_ body: () -> Void) throws(Problem) { body() }
}
