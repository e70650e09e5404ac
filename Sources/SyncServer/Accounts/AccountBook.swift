import GRDB
package import Shared
import Storage
package import Work

/// The book of who did what, as its readers see it: the hub's audit log, with people's names.
extension AccountOffice {
  func write(
    _ act: Act, by account: String, _ record: Shared.Record? = nil
  ) throws(Problem) {
    try hub.note(
      AuditEntry(
        act, by: "account:\(account)", type: record?.type, record: record?.id.description))
  }

  /// Notes what somebody at the hub's own terminal did to an account.
  func write(_ act: Act, on account: String, by who: String) throws(Problem) {
    try hub.note(AuditEntry(act, by: who, type: "account", record: account))
  }

  /// Newest first.
  package func book(limit: Int) throws(Problem) -> [BookLine] {
    var names: [String: String] = [:]
    for account in try accounts() { names["account:\(account.name)"] = account.fullName }
    for device in try hub.devices() { names[device.actor] = device.name }
    return try hub.audit(limit: limit).compactMap { line in
      Act(rawValue: line.act).map {
        BookLine(
          number: line.number, time: line.time, name: names[line.who] ?? line.who, act: $0,
          type: line.type, record: line.record, detail: line.detail)
      }
    }
  }
}

extension AccountFile {
  /// Keeps the number under which an account has written.
  func keep(_ number: UInt32, of account: Account) throws(Problem) {
    guard number != account.number else { return }
    try run("UPDATE account SET number = ? WHERE name = ?", [Int64(number), account.name])
  }
}

extension Secret {
  static func stored(_ secret: String) -> DatabaseValue { hash(secret).stored }
}

extension Hub {
  /// The number under which an account writes: its stamps carry it, and every base learns its name.
  ///
  /// It is given in the transaction of the first write, and not where that is refused. A hub that was
  /// restored from an older copy may have forgotten it, or given it to a laptop: then the account gets
  /// another one.
  func number(of account: Account, _ transaction: any HubTransaction) throws -> UInt32 {
    let known = try transaction.devices().first { device in
      device.number == account.number && device.state == .account
        && device.name == account.fullName
    }
    if let known { return known.number }
    // Nobody can show a token whose hash is this: it is that of nothing that was ever drawn.
    let blind = Secret.hash("account \(account.name) \(random())")
    return try transaction.addDevice(
      HubDevice(
        number: 0, name: account.fullName, base: account.base, role: account.role,
        grant: Grant(read: [], write: []), grantVersion: 1, tokenHash: blind, lastSync: nil,
        waiting: 0, clockError: 0, program: "", state: .account))
  }
}
