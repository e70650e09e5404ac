package import Shared
import Storage

/// The four PEM files of a hub's authority in its data directory.
///
/// | file | holds | mode |
/// |---|---|---|
/// | `authority.pem` | the certificate that devices pin | 0644 |
/// | `authority.key` | its key | 0600 |
/// | `server.pem` | the server's certificate | 0644 |
/// | `server.key` | its key | 0600 |
package struct AuthorityFiles: Sendable {
  package let directory: String

  package init(directory: String) {
    self.directory = directory
  }

  /// Creates an authority and a server certificate for `hosts` in an existing directory.
  ///
  /// Errors: `already_hub` when there is an authority, `cannot_write`, `disk_full`.
  package func create(hubName: String, hosts: [HubHost]) throws(Problem) {
    guard !DurableFile.exists(path(.authorityCertificate)) else {
      throw Problem(.already_hub, at: directory)
    }
    let authority = try Authority(hubName: hubName)
    let identity = try authority.issue(for: hosts)
    try write(authority.keyPEM, .authorityKey)
    try write(identity.keyPEM, .serverKey)
    try write(identity.certificatePEM, .serverCertificate)
    // Last, because its presence says that all four are there.
    try write(authority.certificatePEM, .authorityCertificate)
  }

  /// What devices pin. `file_missing` where there is no hub.
  package func authorityCertificate() throws(Problem) -> [UInt8] {
    try read(.authorityCertificate)
  }

  /// What `HubServer` serves with. `file_missing` where there is none.
  package func identity() throws(Problem) -> ServerIdentity {
    ServerIdentity(certificatePEM: try read(.serverCertificate), keyPEM: try read(.serverKey))
  }

  /// Seconds since 1970 until which the server's certificate is valid.
  package func expiry() throws(Problem) -> Int64 {
    try Authority.expiry(of: try read(.serverCertificate))
  }

  /// Replaces the server's certificate by one for `hosts`; devices that pinned the authority go on
  /// without noticing. A running server keeps the old one until it starts again.
  package func reissue(for hosts: [HubHost]) throws(Problem) {
    let authority = try Authority(
      certificatePEM: try read(.authorityCertificate), keyPEM: try read(.authorityKey))
    let renewed = try authority.issue(for: hosts, renewing: try identity())
    try write(renewed.certificatePEM, .serverCertificate)
  }

  private enum Name: String {
    case authorityCertificate = "authority.pem"
    case authorityKey = "authority.key"
    case serverCertificate = "server.pem"
    case serverKey = "server.key"

    var isSecret: Bool { self == .authorityKey || self == .serverKey }
  }

  private func path(_ name: Name) -> String { "\(directory)/\(name.rawValue)" }

  private func read(_ name: Name) throws(Problem) -> [UInt8] {
    try DurableFile.read(path(name))
  }

  private func write(_ bytes: [UInt8], _ name: Name) throws(Problem) {
    try DurableFile.write(bytes, to: path(name), mode: name.isSecret ? 0o600 : 0o644)
  }
}
