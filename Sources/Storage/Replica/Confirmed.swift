import GRDB
import Shared

/// Keeps each scope's digest and record count in step with the confirmed rows, in memory for
/// one transaction, and writes them at its end.
struct ScopeLedger {
  private var changed: [String: (digest: Digest, records: Int)] = [:]

  mutating func add(_ scope: String, _ id: RecordID, _ stamps: FieldStamps) {
    changed[scope, default: (Digest(), 0)].digest ^= Digest(of: id, stamps)
    changed[scope]!.records += 1
  }

  mutating func remove(_ scope: String, _ id: RecordID, _ stamps: FieldStamps) {
    changed[scope, default: (Digest(), 0)].digest ^= Digest(of: id, stamps)
    changed[scope]!.records -= 1
  }

  /// The scope is not held any more.
  mutating func forget(_ scope: String) { changed[scope] = nil }

  func save(_ db: Database) throws {
    // What came and went, as a record that was handed over, leaves nothing behind.
    for (scope, change) in changed where change.digest != Digest() || change.records != 0 {
      try db.run("INSERT OR IGNORE INTO _scope(name) VALUES (?)", [scope])
      let row = try db.row("SELECT high, low FROM _scope WHERE name = ?", [scope])!
      var digest = Digest(storedHigh: row[0], storedLow: row[1])
      digest ^= change.digest
      try db.run(
        "UPDATE _scope SET high = ?, low = ?, records = records + ? WHERE name = ?",
        [digest.storedHigh, digest.storedLow, change.records, scope])
    }
  }
}

extension Digest {
  package init(storedHigh: Int64, storedLow: Int64) {
    self.init(high: UInt64(bitPattern: storedHigh), low: UInt64(bitPattern: storedLow))
  }

  package var storedHigh: Int64 { Int64(bitPattern: high) }
  package var storedLow: Int64 { Int64(bitPattern: low) }
}

/// Work on the confirmed state inside one transaction of a replica, with capture off.
struct ConfirmedState {
  let db: Database
  let shape: ReplicaShape
  let device: UInt32
  /// Milliseconds since 1970, for the history.
  let now: Int64
  var ledger = ScopeLedger()
  var clock: HybridClock
  private let isIndexed: Bool
  private let remembering: RepeatedStatement

