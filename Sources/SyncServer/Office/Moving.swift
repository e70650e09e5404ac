package import Shared
import Work

extension HubFolder {
  /// Moves the hub to other addresses: a certificate for them, signed by the authority that devices
  /// trust already, then what invitations carry. With the addresses that it has, it renews the
  /// certificate. A running server takes both over when it starts again.
  ///
  /// - Throws: `.plain_http`, `.no_hub`, `.cannot_write`, `.disk_full`.
  package func move(_ hub: Hub, to addresses: [HubAddress], by who: String) throws(Problem) {
    try Self.check(addresses)
    try authority.reissue(for: addresses.map(\.host))
    try save(addresses)
    let words = addresses.map(\.description).joined(separator: " ")
    try hub.note(AuditEntry(.address, by: who, detail: words))
  }
}
