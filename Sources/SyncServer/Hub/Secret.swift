import Crypto

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
    (0..<length / 8).map { _ in
      let digits = String(random(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  package static func isWellFormed(_ text: String) -> Bool {
    text.utf8.count == 2 * length
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
