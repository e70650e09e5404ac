package import Shared
import Storage

/// Who is invited, and to what.
package struct Guest: Sendable {
  package let name: String
  package let base: String
  package let role: Role
  /// Both empty for what is usual at the base. What may be written may be read.
  package let read: Set<Scope>
  package let write: Set<Scope>

  package init(name: String, base: String, role: Role, read: Set<Scope>, write: Set<Scope>) {
    self.name = name
    self.base = base
    self.role = role
    self.read = read
    self.write = write
  }
}

extension HubFolder {
  /// Writes an invitation, readable by its owner alone, and returns its last day, ISO.
  ///
  /// Errors: `no_base` for a base or scope that is not, `file_exists`, `cannot_write`.
  package func invite(_ guest: Guest, hub: Hub, by who: String = "hub", to file: String)
    throws(Problem) -> String
  {
    guard !DurableFile.exists(file) else { throw Problem(.file_exists, at: file) }
    let grant = try hub.grant(for: guest)
    let addresses = try addresses()
    let isPlain = addresses.allSatisfy { $0.scheme == .http }
    let authority = isPlain ? [] : try authority.authorityCertificate()
    let (code, expires) = try hub.invite(
      name: guest.name, base: guest.base, role: guest.role, grant: grant, by: who)
    let invitation = Invitation(
      addresses: addresses.map(\.description),
      authority: String(decoding: authority, as: UTF8.self), code: code, name: guest.name,
      base: guest.base, expires: expires)
    try DurableFile.write(invitation.file, to: file)
    return expires
  }
}

extension Hub {
  /// Throws `.no_base` for a base, or the scope of a base, that the hub does not hold.
  package func grant(for guest: Guest) throws(Problem) -> Grant {
    let usual = try usualGrant(base: guest.base)
    if guest.read.isEmpty && guest.write.isEmpty { return usual }
    let read = guest.read.union(guest.write)
    for scope in read.sorted() { try check(scope) }
    return Grant(read: read, write: guest.write)
  }

  /// A sub-base has no scope of its own, and a mistyped one would stay empty for ever.
  private func check(_ scope: Scope) throws(Problem) {
    guard let code = scope.base else { return }
    let base = try store.read { transaction in
      try store.schema[type: "base"].flatMap { try transaction.referenced($0, code) }
    }
    guard let base, base["kind"] != "sous_base" else {
      throw Problem(.no_base, at: scope.description)
    }
  }
}
