import GRDB
import Shared
import Storage

/// One transaction of the embedded store.
struct SQLiteHubTransaction: HubTransaction {
  let db: Database
  let tables: [String: HubTable]

  // MARK: Records

  func record(_ type: RecordType, id: RecordID) throws -> StoredRecord? {
    try db.row(hubTable(type).byID, [id.description]).map { try record($0, type) }
  }

  func record(_ type: RecordType, handle: Int64) throws -> StoredRecord? {
    try db.row(hubTable(type).byHandle, [handle]).map { try record($0, type) }
  }

  func referenced(_ type: RecordType, _ reference: String) throws -> [String: Value]? {
    if let found = try select(type, where: "id = ? AND NOT _deleted", [reference]).first {
      return found.values
    }
    guard type[field: "code"] != nil else { return nil }
    return try select(
      type, where: "code = ? AND NOT _deleted ORDER BY _handle LIMIT 1", [reference]
    ).first?.values
  }

  func list(_ type: RecordType, limit: Int) throws -> [StoredRecord] {
    try select(type, where: "NOT _deleted ORDER BY _handle LIMIT ?", [limit])
  }

  func find(
    _ type: RecordType, where conditions: [(field: String, value: Value)]
  ) throws -> [StoredRecord] {
    try find("NOT _deleted", type, conditions)
  }

  func findDeleted(
    _ type: RecordType, where conditions: [(field: String, value: Value)]
  ) throws -> [StoredRecord] {
    try find("_deleted = 1", type, conditions)
  }

  func newest(
    _ type: RecordType, where conditions: [(field: String, value: Value)], scopes: Set<Scope>?,
    skip: Int, limit: Int, holds: (([String]) -> Bool)?
  ) throws -> (records: [StoredRecord], count: Int) {
    var tests = ["NOT _deleted"] + conditions.map { "\(TypedTable.quote($0.field)) IS ?" }
    var bindings = conditions.map(\.value.stored)
    if let scopes {
      tests.append("scope IN (\(scopes.map { _ in "?" }.joined(separator: ", ")))")
      bindings += scopes.map(\.description.databaseValue)
    }
    let rows = NewestRows(
      table(type), by: "_handle", where: tests.joined(separator: " AND "), Bindings(bindings))
    let (keys, count) = try rows.find(db, skip: skip, limit: limit, holds: holds)
    return (try keys.compactMap { try record(type, handle: $0) }, count)
  }

  private func find(
    _ life: String, _ type: RecordType, _ conditions: [(field: String, value: Value)]
  ) throws -> [StoredRecord] {
    let tests = [life] + conditions.map { "\(TypedTable.quote($0.field)) IS ?" }
    return try select(
      type, where: tests.joined(separator: " AND ") + " ORDER BY _handle",
      Bindings(conditions.map(\.value.stored)))
  }

  func nextNumber(
    _ field: Field, _ values: [String: Value], _ type: RecordType
  ) throws -> String? {
    try table(type).nextNumber(field, values, db, counted: "NOT _deleted")
  }

  func visit(
    _ type: RecordType, _ scope: Scope, _ range: IDRange, _ body: (StoredRecord) throws -> Void
  ) throws {
    let sql = table(type).select(
      HubTable.bookkeeping,
      where: "id >= ? AND id < ? AND scope = ? AND NOT _deleted ORDER BY id")
    try db.visit(sql, [range.texts.first, range.texts.end, scope.description]) { row in
      try body(record(row, type))
    }
  }

  func matching(_ type: RecordType, prefix: String) throws -> [StoredRecord] {
    try select(
      type, where: "id >= ? AND id < ? ORDER BY id LIMIT 2",
      [prefix.lowercased(), prefix.lowercased() + "\u{10FFFF}"])
  }

  func select(
    _ type: RecordType, where condition: String, _ arguments: Bindings
  ) throws -> [StoredRecord] {
    return try db.rows(table(type).select(HubTable.bookkeeping, where: condition), arguments)
      .map { try record($0, type) }
  }

  private func record(_ row: StoredRow, _ type: RecordType) throws -> StoredRecord {
    StoredRecord(
      handle: row[1], id: RecordID(row[0] as String)!, values: table(type).values(row, from: 6),
      stamps: try FieldStamps(row[2] as DatabaseValue)!, seq: row[3], entered: row[4],
      isDeleted: row[5] != 0, isErased: row[5] == 2)
  }

