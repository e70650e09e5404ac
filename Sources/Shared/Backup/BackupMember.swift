/// The files of a backup, in their order. The database is first: as long as it has not its name in
/// the new folder, the rest is known to be begun only.
package enum BackupMember: String, CaseIterable, Sendable {
  case hub = "hub.sqlite"
  case accounts = "accounts.sqlite"
  case settings = "hub.json"
  case authorityKey = "authority.key"
  case authorityCertificate = "authority.pem"
  case serverKey = "server.key"
  case serverCertificate = "server.pem"
  case sums = "SHA256SUMS"

  package static let files = allCases.dropLast()

  package var mode: UInt32 {
    [.authorityCertificate, .serverCertificate].contains(self) ? 0o644 : 0o600
  }
}
