import GRDB
import Shared
import Storage

/// The hub's tables; `docs/protocol.md`, "The hub file".
enum HubLayout {
  static let versions = FileLayout([
    { db in try db.execute(sql: second) }, { db in try db.execute(sql: third) },
    { db in try db.execute(sql: fourth) }, { db in try db.execute(sql: fifth) },
    { db in try db.execute(sql: sixth) },
  ])

  private static let bookkeeping = """
    CREATE TABLE _state(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE _scope(
      number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL,
      high INTEGER NOT NULL, low INTEGER NOT NULL, records INTEGER NOT NULL,
      compacted INTEGER NOT NULL);
    CREATE TABLE _mark(
      scope TEXT NOT NULL, seq INTEGER NOT NULL, mark INTEGER NOT NULL,
      received INTEGER NOT NULL, PRIMARY KEY(scope, seq)) WITHOUT ROWID;
    CREATE TABLE _feed(
      scope TEXT NOT NULL, last INTEGER NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL,
      handle INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY(scope, last)) WITHOUT ROWID;
    CREATE TABLE _reached(
      device INTEGER NOT NULL, scope TEXT NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY(device, scope)) WITHOUT ROWID;
    CREATE TABLE _history(
      n INTEGER PRIMARY KEY, type TEXT NOT NULL, handle INTEGER NOT NULL, field TEXT NOT NULL,
      replaced, replaced_clock INTEGER NOT NULL, replaced_device INTEGER NOT NULL,
      clock INTEGER NOT NULL, device INTEGER NOT NULL, received INTEGER NOT NULL,
      seq INTEGER NOT NULL, giver INTEGER);
    CREATE INDEX _history_record ON _history(type, handle, seq);
    CREATE TABLE _conflict(
      id INTEGER PRIMARY KEY, version INTEGER NOT NULL, type TEXT NOT NULL,
      handle INTEGER NOT NULL, record TEXT NOT NULL, scope TEXT NOT NULL, field TEXT NOT NULL,
      status TEXT NOT NULL, winner, winner_clock INTEGER NOT NULL,
      winner_device INTEGER NOT NULL, loser, loser_clock INTEGER NOT NULL,
      loser_device INTEGER NOT NULL, received INTEGER NOT NULL);
    CREATE INDEX _conflict_version ON _conflict(version);
    CREATE INDEX _conflict_record ON _conflict(type, handle, field);
    CREATE INDEX _conflict_open ON _conflict(status) WHERE status IN ('open', 'proposal');
    CREATE TABLE _device(
      number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, base TEXT NOT NULL,
      role TEXT NOT NULL, everything INTEGER NOT NULL, readable TEXT NOT NULL,
      writable TEXT NOT NULL, grant_version INTEGER NOT NULL, token_hash BLOB NOT NULL UNIQUE,
      last_sync INTEGER, waiting INTEGER NOT NULL, clock_error INTEGER NOT NULL,
      program TEXT NOT NULL, state TEXT NOT NULL, turn INTEGER NOT NULL DEFAULT 0,
      former_turn INTEGER NOT NULL DEFAULT 0, shared_at INTEGER);
    CREATE TABLE _invitation(
      code_hash BLOB PRIMARY KEY, name TEXT NOT NULL, base TEXT NOT NULL, role TEXT NOT NULL,
      everything INTEGER NOT NULL, readable TEXT NOT NULL, writable TEXT NOT NULL,
      expires INTEGER NOT NULL, used_by INTEGER) WITHOUT ROWID;
    """

  /// The audit log, to whose end alone lines are added and from whose beginning alone they go; what
  /// wiped devices handed over; tokens that are being replaced, each device's traffic, and where it
  /// wrote before its grant was changed.
  private static let second = """
    CREATE TABLE _audit(
      n INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,
      type TEXT, record TEXT, detail TEXT, hash BLOB NOT NULL);
    CREATE TRIGGER _audit_stays BEFORE UPDATE ON _audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
    CREATE TRIGGER _audit_goes_in_order BEFORE DELETE ON _audit
    WHEN OLD.n > (SELECT min(n) FROM _audit)
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
    CREATE TABLE _inbox(
      n INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, received INTEGER NOT NULL,
      records INTEGER NOT NULL, outcome TEXT NOT NULL, body BLOB NOT NULL);
    ALTER TABLE _device ADD COLUMN next_token_hash BLOB;
    ALTER TABLE _device ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE _device ADD COLUMN day_requests INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE _device ADD COLUMN day_bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE _device ADD COLUMN wiped_at INTEGER;
    ALTER TABLE _device ADD COLUMN withdrawn TEXT NOT NULL DEFAULT '';
    CREATE UNIQUE INDEX _device_next_token ON _device(next_token_hash);
    """

