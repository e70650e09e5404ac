import Crypto

import struct Foundation.Data

/// What opens sealed backups. It is kept away from the hub, which has only the public half.
package struct RecoveryKey: Sendable {
  private static let mark = "djoliba-recovery-key-1 "
  let key: Curve25519.KeyAgreement.PrivateKey

  /// - Parameter bytes: 32 that nobody can guess.
  package init(_ bytes: [UInt8]) {
    do {
      key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes)
    } catch {
      preconditionFailure("32 bytes are always a key: \(error)")
    }
  }

  /// Throws `.not_a_key`.
  package init(file: [UInt8]) throws(Problem) {
    guard file.count < 200, let bytes = RecoverySeal.bytes(file, after: Self.mark) else {
      throw Problem(.not_a_key)
    }
    self.init(bytes)
  }

  /// One line of text, which somebody can also copy by hand.
  package var file: [UInt8] {
    Array((Self.mark + Array(key.rawRepresentation).hexadecimal + "\n").utf8)
  }

  package var seal: RecoverySeal { RecoverySeal(Array(key.publicKey.rawRepresentation)) }
}

/// The public half: what is sealed with it nobody opens without the key, the hub included.
package struct RecoverySeal: Hashable, Sendable {
  private static let mark = "djoliba-recovery-seal-1 "
  let bytes: [UInt8]

  fileprivate init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Throws `.not_a_key`.
  package init(file: [UInt8]) throws(Problem) {
    guard file.count < 200, let bytes = Self.bytes(file, after: Self.mark) else {
      throw Problem(.not_a_key)
    }
    self.bytes = bytes
  }

  package var file: [UInt8] { Array((Self.mark + bytes.hexadecimal + "\n").utf8) }

  /// Which key it is, for people to compare.
  package var fingerprint: String { Self.digest(of: bytes).hexadecimal }

  static func digest(of bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes).prefix(8)) }

  fileprivate static func bytes(_ file: [UInt8], after mark: String) -> [UInt8]? {
    var text = String(decoding: file, as: UTF8.self)[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    guard text.hasPrefix(mark) else { return nil }
    let bytes = [UInt8](hexadecimal: text.dropFirst(mark.count))
    return bytes?.count == 32 ? bytes : nil
  }
}
