import Crypto
import Shared

/// A random secret as it travels, and its hash as it is stored.
package enum Secret {
  /// Bytes. Too many to guess, few enough to pay for in every request.
  package static let length = 32

  /// What the hub stores in place of a token or an invitation's code. The secrets are random,
  /// so a plain hash is enough: there is no dictionary to try.
  package static func hash(_ secret: String) -> [UInt8] {
    Array(SHA256.hash(data: Array(secret.utf8)))
  }

  /// 64 hexadecimal digits from `length` random bytes.
  package static func text(_ random: () -> UInt64) -> String {
    [UInt8](words: length / 8, from: random).hexadecimal
  }

  package static func isWellFormed(_ text: String) -> Bool {
    text.utf8.count == 2 * length
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
