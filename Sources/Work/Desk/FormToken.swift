import Crypto

/// What the forms of a visit carry. It follows from the visit's secret and does not give it away.
package enum FormToken {
  package static func of(_ secret: String) -> String {
    SHA256.hash(data: Array("djoliba form\u{1F}\(secret)".utf8)).prefix(16)
      .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