  init(_ db: Database, _ shape: ReplicaShape, now: Int64) throws {
    self.db = db
    self.shape = shape
    self.now = now
    device = UInt32(truncatingIfNeeded: try ReplicaState.device.number(db) ?? 0)
    clock = HybridClock(last: UInt64(bitPattern: try ReplicaState.clock.number(db) ?? 0))
    isIndexed = try !SearchIndex.isEmpty(db)
    remembering = try RepeatedStatement(
      db,
      """
      INSERT INTO _history(type, record, field, replaced, replaced_stamp, stamp, received)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
  }

  func save() throws {
    try ledger.save(db)
    try ReplicaState.clock.set(db, Int64(bitPattern: clock.last))
  }

  /// Notes a row that the search index has to look at again.
  func touch(_ type: String, _ row: Int64) throws {
    guard isIndexed else { return }
    try db.run(
      "INSERT OR IGNORE INTO _touched(doc) VALUES (?)", [shape.document(type, row)])
  }

  /// The confirmed value of a field: what stands under a pending change, or what is visible.
  func confirmed(_ id: String, _ field: String, visible: DatabaseValue) throws -> DatabaseValue {
    guard
      let row = try db.row("SELECT base FROM _pending WHERE id = ? AND field = ?", [id, field])
    else { return visible }
    return row[0]
  }

  func confirmedScope(_ table: TypedTable, row: Int64, id: String) throws -> String {
    let sql = """
      SELECT ifnull((SELECT base FROM _pending WHERE id = ? AND field = 'scope'), scope)
      FROM \(table.name) WHERE _row = ?
      """
    return try db.row(sql, [id, row])?[0] ?? ""
  }

  /// Whether anything of a record is pending.
  func isPending(_ id: String) throws -> Bool {
    try db.row("SELECT 1 FROM _pending WHERE id = ?", [id]) != nil
  }

  func isPending(_ id: String, _ field: String) throws -> Bool {
    try db.row("SELECT 1 FROM _pending WHERE id = ? AND field = ?", [id, field]) != nil
  }

  /// Makes one field of a pending creation a pending edit of its own, made and sent when the
  /// creation was.
  func pendOfCreation(
    _ id: String, _ field: String, base: DatabaseValue = .null, seen: DatabaseValue = .null
  ) throws {
    try db.run(
      """
      INSERT OR IGNORE INTO _pending(
        priority, type, id, field, base, seen, wall, clock, sent, boot, uptime)
      SELECT priority, type, id, ?, ?, ?, wall, clock, sent, boot, uptime
      FROM _pending WHERE id = ? AND field = ''
      """, [field, base, seen, id])
  }

  func remember(
    _ type: String, _ id: String, _ field: String, replaced: DatabaseValue,
    _ old: Stamp, _ new: Stamp
  ) throws {
    try remembering.run(
      type, id, field, replaced, FieldStamps(record: old).stored, FieldStamps(record: new).stored,
      now)
  }

  /// Takes a confirmed row out of its table and keeps it beside, because its deletion is pending.
  /// What has no column was beside already.
  func hide(_ hidden: HiddenRecord) throws {
    try db.run("DELETE FROM _hidden WHERE id = ?", [hidden.id])
    if db.changesCount > 0 { try forgetAside(hidden.id) }
    try db.run(
      "INSERT INTO _hidden(id, type, handle, stamps) VALUES (?, ?, ?, ?)",
      [hidden.id, hidden.type, hidden.handle, hidden.stamps])
    for (field, value) in hidden.values {
      try db.run(
        "INSERT OR REPLACE INTO _was(id, field, value) VALUES (?, ?, ?)", [hidden.id, field, value])
    }
  }

  func hidden(_ id: String) throws -> HiddenRecord? {
    guard let row = try db.row("SELECT type, handle, stamps FROM _hidden WHERE id = ?", [id])
    else { return nil }
    let values = try db.rows("SELECT field, value FROM _was WHERE id = ?", [id])
    return HiddenRecord(
      id: id, type: row[0], handle: row[1], stamps: row[2],
      values: Dictionary(uniqueKeysWithValues: values.map { ($0[0], $0[1]) }))
  }

  /// Remembers a deletion that the hub admitted: a hub that is restored from an older copy has to
  /// be told of it.
  ///
  /// - Parameter seen: never, for a record of which the hub has not said that it knows it.
  func noteDeletion(
    _ id: String, _ type: String, _ stamp: Stamp, seen: FieldStamps
  ) throws {
    let oldest = now - Int64(Limits.daysDeletionsAreKept) * 86_400_000
    try db.run("DELETE FROM _deleted WHERE received < ?", [oldest])
    try db.run(
      "INSERT OR REPLACE INTO _deleted(id, type, clock, device, seen, received) VALUES (?, ?, ?, ?, ?, ?)",
      [id, type, stamp.storedClock, Int64(stamp.device), seen.stored, now])
  }

  /// Whether this device deleted a record that it had only just entered, and heard that the hub knew no
  /// such record, so that the hub remembers nothing of it.
  func isDeletedUnheard(_ id: String, _ stamps: FieldStamps) throws -> Bool {
    guard
      let row = try db.row(
        "SELECT clock FROM _deleted WHERE id = ? AND device = ? AND seen = ?",
        [id, Int64(device), FieldStamps(record: .never).stored])
    else { return false }
    let isOwn =
      stamps.record.device == device && stamps.exceptions.allSatisfy { $0.stamp.device == device }
    return isOwn && stamps.latest.storedClock < row[0]
  }

  /// The creation of such a record, on a stick or in a request that came late, brought it back after its
  /// deletion: that waits once more, over what the hub has now.
  mutating func deleteAgain(_ hidden: HiddenRecord, _ stamps: FieldStamps) throws {
    try hide(hidden)
    try db.run(
      """
      INSERT OR REPLACE INTO _pending(priority, type, id, field, seen, wall, clock, sent)
      SELECT ?, type, id, ?, ?, ?, clock, 1 FROM _deleted WHERE id = ?
      """,
      [
        try shape.table(hidden.type).type.priority, Settling.deletion, stamps.stored, now,
        hidden.id,
      ])
    ledger.add(hidden.scope, RecordID(hidden.id)!, stamps)
  }

  /// Moves on what a pending deletion hides, by fields that the hub has admitted since.
  mutating func moveHidden(
    _ id: String, by change: RecordChange, _ group: ChangeGroup
  ) throws {
    guard var hidden = try hidden(id), var stamps = try FieldStamps(hidden.stamps) else { return }
    ledger.remove(hidden.scope, RecordID(id)!, stamps)
    for field in change.fields {
      hidden.values[group.fields[field.field]] = field.value.isNull ? nil : field.value.stored
      stamps.set(group.fields[field.field], field.stamp)
    }
    hidden.stamps = stamps.stored
    try hide(hidden)
    ledger.add(hidden.scope, RecordID(id)!, stamps)
  }

  func forgetHidden(_ id: String) throws {
    try db.run("DELETE FROM _hidden WHERE id = ?", [id])
    try db.run("DELETE FROM _was WHERE id = ?", [id])
  }

  /// Puts a hidden row back into its table, as it was confirmed.
  func unhide(_ hidden: HiddenRecord) throws {
    let table = try shape.table(hidden.type)
    let fields = table.type.fields.map(\.name).filter { hidden.values[$0] != nil }
    try db.run(
      table.insert(["_handle", "_stamps"], fields: fields),
      Bindings(
        [hidden.id.databaseValue, hidden.handle, hidden.stamps]
          + fields.map { hidden.values[$0]! }))
    try touch(hidden.type, db.lastInsertedRowID)
    try reveal(hidden, table)
  }
}

extension TypedTable {
  /// The confirmed rows `t` of a scope, which is to be bound, by where the hub has them: people may have
  /// moved them here since.
  var confirmedOfScope: String {
    """
    \(name) t LEFT JOIN _pending p ON p.id = t.id AND p.field = 'scope'
    WHERE t._stamps NOT NULL AND CASE WHEN p.id IS NULL THEN t.scope ELSE p.base END = ?
    """
  }
}

/// A confirmed record without a row: its deletion is pending, or its type is not known.
struct HiddenRecord {
  let id: String
  let type: String
  var handle: DatabaseValue
  var stamps: DatabaseValue
  var values: [String: DatabaseValue]

  var scope: String { String.fromDatabaseValue(values["scope"] ?? .null) ?? "" }
}
