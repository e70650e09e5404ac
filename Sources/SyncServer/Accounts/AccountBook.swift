import GRDB
package import Shared
import Storage
package import Work

/// The book of who did what at the hub's console. It names records and holds nothing of them.
extension AccountOffice {
  func write(_ act: Act, by account: String, _ record: Shared.Record? = nil) throws(Problem) {
    try file.run(
      "INSERT INTO book(time, account, act, type, record) VALUES (?, ?, ?, ?, ?)",
      [hub.now(), account, act.rawValue, record?.type, record?.id.description])
  }

  /// Newest first.
  package func book(limit: Int) throws(Problem) -> [BookLine] {
    try file.rows(
      """
      SELECT book.*, coalesce(full_name, account) AS who FROM book
      LEFT JOIN account ON account.name = book.account ORDER BY n DESC LIMIT ?
      """, [limit]
    ) { row in
      Act(rawValue: row["act"]).map {
        BookLine(
          time: row["time"], name: row["who"], act: $0, type: row["type"], record: row["record"])
      }
    }
  }

  /// Drops the pages of the book that nobody has to keep any more.
  package func tidyBook() throws(Problem) {
    try file.run("DELETE FROM book WHERE time < ?", [hub.now() - AccountLimits.book])
  }
}

extension Secret {
  static func stored(_ secret: String) -> DatabaseValue { hash(secret).stored }
}

extension Hub {
  /// The number under which an account writes: its stamps carry it, and every base learns its name.
  ///
  /// It is given at the first write. A hub that was restored from an older copy may have forgotten it,
  /// or given it to a laptop: then the account gets another one.
  func number(of account: Account, in file: AccountFile) throws(Problem) -> UInt32 {
    let number = try store.write { transaction in
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
    if number != account.number {
      try file.run(
        "UPDATE account SET number = ? WHERE name = ?", [Int64(number), account.name])
    }
    return number
  }
}
