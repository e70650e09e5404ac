import Crypto
import struct Foundation.Data

/// The public halves of what a device's or the hub's bundles are sealed to and signed with.
package struct BundleKeys: Hashable, Sendable {
  /// X25519, 32 bytes: what is sealed to it is opened by its owner alone.
  let sealing: [UInt8]
  /// Ed25519, 32 bytes: what it verifies was written by its owner alone.
  let signing: [UInt8]

  /// Both keys, the sealing one first. Throws `.not_understood` for another length than 64.
  package init(bytes: [UInt8]) throws(Problem) {
    guard bytes.count == 64 else { throw Problem(.not_understood, at: "keys") }
    sealing = Array(bytes.prefix(32))
    signing = Array(bytes.suffix(32))
  }

  init(sealing: [UInt8], signing: [UInt8]) {
    self.sealing = sealing
    self.signing = signing
  }

  package var bytes: [UInt8] { sealing + signing }

  /// Which keys these are, in eight bytes.
  package var fingerprint: UInt64 {
    SHA256.hash(data: bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    let key = try? Curve25519.Signing.PublicKey(rawRepresentation: signing)
    return key?.isValidSignature(signature, for: message) ?? false
  }

  /// Seals `content` so that nobody else opens it, bound to `head`, which stays readable.
  ///
  /// The key of the moment is drawn by the library: whoever chose it could open the bundle.
  func seal(
    _ content: [UInt8], under head: [UInt8]
  ) throws(Problem) -> (encapsulated: [UInt8], sealed: [UInt8]) {
    do {
      let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: sealing)
      var sender = try HPKE.Sender(
        recipientKey: key, ciphersuite: BundleSecret.suite, info: BundleSecret.info)
      let sealed = try sender.seal(content, authenticating: head)
      return (Array(sender.encapsulatedKey), Array(sealed))
    } catch {
      throw Problem(.bundle_foreign, cause: "keys that nothing can be sealed to")
    }
  }
}

/// 32 random bytes from which both private keys are made.
package struct BundleSecret: Sendable {
  static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
  static let info = Data("djoliba bundle 1".utf8)

  private let sealing: Curve25519.KeyAgreement.PrivateKey
  private let signing: Curve25519.Signing.PrivateKey

  /// Nil for another length than 32.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == 32,
      let sealing = try? Curve25519.KeyAgreement.PrivateKey(
        rawRepresentation: Self.derive("djoliba bundle sealing", from: bytes)),
      let signing = try? Curve25519.Signing.PrivateKey(
        rawRepresentation: Self.derive("djoliba bundle signing", from: bytes))
    else { return nil }
    self.sealing = sealing
    self.signing = signing
  }

  package var keys: BundleKeys {
    BundleKeys(
      sealing: Array(sealing.publicKey.rawRepresentation),
      signing: Array(signing.publicKey.rawRepresentation))
  }

  func sign(_ message: [UInt8]) -> [UInt8] {
    guard let signature = try? signing.signature(for: message) else {
      preconditionFailure("an Ed25519 key signs whatever it is given")
    }
    return Array(signature)
  }

  /// Nil for what was sealed to somebody else, or changed since.
  func open(_ sealed: [UInt8], encapsulated: [UInt8], under head: [UInt8]) -> [UInt8]? {
    let recipient = try? HPKE.Recipient(
      privateKey: sealing, ciphersuite: Self.suite, info: Self.info,
      encapsulatedKey: Data(encapsulated))
    guard var recipient, let content = try? recipient.open(sealed, authenticating: head) else {
      return nil
    }
    return Array(content)
  }

  private static func derive(_ name: String, from bytes: [UInt8]) -> [UInt8] {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: bytes), info: Array(name.utf8), outputByteCount: 32
    ).withUnsafeBytes { Array($0) }
  }
}
