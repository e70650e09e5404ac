import GRDB
package import Shared
import Work

/// Who keeps the accounts: makes them, closes them, gives new passwords.
package struct AccountOffice: Sendable {
  let file: AccountFile
  let hub: Hub
  let size: @Sendable () -> Int64
  private let cost: PasswordCost

  /// - Parameter folder: the hub's, in which the accounts have a file of their own.
  package init(folder: HubFolder, hub: Hub, cost: PasswordCost = .usual) throws(Problem) {
    self.hub = hub
    self.cost = cost
    size = { folder.size }
    file = try AccountFile(path: folder.path + "/accounts.sqlite")
  }

  package func accounts() throws(Problem) -> [Account] { try file.accounts() }

  /// Makes an account and returns the password that its owner changes at the first sign-in.
  ///
  /// Errors: `account_exists`, `usage` for a name that is none, `no_base`, `not_found` for a
  /// person whom the hub does not hold.
  package func add(
    _ name: String, fullName: String, role: Role, base: String = "BKO", person: RecordID? = nil,
    by who: String = "hub"
  ) throws(Problem) -> AccountOffer {
    guard Account.isWellFormed(name), role != .hub else { throw Problem(.usage, at: name) }
    _ = try hub.usualGrant(base: base)
    if let person { try checkPerson(person) }
    let password = freshPassword()
    let hash = hash(password)
    let added = try file.count(
      """
      INSERT OR IGNORE INTO account(name, full_name, role, base, person, password, must_change)
      VALUES (?, ?, ?, ?, ?, ?, 1)
      """, [name, fullName, role.rawValue, base, person?.description, hash.text])
    guard added == 1 else { throw Problem(.account_exists, at: name) }
    try write(.account, on: name, by: who)
    return AccountOffer(name: name, password: password)
  }

  private func checkPerson(_ id: RecordID) throws(Problem) {
    let found = try hub.store.read { transaction in
      try hub.store.schema[type: "person"].flatMap { try transaction.record($0, id: id) }
    }
    guard found?.isDeleted == false else { throw Problem(.not_found, at: "person") }
  }

  /// A new password for somebody who lost theirs; whoever used the old one is out.
  package func resetPassword(
    _ name: String, by who: String = "hub"
  ) throws(Problem) -> AccountOffer {
    let password = freshPassword()
    let hash = hash(password)
    let changed = try file.count(
      """
      UPDATE account SET password = ?, must_change = 1 WHERE name = ?
      """, [hash.text, name])
    guard changed == 1 else { throw Problem(.no_account, at: name) }
    try file.forgetFailures(name)
    try closeVisits(name)
    try write(.account, on: name, by: who)
    return AccountOffer(name: name, password: password)
  }

  package func setDisabled(
    _ isDisabled: Bool, _ name: String, by who: String = "hub"
  ) throws(Problem) {
    let changed = try file.count(
      "UPDATE account SET disabled = ? WHERE name = ?", [isDisabled, name])
    guard changed == 1 else { throw Problem(.no_account, at: name) }
    if isDisabled { try closeVisits(name) }
    try write(.account, on: name, by: who)
  }

  private func closeVisits(_ name: String) throws(Problem) {
    try file.run("DELETE FROM visit WHERE account = ?", [name])
  }

  // MARK: Chance

  /// Four times four letters and digits that no eye takes for another: 80 bits.
  private func freshPassword() -> String {
    let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
    let bits = (hub.random(), hub.random())
    return (0..<4).map { group in
      String(
        (0..<4).map { letter in
          let word = group < 2 ? bits.0 : bits.1
          return letters[Int(word >> UInt64(5 * (4 * (group % 2) + letter)) & 31)]
        })
    }.joined(separator: "-")
  }

  /// With a salt of its own.
  func hash(_ password: String) -> PasswordHash {
    PasswordHash(password, salt: salt(), cost: cost)
  }

  private func salt() -> [UInt8] {
    [hub.random(), hub.random()].flatMap { word in
      stride(from: 0, to: 64, by: 8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
  }
}
