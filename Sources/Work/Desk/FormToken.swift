import Crypto
import Shared

/// What the forms of a visit carry. It follows from the visit's secret and does not give it away.
package enum FormToken {
  package static func of(_ secret: String) -> String {
    SHA256.hash(data: Array("djoliba form\u{1F}\(secret)".utf8)).prefix(16).hexadecimal
  }

  /// Whether a form brought what its visit gave it. All of it is compared, so that the time says
  /// nothing of how much was right.
  package static func matches(_ given: String?, _ token: String) -> Bool {
    let (given, token) = (Array((given ?? "").utf8), Array(token.utf8))
    guard given.count == token.count else { return false }
    return zip(given, token).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
