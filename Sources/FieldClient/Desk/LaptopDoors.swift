package import Shared
import Synchronization
package import Work

/// The door of a laptop: the link that the program printed lets in once; then the browser keeps a
/// secret of its own until the program ends.
package final class LaptopDoors: Doors {
  package let asksPassword = false
  private let makeDesk: @Sendable () throws(Problem) -> any Desk
  private let random: @Sendable () -> UInt64
  private let state: Mutex<State>

  private struct State {
    var code: String?
    var secrets: Set<String> = []
  }

  /// - Parameters:
  ///   - code: what the link carries.
  ///   - desk: made anew for each page, since a sync may have changed the device's rights.
  package init(
    code: String, random: @escaping @Sendable () -> UInt64,
    desk: @escaping @Sendable () throws(Problem) -> any Desk
  ) {
    makeDesk = desk
    self.random = random
    state = Mutex(State(code: code))
  }

  /// 128 bits in hexadecimal.
  package static func secret(_ random: () -> UInt64) -> String {
    (0..<2).map { _ in
      let digits = String(random(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  package func enter(_ words: EntryWords) throws(Problem) -> String {
    guard case .code(let given) = words else { throw Problem(.session_over) }
    let secret = Self.secret(random)
    let isRight = state.withLock { state in
      guard let code = state.code, FormToken.matches(given, code) else { return false }
      state.code = nil
      state.secrets.insert(secret)
      return true
    }
    guard isRight else { throw Problem(.session_over) }
    return secret
  }

  package func visit(_ secret: String) throws(Problem) -> Visit {
    guard state.withLock({ $0.secrets.contains(secret) }) else { throw Problem(.session_over) }
    return Visit(
      desk: try makeDesk(), formToken: FormToken.of(secret), mustChangePassword: false)
  }

  package func leave(_ secret: String) { state.withLock { _ = $0.secrets.remove(secret) } }

  package func changePassword(_ secret: String, from old: String, to new: String) throws(Problem) {
    throw Problem(.not_found)
  }

  package func book(limit: Int) -> [BookLine]? { nil }
}