  func table(_ type: RecordType) -> TypedTable { hubTable(type).typed }

  func hubTable(_ type: RecordType) -> HubTable { tables[type.name]! }

  func insert(_ record: StoredRecord, _ type: RecordType) throws -> Int64 {
    var values = [
      record.id.description.databaseValue, record.stamps.stored, record.seq.databaseValue,
      record.entered.databaseValue, record.life.databaseValue,
    ]
    for field in type.fields { values.append(record.values[field.name]?.stored ?? .null) }
    try db.run(hubTable(type).insertion, Bindings(values))
    return db.lastInsertedRowID
  }

  func update(_ record: StoredRecord, fields: [String], _ type: RecordType) throws {
    let names = fields.sorted()
    let sql = table(type).update(
      HubTable.changing + names, where: "_handle = ?")
    let own = [
      record.stamps.stored, record.seq.databaseValue, record.entered.databaseValue,
      record.life.databaseValue,
    ]
    let values = names.map { record.values[$0]?.stored ?? .null }
    try db.run(sql, Bindings(own + values + [record.handle.databaseValue]))
  }

  // MARK: Arrival

  func scopes() throws -> [Scope: ScopeState] {
    var scopes: [Scope: ScopeState] = [:]
    for row in try db.rows("SELECT name, seq, high, low, records, compacted FROM _scope") {
      if let scope = Scope(row[0] as String) { scopes[scope] = ScopeState(row) }
    }
    return scopes
  }

  func state(of scope: Scope) throws -> ScopeState? {
    let sql = "SELECT name, seq, high, low, records, compacted FROM _scope WHERE name = ?"
    return try db.row(sql, [scope.description]).map { ScopeState($0) }
  }

  func save(_ scope: Scope, _ state: ScopeState) throws {
    try db.run(
      """
      INSERT INTO _scope(name, seq, high, low, records, compacted) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT(name) DO UPDATE SET seq = excluded.seq, high = excluded.high,
        low = excluded.low, records = excluded.records, compacted = excluded.compacted
      """,
      [
        scope.description, state.seq, state.digest.storedHigh, state.digest.storedLow,
        state.records, state.compacted,
      ])
  }

  func addMark(_ scope: Scope, seq: Int64, mark: UInt64, received: Int64) throws {
    try db.run(
      "INSERT INTO _mark(scope, seq, mark, received) VALUES (?, ?, ?, ?)",
      [scope.description, seq, Int64(bitPattern: mark), received])
  }

  func mark(_ scope: Scope, at seq: Int64) throws -> UInt64? {
    try batch("mark", scope, seq).map { UInt64(bitPattern: $0) }
  }

  func hasMark(_ scope: Scope, _ mark: UInt64, from seq: Int64) throws -> Bool {
    try db.row(
      "SELECT 1 FROM _mark WHERE scope = ? AND seq >= ? AND mark = ?",
      [scope.description, seq, Int64(bitPattern: mark)]) != nil
  }

  func received(_ scope: Scope, at seq: Int64) throws -> Int64? {
    try batch("received", scope, seq)
  }

  /// A column of the batch that a sequence number belongs to.
  private func batch(_ column: String, _ scope: Scope, _ seq: Int64) throws -> Int64? {
    try db.row(
      "SELECT \(column) FROM _mark WHERE scope = ? AND seq >= ? ORDER BY seq LIMIT 1",
      [scope.description, seq])?[0]
  }

  func addFeed(_ run: FeedRun, _ scope: Scope) throws {
    try db.run(
      "INSERT INTO _feed(scope, last, seq, type, handle, kind) VALUES (?, ?, ?, ?, ?, ?)",
      [scope.description, run.lastSeq, run.seq, run.type, run.handle, run.kind.rawValue])
  }

  func feed(_ scope: Scope, after seq: Int64, limit: Int) throws -> [FeedEntry] {
    var entries: [FeedEntry] = []
    for run in try runs(scope, after: seq, "ORDER BY last LIMIT ?", [limit]) {
      let places = run.places(after: seq).prefix(limit - entries.count)
      entries += places.map(run.entry)
    }
    return entries
  }

  func newest(
    of types: [String], in scope: Scope, after seq: Int64, limit: Int
  ) throws -> [FeedEntry] {
    let marks = types.map { _ in "?" }.joined(separator: ", ")
    let runs = try runs(
      scope, after: seq, "AND type IN (\(marks)) ORDER BY last DESC LIMIT ?",
      Bindings(types.map(\.databaseValue)) + [limit])
    var entries: [FeedEntry] = []
    for run in runs {
      entries += run.places(after: seq).suffix(limit - entries.count).reversed().map(run.entry)
    }
    return entries
  }

