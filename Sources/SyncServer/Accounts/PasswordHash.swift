import Crypto
import CryptoExtras
import Foundation

/// What one guess costs: scrypt's rounds of 8-byte blocks, and how often they are done.
package struct PasswordCost: Sendable, Equatable {
  let rounds: Int
  let lanes: Int

  /// OWASP's parameters for 16 MiB: a guess costs an attacker's machine what it costs this one, and
  /// a sign-in a seventh of a second.
  package static let usual = PasswordCost(rounds: 1 << 14, lanes: 5)
}

/// A password as it is kept: scrypt with its parameters and salt, so that a later choice of
/// parameters does not lock anybody out.
struct PasswordHash: Equatable {
  private let cost: PasswordCost
  private let salt: [UInt8]
  private let key: [UInt8]

  private static let blockSize = 8

  /// - Parameter salt: 16 random bytes.
  init(_ password: String, salt: [UInt8], cost: PasswordCost = .usual) {
    self.cost = cost
    self.salt = salt
    key = Self.derive(password, salt, cost)
  }

  func matches(_ password: String) -> Bool {
    let given = Self.derive(password, salt, cost)
    // All bytes are looked at, so that the time says nothing of how many were right.
    return zip(given, key).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// What is typed with another keyboard's accents is the same password.
  private static func derive(
    _ password: String, _ salt: [UInt8], _ cost: PasswordCost
  ) -> [UInt8] {
    let bytes = Data(password.precomposedStringWithCompatibilityMapping.utf8)
    do {
      let key = try KDF.Scrypt.deriveKey(
        from: bytes, salt: salt, outputByteCount: 32, rounds: cost.rounds, blockSize: blockSize,
        parallelism: cost.lanes)
      return key.withUnsafeBytes { Array($0) }
    } catch {
      preconditionFailure("the parameters are scrypt's: \(error)")
    }
  }

  // MARK: As text

  var text: String {
    "scrypt$\(cost.rounds)$\(cost.lanes)$\(Data(salt).base64EncodedString())$\(Data(key).base64EncodedString())"
  }

  init?(text: String) {
    let parts = text.split(separator: "$").map(String.init)
    guard parts.count == 5, parts[0] == "scrypt", let rounds = Int(parts[1]),
      let lanes = Int(parts[2]), let salt = Data(base64Encoded: parts[3]),
      let key = Data(base64Encoded: parts[4])
    else { return nil }
    cost = PasswordCost(rounds: rounds, lanes: lanes)
    self.salt = Array(salt)
    self.key = Array(key)
  }

  // MARK: What is a password

  /// Twelve characters, not all alike, and not one of those that everybody tries.
  static func isStrong(_ password: String, name: String) -> Bool {
    let folded = password.lowercased()
    let isCommon = common.contains { folded.contains($0) && folded.count < $0.count + 5 }
    return (12...200).contains(password.count) && Set(password).count > 4 && !isCommon
      && !(name.count > 3 && folded.contains(name.lowercased()))
  }

  private static let common = [
    "motdepasse", "password", "azertyuiop", "qwertyuiop", "123456789", "premiereurgence",
    "bamako2026",
    "djolibadjoliba", "securite2026",
  ]
}
