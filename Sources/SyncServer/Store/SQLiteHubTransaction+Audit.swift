import GRDB
import Shared
import Storage

extension SQLiteHubTransaction {
  func addAudit(_ line: AuditLine) throws {
    try db.run(
      """
      INSERT INTO _audit(n, time, who, act, type, record, detail, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        line.number, line.time, line.who, line.act, line.type, line.record, line.detail,
        line.hash.stored,
      ])
  }

  func audit(before number: Int64, limit: Int) throws -> [AuditLine] {
    try db.rows("SELECT * FROM _audit WHERE n < ? ORDER BY n DESC LIMIT ?", [number, limit])
      .map(AuditLine.init)
  }

  /// Reads back from the end of the log, no further than that time.
  func isNoted(_ line: AuditLine, since time: Int64) throws -> Bool {
    try db.row(
      """
      SELECT 1 FROM _audit WHERE n > (SELECT ifnull(max(n), 0) FROM _audit WHERE time < ?)
        AND who = ? AND act = ? AND type IS ? AND record IS ? AND detail IS ? LIMIT 1
      """, [time, line.who, line.act, line.type, line.record, line.detail]) != nil
  }

  func visitAudit(_ body: (AuditLine) throws -> Void) throws {
    try db.visit("SELECT * FROM _audit ORDER BY n") { row in try body(AuditLine(row)) }
  }

  func dropAudit(before time: Int64) throws {
    let youngest = try db.row("SELECT max(n) FROM _audit WHERE time < ?", [time])?[0] as Int64?
    guard let youngest,
      let last = try db.row("SELECT hash FROM _audit WHERE n = ?", [youngest - 1])
    else { return }
    try db.run(
      "INSERT OR REPLACE INTO _state(key, value) VALUES ('audit_start', ?)",
      [last[0] as DatabaseValue])
    // One after the other, since only the first one may go.
    for row in try db.rows("SELECT n FROM _audit WHERE n < ? ORDER BY n", [youngest]) {
      try db.run("DELETE FROM _audit WHERE n = ?", [row[0] as Int64])
    }
  }

  func auditStart() throws -> [UInt8]? {
    try db.row("SELECT value FROM _state WHERE key = 'audit_start'").flatMap {
      [UInt8].fromStored($0[0])
    }
  }

  func lastDone(_ acts: [String], with type: String) throws -> [String: Int64] {
    var last: [String: Int64] = [:]
    for act in acts {
      let rows = try db.rows(
        "SELECT record, max(time) FROM _audit WHERE type = ? AND act = ? GROUP BY record",
        [type, act])
      last.merge(rows.map { ($0[0] as String, $0[1] as Int64) }) { max($0, $1) }
    }
    return last
  }

  func addToInbox(_ parcel: InboxParcel) throws -> Int64 {
    try db.run(
      "INSERT INTO _inbox(device, received, records, outcome, body) VALUES (?, ?, ?, ?, ?)",
      [
        Int64(parcel.device), parcel.received, parcel.records, parcel.outcome.rawValue,
        parcel.body.stored,
      ])
    return db.lastInsertedRowID
  }

  func inbox() throws -> [InboxParcel] {
    try db.rows("SELECT n, device, received, records, outcome, x'' AS body FROM _inbox ORDER BY n")
      .map(InboxParcel.init)
  }

  func parcel(_ number: Int64) throws -> InboxParcel? {
    try db.row("SELECT * FROM _inbox WHERE n = ?", [number]).map(InboxParcel.init)
  }

  func settle(_ parcel: Int64, _ outcome: InboxParcel.Outcome) throws {
    try db.run("UPDATE _inbox SET outcome = ? WHERE n = ?", [outcome.rawValue, parcel])
    if !outcome.isOpen { try db.run("UPDATE _inbox SET body = x'' WHERE n = ?", [parcel]) }
  }
}

extension AuditLine {
  fileprivate init(_ row: StoredRow) {
    self.init(
      number: row["n"], time: row["time"], who: row["who"], act: row["act"], type: row["type"],
      record: row["record"], detail: row["detail"],
      hash: [UInt8].fromStored(row["hash"]) ?? [])
  }
}

extension InboxParcel {
  fileprivate init(_ row: StoredRow) {
    self.init(
      number: row["n"], device: UInt32(truncatingIfNeeded: row["device"] as Int64),
      received: row["received"], records: row["records"],
      outcome: Outcome(rawValue: row["outcome"]) ?? .waiting,
      body: [UInt8].fromStored(row["body"]) ?? [])
  }
}