  private func runs(
    _ scope: Scope, after seq: Int64, _ rest: String, _ bindings: Bindings
  ) throws -> [FeedRun] {
    try db.rows(
      """
      SELECT last, seq, type, handle, kind FROM _feed WHERE scope = ? AND last > ? \(rest)
      """, [scope.description, seq] + bindings
    ).map { row in
      let (last, first): (Int64, Int64) = (row[0], row[1])
      let kind = FeedEntry.Kind(rawValue: row[4]) ?? .changed
      return FeedRun(
        FeedEntry(seq: first, type: row[2], handle: row[3], kind: kind), count: last - first + 1)
    }
  }

  // MARK: History

  func addHistory(_ line: HubHistoryLine) throws {
    try db.run(
      """
      INSERT INTO _history(type, handle, field, replaced, replaced_clock, replaced_device,
        clock, device, received, seq, giver) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        line.type, line.handle, line.field, line.replaced.stored,
        line.replacedStamp.storedClock, Int64(line.replacedStamp.device),
        line.stamp.storedClock, Int64(line.stamp.device), line.received, line.seq,
        line.giver.map { Int64($0) },
      ])
  }

  func hasHistory(_ type: String, _ handle: Int64) throws -> Bool {
    try db.row("SELECT 1 FROM _history WHERE type = ? AND handle = ? LIMIT 1", [type, handle])
      != nil
  }

  func history(_ type: String, _ handle: Int64) throws -> [HubHistoryLine] {
    try db.rows(
      """
      SELECT field, replaced, replaced_clock, replaced_device, clock, device, received, seq,
        giver
      FROM _history WHERE type = ? AND handle = ? ORDER BY n
      """, [type, handle]
    ).map { row in
      HubHistoryLine(
        type: type, handle: handle, field: row[0], replaced: Value(row[1]) ?? .null,
        replacedStamp: Stamp(storedClock: row[2], device: row[3]),
        stamp: Stamp(storedClock: row[4], device: row[5]), received: row[6], seq: row[7],
        giver: (row[8] as Int64?).map { UInt32(truncatingIfNeeded: $0) })
    }
  }

  func changedFields(_ type: String, _ handle: Int64, after seq: Int64) throws -> Set<String> {
    Set(
      try db.rows(
        """
        SELECT DISTINCT field FROM _history
        WHERE type = ? AND handle = ? AND seq > ? AND field NOT IN ('', '*')
        """, [type, handle, seq]
      ).map { $0[0] })
  }

  // MARK: The hub's own

  func counter(_ name: HubCounter) throws -> Int64 {
    try db.row("SELECT value FROM _state WHERE key = ?", [name.rawValue])?[0] ?? 0
  }

  func set(_ name: HubCounter, _ value: Int64) throws {
    try db.run(
      "INSERT OR REPLACE INTO _state(key, value) VALUES (?, ?)", [name.rawValue, value])
  }

  func secret(_ name: HubSecret) throws -> [UInt8]? {
    try db.row("SELECT value FROM _state WHERE key = ?", [name.rawValue]).flatMap {
      [UInt8].fromStored($0[0])
    }
  }

  func set(_ name: HubSecret, _ secret: [UInt8]) throws {
    try db.run(
      "INSERT OR REPLACE INTO _state(key, value) VALUES (?, ?)", [name.rawValue, secret.stored])
  }

  func countRecords() throws -> [(type: String, scope: String, count: Int)] {
    try tables.values.map(\.typed).sorted { $0.name < $1.name }.flatMap { table in
      try db.rows(
        "SELECT scope, count(*) FROM \(table.name) WHERE NOT _deleted GROUP BY scope ORDER BY scope"
      ).map { (table.type.name, $0[0], $0[1]) }
    }
  }
}

extension StoredRecord {
  /// As `_deleted` holds it: 0 alive, 1 deleted, 2 erased.
  fileprivate var life: Int64 { isErased ? 2 : isDeleted ? 1 : 0 }
}

extension ScopeState {
  /// A row that begins with the scope's name.
  fileprivate init(_ row: StoredRow) {
    self.init(
      seq: row[1], digest: Digest(storedHigh: row[2], storedLow: row[3]), records: row[4],
      compacted: row[5])
  }
}
