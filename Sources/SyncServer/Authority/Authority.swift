import Crypto
import Foundation
package import Shared
import SwiftASN1
import X509

/// The hub's own certificate authority, the only one that its devices trust.
///
/// Field laptops lose their clock and wake up in 1970, so everything it signs is valid from then
/// on. Trust ends by replacing the authority, not by a date that such a clock cannot judge.
package struct Authority: Sendable {
  private let certificate: Certificate
  private let key: P256.Signing.PrivateKey

  /// A new authority, named « Djoliba » and the hub's name (45 bytes at most, else `usage`).
  package init(hubName: String) throws(Problem) {
    // A common name holds 64 characters.
    guard (1...45).contains(hubName.utf8.count) else { throw Problem(.usage, at: "name") }
    let key = P256.Signing.PrivateKey()
    self.key = key
    certificate = try signing {
      let name = try DistinguishedName { CommonName("Djoliba \(hubName)") }
      return try Certificate(
        subject: name, key: key.publicKey, extensions: try Self.extensions(key.publicKey),
        issuer: name, issuerKey: key)
    }
  }

  /// An authority as it was written. Bytes that are not one are `not_understood`.
  package init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(Problem) {
    do {
      certificate = try Certificate(pemEncoded: String(decoding: certificatePEM, as: UTF8.self))
      key = try P256.Signing.PrivateKey(pemRepresentation: String(decoding: keyPEM, as: UTF8.self))
    } catch {
      throw Problem(.not_understood, at: "authority", cause: "\(error)")
    }
    guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
      throw Problem(.not_understood, at: "authority", cause: "the key is another certificate's")
    }
  }

  /// What devices pin.
  package var certificatePEM: [UInt8] { certificate.pem }

  /// Whoever holds it can be the hub.
  package var keyPEM: [UInt8] { Array(key.pemRepresentation.utf8) + [UInt8(ascii: "\n")] }

  /// A certificate for a server at `hosts`; loopback is always included.
  ///
  /// With `previous`, its key goes on, so that a renewal replaces one file and not two.
  package func issue(
    for hosts: [HubHost], renewing previous: ServerIdentity? = nil
  ) throws(Problem) -> ServerIdentity {
    let key = try previous.map { (identity) throws(Problem) in try identity.key() }
    let serverKey = key ?? P256.Signing.PrivateKey()
    let signed = try signing {
      try Certificate(
        subject: try DistinguishedName { CommonName("Djoliba server") }, key: serverKey.publicKey,
        extensions: try serverExtensions(hosts), issuer: certificate.subject, issuerKey: self.key)
    }
    return ServerIdentity(
      certificatePEM: signed.pem,
      keyPEM: previous?.keyPEM ?? Array(serverKey.pemRepresentation.utf8) + [UInt8(ascii: "\n")])
  }

  /// Seconds since 1970. Bytes that are no certificate are `not_understood`.
  static func expiry(of certificatePEM: [UInt8]) throws(Problem) -> Int64 {
    do {
      let certificate = try Certificate(pemEncoded: String(decoding: certificatePEM, as: UTF8.self))
      return Int64(certificate.notValidAfter.timeIntervalSince1970)
    } catch {
      throw Problem(.not_understood, at: "server.pem", cause: "\(error)")
    }
  }

  private static func extensions(
    _ key: P256.Signing.PublicKey
  ) throws -> Certificate.Extensions {
    try Certificate.Extensions {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
      Critical(KeyUsage(keyCertSign: true))
      SubjectKeyIdentifier(hash: Certificate.PublicKey(key))
    }
  }

  private func serverExtensions(_ hosts: [HubHost]) throws -> Certificate.Extensions {
    let extra = hosts.filter { !HubHost.loopback.contains($0) }
    let names = (HubHost.loopback + extra).map(\.generalName)
    let issuer = try certificate.extensions.subjectKeyIdentifier?.keyIdentifier
    return try Certificate.Extensions {
      Critical(BasicConstraints.notCertificateAuthority)
      Critical(KeyUsage(digitalSignature: true))
      try ExtendedKeyUsage([.serverAuth])
      SubjectAlternativeNames(names)
      AuthorityKeyIdentifier(keyIdentifier: issuer)
    }
  }
}

/// A server's certificate and its key, both PEM.
package struct ServerIdentity: Hashable, Sendable {
  package let certificatePEM: [UInt8]
  package let keyPEM: [UInt8]

  package init(certificatePEM: [UInt8], keyPEM: [UInt8]) {
    self.certificatePEM = certificatePEM
    self.keyPEM = keyPEM
  }

  fileprivate func key() throws(Problem) -> P256.Signing.PrivateKey {
    do {
      return try P256.Signing.PrivateKey(
        pemRepresentation: String(decoding: keyPEM, as: UTF8.self))
    } catch {
      throw Problem(.not_understood, at: "server.key", cause: "\(error)")
    }
  }
}

/// Signing what we composed ourselves does not fail; if it does, the fault is ours.
private func signing<T>(_ body: () throws -> T) throws(Problem) -> T {
  do { return try body() } catch { throw Problem(.internal, cause: "\(error)") }
}

extension Certificate {
  fileprivate init(
    subject: DistinguishedName, key: P256.Signing.PublicKey, extensions: Extensions,
    issuer: DistinguishedName, issuerKey: P256.Signing.PrivateKey
  ) throws {
    try self.init(
      version: .v3, serialNumber: .random(), publicKey: PublicKey(key),
      notValidBefore: Date(timeIntervalSince1970: 0),
      // 2099-12-31T23:59:59Z: beyond any device, and before the clock of no library ends.
      notValidAfter: Date(timeIntervalSince1970: 4_102_444_799),
      issuer: issuer, subject: subject, extensions: extensions,
      issuerPrivateKey: PrivateKey(issuerKey))
  }

  fileprivate var pem: [UInt8] {
    // A certificate that was built or parsed always serialises.
    Array(try! serializeAsPEM().pemString.utf8) + [UInt8(ascii: "\n")]
  }
}

extension Certificate.SerialNumber {
  /// Sixteen random bytes: unguessable, and within the twenty that a serial may take.
  fileprivate static func random() -> Self {
    var generator = SystemRandomNumberGenerator()
    return Self(bytes: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
  }
}

extension HubHost {
  fileprivate var generalName: GeneralName {
    switch self {
    case .name(let name): .dnsName(name)
    case .ipv4(let bytes), .ipv6(let bytes):
      .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
    }
  }
}