  /// The public keys of devices' bundles, and how far each device has counted them.
  private static let third = """
    ALTER TABLE _device ADD COLUMN keys BLOB;
    ALTER TABLE _device ADD COLUMN bundle INTEGER NOT NULL DEFAULT 0;
    """

  /// How many changes of each device were refused on each day, by reason.
  private static let fourth = """
    CREATE TABLE _refused(
      device INTEGER NOT NULL, day INTEGER NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL,
      PRIMARY KEY(device, day, code)) WITHOUT ROWID;
    """

  /// Deleted records that were compacted, and what they held.
  private static let fifth = """
    CREATE TABLE _dropped(
      type TEXT NOT NULL, id TEXT NOT NULL, handle INTEGER NOT NULL, stamps BLOB NOT NULL,
      PRIMARY KEY(type, id)) WITHOUT ROWID;
    CREATE TABLE _was(
      type TEXT NOT NULL, handle INTEGER NOT NULL, field TEXT NOT NULL, value,
      PRIMARY KEY(type, handle, field)) WITHOUT ROWID;
    """

  /// Refusals by type, too.
  private static let sixth = """
    CREATE TABLE _refused_by_type(
      device INTEGER NOT NULL, day INTEGER NOT NULL, code TEXT NOT NULL, type TEXT NOT NULL,
      count INTEGER NOT NULL, PRIMARY KEY(device, day, code, type)) WITHOUT ROWID;
    INSERT INTO _refused_by_type SELECT device, day, code, '', count FROM _refused;
    DROP TABLE _refused;
    ALTER TABLE _refused_by_type RENAME TO _refused;
    """

  static func create(_ db: Database, _ schema: Schema) throws {
    try db.execute(sql: bookkeeping)
    try db.execute(sql: second)
    try db.execute(sql: third)
    try db.execute(sql: fourth)
    try db.execute(sql: fifth)
    try db.execute(sql: sixth)
    try versions.mark(db)
    try follow(db, schema)
  }

  /// Brings the typed tables to the schema: new types and new columns appear, nothing is dropped.
  static func follow(_ db: Database, _ schema: Schema) throws {
    for type in schema.types {
      let table = TypedTable(type)
      guard try db.tableExists(type.name) else {
        try db.execute(sql: definition(table))
        continue
      }
      let existing = Set(try db.columns(in: type.name).map(\.name))
      for field in type.fields where !existing.contains(field.name) {
        try db.execute(sql: "ALTER TABLE \(table.name) ADD COLUMN \(TypedTable.definition(field))")
      }
    }
    try db.execute(
      sql: "INSERT OR REPLACE INTO _state(key, value) VALUES ('schema', ?)",
      arguments: [schema.source.stored])
  }

  private static func definition(_ table: TypedTable) -> String {
    """
    CREATE TABLE \(table.name)(
      _handle INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
      \(table.type.fields.map(TypedTable.definition).joined(separator: ", ")),
      _stamps BLOB NOT NULL, _seq INTEGER NOT NULL, _entered INTEGER NOT NULL,
      _deleted INTEGER NOT NULL)
    """
  }
}

extension Schema {
  /// The first type or field that a newer schema does not have, or has in another kind of column:
  /// with it went what people wrote there.
  func firstLoss(in newer: Schema) -> String? {
    for type in types {
      guard let other = newer[type: type.name] else { return type.name }
      for field in type.fields {
        let same = other[field: field.name].map(TypedTable.definition)
        if same != TypedTable.definition(field) { return "\(type.name).\(field.name)" }
      }
    }
    return nil
  }
}
