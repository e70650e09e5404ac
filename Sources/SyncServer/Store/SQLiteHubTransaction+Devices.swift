import GRDB
import Shared
import Storage

extension SQLiteHubTransaction {
  func addDevice(_ device: HubDevice) throws -> UInt32 {
    try db.run(Self.addDevice, device.columns)
    return UInt32(db.lastInsertedRowID)
  }

  func update(_ device: HubDevice) throws {
    try db.run(Self.updateDevice, device.columns + [Int64(device.number)])
  }

  func noteExchange(of device: HubDevice) throws {
    try db.run(Self.noteExchange, device.ofExchange + [Int64(device.number)])
  }

  func device(tokenHash: [UInt8]) throws -> HubDevice? {
    try db.row(Self.deviceOfToken, [tokenHash.stored]).map(HubDevice.init)
  }

  func devices() throws -> [HubDevice] {
    try db.rows(Self.allDevices).map(HubDevice.init)
  }

  func deviceNames(from number: UInt32) throws -> [UInt32: String] {
    let rows = try db.rows("SELECT number, name FROM _device WHERE number >= ?", [Int64(number)])
    var names = Dictionary(
      uniqueKeysWithValues: rows.map { (UInt32($0[0] as Int64), $0[1] as String) })
    if number == 0 { names[0] = "Bamako" }
    return names
  }

