import GRDB
package import Shared
package import Work

// The doors of the hub's console. A name that is not known costs as much time as a wrong password
// and is closed after as many, so that nobody learns who has an account. Visits are kept as hashes
// of their secrets: who reads the file cannot take one over.

package struct OfficeDoors: Doors {
  private let office: AccountOffice
  private let language: Language

  package init(_ office: AccountOffice, language: Language) {
    self.office = office
    self.language = language
  }

  package var asksPassword: Bool { true }

  private var file: AccountFile { office.file }
  private var now: Int64 { office.hub.now() }

  // MARK: In and out

  package func enter(_ words: EntryWords) throws(Problem) -> String {
    guard case .password(let typed, let password) = words else { throw Problem(.wrong_password) }
    let name = typed.lowercased().filter { !$0.isWhitespace }
    let account = try admit(name, password)
    let secret = Secret.text(office.hub.random)
    try file.run("DELETE FROM visit WHERE seen < ?", [now - AccountLimits.idle])
    try file.run(
      "INSERT INTO visit(secret, account, opened, seen) VALUES (?, ?, ?, ?)",
      [Secret.stored(secret), account.name, now, now])
    try office.write(.enter, by: account.name)
    return secret
  }

  /// Throws `.wrong_password` or `.account_locked`.
  private func admit(_ name: String, _ password: String) throws(Problem) -> Account {
    try refuseLocked(name)
    let account = try file.account(name)
    if account == nil { _ = office.hash(password) }
    guard let account, account.password.matches(password), !account.isDisabled else {
      try noteFailure(name, known: account != nil)
      throw Problem(.wrong_password)
    }
    try file.forgetFailures(name)
    return account
  }

  private func refuseLocked(_ name: String) throws(Problem) {
    if let until = try file.attempts(name).lockedUntil, until > now {
      throw Problem(.account_locked)
    }
  }

  /// What was typed for a name that nobody has may be a password: it is in no log.
  private func noteFailure(_ name: String, known: Bool) throws(Problem) {
    try file.noteFailure(name, now: now)
    try office.write(.refusedEntry, by: known ? name : "?")
  }

  package func leave(_ secret: String) throws(Problem) {
    let account = try open(secret)
    try file.run("DELETE FROM visit WHERE secret = ?", [Secret.stored(secret)])
    try office.write(.leave, by: account.name)
  }

  // MARK: A visit

  package func visit(_ secret: String) throws(Problem) -> Visit {
    let account = try open(secret)
    return Visit(
      desk: try desk(of: account), formToken: FormToken.of(secret),
      mustChangePassword: account.mustChangePassword)
  }

  /// Throws `.session_over`.
  private func open(_ secret: String) throws(Problem) -> Account {
    let key = Secret.stored(secret)
    guard let found = try file.visit(key), now - found.seen < AccountLimits.idle,
      now - found.opened < AccountLimits.longest, !found.account.isDisabled
    else { throw Problem(.session_over) }
    if now - found.seen > AccountLimits.seen {
      try file.run("UPDATE visit SET seen = ? WHERE secret = ?", [now, key])
    }
    return found.account
  }

  private func desk(of account: Account) throws(Problem) -> HubDesk {
    let (office, hub, file) = (office, office.hub, office.file)
    let sitter = Sitter(
      name: account.fullName, role: account.role, grant: try hub.usualGrant(base: account.base),
      person: account.person, base: nil, now: now)
    return HubDesk(
      hub: hub, sitter: sitter, number: { try hub.number(of: account, $0) },
      keep: { number throws(Problem) in try file.keep(number, of: account) }, language: language,
      actor: "account:\(account.name)", size: office.size
    ) { act, record throws(Problem) in
      try office.write(act, by: account.name, record)
    }
  }

  package func changePassword(
    _ secret: String, from old: String, to new: String
  ) throws(Problem) {
    let account = try open(secret)
    try refuseLocked(account.name)
    guard account.password.matches(old) else {
      try noteFailure(account.name, known: true)
      throw Problem(.wrong_password)
    }
    guard old != new, PasswordHash.isStrong(new, name: account.name) else {
      throw Problem(.weak_password)
    }
    let hash = office.hash(new)
    try file.run(
      "UPDATE account SET password = ?, must_change = 0 WHERE name = ?",
      [hash.text, account.name])
    // Whoever else is in with the old password goes out.
    try file.run(
      "DELETE FROM visit WHERE account = ? AND secret <> ?", [account.name, Secret.stored(secret)])
    try office.write(.account, by: account.name)
  }

  package func book(limit: Int) throws(Problem) -> [BookLine]? { try office.book(limit: limit) }
}
