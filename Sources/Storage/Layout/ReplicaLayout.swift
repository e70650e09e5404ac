import GRDB
import Shared

/// The tables of a replica, and how they follow the schema.
enum ReplicaLayout {
  static let versions = FileLayout([{ db in try db.execute(sql: second) }])

  /// Beside the typed tables, all begin with an underscore. `docs/protocol.md`, "The replica file".
  static let bookkeeping = """
    CREATE TABLE _state(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE _scope(
      name TEXT PRIMARY KEY, seq INTEGER NOT NULL DEFAULT 0, mark INTEGER NOT NULL DEFAULT 0,
      high INTEGER NOT NULL DEFAULT 0, low INTEGER NOT NULL DEFAULT 0,
      records INTEGER NOT NULL DEFAULT 0,
      writable INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
    CREATE TABLE _pending(
      n INTEGER PRIMARY KEY, priority INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
      field TEXT NOT NULL, base, seen BLOB, wall INTEGER NOT NULL, clock INTEGER NOT NULL,
      sent INTEGER NOT NULL DEFAULT 0, boot TEXT, uptime INTEGER,
      held INTEGER NOT NULL DEFAULT 0, UNIQUE(id, field));
    CREATE INDEX _pending_order ON _pending(priority, n);
    CREATE INDEX _pending_held ON _pending(held) WHERE held = 1;
    CREATE TABLE _hidden(
      id TEXT PRIMARY KEY, type TEXT NOT NULL, handle INTEGER, stamps BLOB) WITHOUT ROWID;
    CREATE TABLE _was(id TEXT, field TEXT, value, PRIMARY KEY(id, field)) WITHOUT ROWID;
    CREATE TABLE _withheld(
      id TEXT, type TEXT NOT NULL, field TEXT, value, seen BLOB, wall INTEGER NOT NULL,
      clock INTEGER NOT NULL, PRIMARY KEY(id, field)) WITHOUT ROWID;
    CREATE TABLE _deleted(
      id TEXT PRIMARY KEY, type TEXT NOT NULL, clock INTEGER NOT NULL, device INTEGER NOT NULL,
      seen BLOB NOT NULL, received INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE _refused(
      n INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, field TEXT, value,
      code TEXT NOT NULL, sentence TEXT NOT NULL, refused INTEGER NOT NULL, part INTEGER);
    CREATE TABLE _conflict(
      id INTEGER PRIMARY KEY, type TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL,
      status TEXT NOT NULL, winner, winner_clock INTEGER, winner_device INTEGER,
      loser, loser_clock INTEGER, loser_device INTEGER);
    CREATE TABLE _device(number INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE _history(
      n INTEGER PRIMARY KEY, type TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL,
      replaced, replaced_stamp BLOB, stamp BLOB, received INTEGER NOT NULL);
    CREATE INDEX _history_record ON _history(record, n);
    CREATE TABLE _type(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE _touched(doc INTEGER PRIMARY KEY);
    CREATE VIRTUAL TABLE _search USING fts5(
      words, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3', detail = none);
    \(Capture.tables)
    """

  /// Bundles that wait for their answer, and what they carry.
  private static let second = """
    CREATE TABLE _bundle(
      number INTEGER NOT NULL, part INTEGER NOT NULL, digest BLOB NOT NULL, changes BLOB NOT NULL,
      ids TEXT NOT NULL, PRIMARY KEY(number, part));
    """

  static func create(_ db: Database, _ schema: Schema) throws {
    try db.execute(sql: bookkeeping)
    try db.execute(sql: second)
    try versions.mark(db)
    try follow(db, schema)
  }

  /// Brings the typed tables to the schema: new types and new columns appear, triggers that are
  /// otherwise are made anew, nothing is dropped.
  static func follow(_ db: Database, _ schema: Schema) throws {
    for type in schema.types {
      let table = TypedTable(type)
      try db.execute(sql: "INSERT OR IGNORE INTO _type(name) VALUES (?)", arguments: [type.name])
      if try db.tableExists(type.name) {
        try addColumns(db, table)
      } else {
        try db.execute(sql: definition(table))
      }
      try capture(db, table)
    }
  }

  private static func capture(_ db: Database, _ table: TypedTable) throws {
    let rows = try Row.fetchAll(
      db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
      arguments: [table.type.name])
    let present = Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as String) })
    for (name, sql) in Capture.triggers(table) where present[name] != sql {
      try db.execute(sql: "DROP TRIGGER IF EXISTS \(TypedTable.quote(name))")
      try db.execute(sql: sql)
    }
  }

  private static func addColumns(_ db: Database, _ table: TypedTable) throws {
    let existing = Set(try db.columns(in: table.type.name).map(\.name))
    for field in table.type.fields where !existing.contains(field.name) {
      try db.execute(sql: "ALTER TABLE \(table.name) ADD COLUMN \(TypedTable.definition(field))")
    }
  }

  private static func definition(_ table: TypedTable) -> String {
    let index = TypedTable.quote("_\(table.type.name)_handle")
    return """
      CREATE TABLE \(table.name)(
        id TEXT NOT NULL UNIQUE DEFAULT \(Capture.freshID)
          CONSTRAINT "id: UUID" CHECK (length(id) = 36 AND id NOT GLOB '*[^0-9a-f-]*'),
        \(table.type.fields.map(TypedTable.definition).joined(separator: ", ")),
        _row INTEGER PRIMARY KEY, _handle INTEGER, _stamps BLOB);
      CREATE UNIQUE INDEX \(index) ON \(table.name)(_handle) WHERE _handle IS NOT NULL;
      """
  }
}