  func addInvitation(_ invitation: StoredInvitation) throws {
    try db.run(
      """
      INSERT INTO _invitation(code_hash, name, base, role, everything, readable, writable, expires)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        invitation.codeHash.stored, invitation.name, invitation.base, invitation.role.rawValue,
        invitation.grant.everything, invitation.grant.read.joined, invitation.grant.write.joined,
        invitation.expires,
      ])
  }

  func invitation(codeHash: [UInt8]) throws -> StoredInvitation? {
    try db.row("SELECT * FROM _invitation WHERE code_hash = ?", [codeHash.stored]).map { row in
      StoredInvitation(
        codeHash: codeHash, name: row["name"], base: row["base"],
        role: Role(rawValue: row["role"]) ?? .lecture, grant: Grant(row),
        expires: row["expires"], usedBy: (row["used_by"] as Int64?).map { UInt32($0) })
    }
  }

  func useInvitation(codeHash: [UInt8], device: UInt32) throws {
    try db.run(
      "UPDATE _invitation SET used_by = ? WHERE code_hash = ?", [Int64(device), codeHash.stored])
  }

  func endInvitations() throws { try db.run("DELETE FROM _invitation WHERE used_by IS NULL") }

  func skipDevices(_ count: UInt32) throws {
    let last = try db.row("SELECT seq FROM sqlite_sequence WHERE name = '_device'")?[0] as Int64?
    try db.run("DELETE FROM sqlite_sequence WHERE name = '_device'")
    try db.run(
      "INSERT INTO sqlite_sequence(name, seq) VALUES ('_device', ?)", [(last ?? 0) + Int64(count)])
  }

  func add(_ refusals: RefusalCount, of type: String) throws -> Bool {
    let kind: Bindings = [
      Int64(refusals.device), refusals.day, refusals.code.rawValue, type,
    ]
    let isFirst =
      try db.row(
        "SELECT 1 FROM _refused WHERE device = ? AND day = ? AND code = ? AND type = ?", kind)
      == nil
    try db.run(
      """
      INSERT INTO _refused(device, day, code, type, count) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET count = count + excluded.count
      """, kind + [refusals.count])
    return isFirst
  }

  func refusals(since day: Int64) throws -> [RefusalCount] {
    try db.rows(
      """
      SELECT device, code, sum(count), max(day) FROM _refused WHERE day >= ?
      GROUP BY device, code HAVING sum(count) > 0 ORDER BY device, code
      """, [day]
    ).compactMap { row in
      Problem.Code(rawValue: row[1]).map { code in
        RefusalCount(
          device: UInt32(row[0] as Int64), day: row[3], code: code, count: Int(row[2] as Int64))
      }
    }
  }

  func dropRefusals(before day: Int64) throws {
    try db.run("DELETE FROM _refused WHERE day < ?", [day])
  }
}

extension SQLiteHubTransaction {
  /// Two indexes are among them, which an exchange need not write again.
  private static let lasting = [
    "name", "base", "role", "everything", "readable", "writable", "grant_version", "token_hash",
    "next_token_hash", "state", "wiped_at", "keys", "bundle",
  ]
  private static let ofExchange = [
    "last_sync", "waiting", "clock_error", "program", "turn", "former_turn", "shared_at", "day",
    "day_requests", "day_bytes", "withdrawn",
  ]
  private static let columns = lasting + ofExchange
  private static let names = columns.joined(separator: ", ")

  fileprivate static let addDevice = """
    INSERT INTO _device(\(names)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
    """
  fileprivate static let updateDevice = update(columns)
  fileprivate static let noteExchange = update(ofExchange)
  private static let selectDevice = "SELECT \(names), number FROM _device"
  fileprivate static let allDevices = selectDevice + " ORDER BY number"
  fileprivate static let deviceOfToken =
    selectDevice + " WHERE token_hash = ?1 OR next_token_hash = ?1"

  private static func update(_ columns: [String]) -> String {
    "UPDATE _device SET \(columns.map { "\($0) = ?" }.joined(separator: ", ")) WHERE number = ?"
  }
}

extension HubDevice {
  /// In the order of the table's columns; a row has its number last.
  fileprivate var columns: Bindings { lasting + ofExchange }

  private var lasting: Bindings {
    [
      name, base, role.rawValue, grant.everything, grant.read.joined, grant.write.joined,
      grantVersion, tokenHash.stored, nextTokenHash?.stored, state.rawValue, wipedAt,
      keys?.bytes.stored, Int64(clamping: bundle),
    ]
  }

  fileprivate var ofExchange: Bindings {
    [
      lastSync, waiting, clockError, program, Int64(turn), Int64(formerTurn), sharedAt,
      traffic.day, traffic.requests, traffic.bytes, withdrawn.joined,
    ]
  }

  /// By place: to look a column up by name takes longer than to read it.
  fileprivate init(_ row: StoredRow) {
    self.init(
      number: UInt32(row[24] as Int64), name: row[0], base: row[1],
      role: Role(rawValue: row[2]) ?? .lecture,
      grant: Grant(
        read: Set(scopes: row[4]), write: Set(scopes: row[5]), everything: row[3]),
      grantVersion: row[6], tokenHash: [UInt8].fromStored(row[7]) ?? [],
      lastSync: row[13], waiting: row[14], clockError: row[15],
      program: row[16], state: State(rawValue: row[9]) ?? .revoked,
      turn: UInt32(truncatingIfNeeded: row[17] as Int64),
      formerTurn: UInt32(truncatingIfNeeded: row[18] as Int64),
      sharedAt: row[19], nextTokenHash: [UInt8].fromStored(row[8]),
      traffic: DayTraffic(day: row[20], requests: row[21], bytes: row[22]),
      wipedAt: row[10], withdrawn: Set(scopes: row[23]),
      keys: [UInt8].fromStored(row[11]).flatMap { try? BundleKeys(bytes: $0) },
      bundle: UInt64(clamping: row[12] as Int64))
  }
}

extension Grant {
  fileprivate init(_ row: StoredRow) {
    self.init(
      read: Set(scopes: row["readable"]), write: Set(scopes: row["writable"]),
      everything: row["everything"])
  }
}

extension Set<Scope> {
  fileprivate var joined: String { sorted().map(\.description).joined(separator: " ") }

  fileprivate init(scopes: String) {
    self = Set(scopes.split(separator: " ").compactMap { Scope($0) })
  }
}
