import CTriggers
import GRDB
import Shared

// Capture. Whoever writes the typed tables, with this library, the `sqlite3` shell or a
// script, leaves a line in `_journal` in the same transaction: a trigger writes it, in plain
// SQL that any SQLite understands, so an application cannot forget.
//
// The triggers only note what happened and when; they decide nothing. Sorting out what a
// series of lines means (edited twice, deleted and entered again, replaced by INSERT OR
// REPLACE) is `Settling`, which runs in this library before anything is sent. So a local
// write costs one more small row and never fails because of a clock, a rule or a connection.
//
// What this library writes on the hub's word is not captured: its connection fires no triggers meanwhile,
// which costs nothing for each row and which no other program sees. Who repairs a replica by hand has
// `_switch` for that, part of their transaction.

/// What a journal line tells.
enum JournalKind: Int, Sendable {
  /// A row appeared.
  case inserted = 0
  /// A field changed; the line holds its old value and the row's confirmed stamps.
  case updated = 1
  /// A row disappeared; the line holds its id, stamps and handle, and `was` lines follow.
  case deleted = 2
  /// A row with this id is being inserted. With INSERT OR REPLACE the old row goes without a
  /// word, so this line is what is left of it; with other inserts it means nothing.
  case displaced = 3
  /// A field of the row of the line above, when it was not empty.
  case was = 4
  /// Written by this library at the end of its transactions: `field` names the machine's start,
  /// `old` is the milliseconds since, for the lines from number `row` on.
  case uptime = 5
}

enum Capture {
  /// Milliseconds since 1970 by this machine's wall clock.
  static let wall = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"

  /// A time-ordered id (UUIDv7) made by SQLite itself, for rows entered by hand.
  static let freshID = """
    (substr(printf('%012x', \(wall)), 1, 8) || '-' || substr(printf('%012x', \(wall)), 9, 4) \
    || '-7' || substr(lower(hex(randomblob(2))), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) \
    || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6))))
    """

  static let tables = """
    CREATE TABLE _journal(
      n INTEGER PRIMARY KEY, type TEXT NOT NULL, row INTEGER, kind INTEGER NOT NULL,
      field TEXT, old, stamps BLOB, handle INTEGER, wall INTEGER);
    CREATE TABLE _switch(capturing INTEGER NOT NULL);
    INSERT INTO _switch VALUES (1);
    """

  /// The triggers of one table as SQLite keeps them; `docs/protocol.md`, "Capture", says what each is
  /// for.
  ///
  /// In a trigger SQLite names the columns of VALUES after the first row's expressions, so the
  /// first row is of nulls, which the WHERE drops.
  static func triggers(_ table: TypedTable) -> [(name: String, sql: String)] {
    let type = table.type.name
    let names = ["insert", "displace", "update", "delete", "keep_id"].map { "_\(type)_\($0)" }
    let on = "(SELECT capturing FROM _switch)"
    let parts = [
      """
      CREATE TRIGGER \(TypedTable.quote(names[0])) AFTER INSERT ON \(table.name) WHEN \(on) BEGIN
        INSERT INTO _journal(type, row, kind, wall) VALUES ('\(type)', NEW._row, 0, \(wall));
      END
      """,
      """
      CREATE TRIGGER \(TypedTable.quote(names[1])) BEFORE INSERT ON \(table.name)
      WHEN \(on) AND EXISTS (SELECT 1 FROM \(table.name) WHERE id = NEW.id) BEGIN
        INSERT INTO _journal(type, row, kind, old, stamps, handle, wall)
        SELECT '\(type)', _row, 3, id, _stamps, _handle, \(wall) FROM \(table.name)
        WHERE id = NEW.id;
        INSERT INTO _journal(type, kind, field, old)
        SELECT '\(type)', 4, column1, column2 FROM (\(oldValues(table, "o"))) WHERE column2 NOT NULL;
      END
      """,
      """
      CREATE TRIGGER \(TypedTable.quote(names[2])) AFTER UPDATE OF \(table.columnList) ON \(table.name) WHEN \(on) BEGIN
        INSERT INTO _journal(type, row, kind, field, old, stamps, wall)
        SELECT '\(type)', OLD._row, 1, column1, column2, OLD._stamps, \(wall)
        FROM (VALUES (NULL, NULL, NULL), \(changes(table))) WHERE column2 IS NOT column3;
      END
      """,
      """
      CREATE TRIGGER \(TypedTable.quote(names[3])) AFTER DELETE ON \(table.name) WHEN \(on) BEGIN
        INSERT INTO _journal(type, row, kind, old, stamps, handle, wall)
        VALUES ('\(type)', OLD._row, 2, OLD.id, OLD._stamps, OLD._handle, \(wall));
        INSERT INTO _journal(type, kind, field, old)
        SELECT '\(type)', 4, column1, column2 FROM (VALUES (NULL, NULL), \(was(table))) WHERE column2 NOT NULL;
      END
      """,
      """
      CREATE TRIGGER \(TypedTable.quote(names[4])) BEFORE UPDATE OF id ON \(table.name)
      WHEN NEW.id IS NOT OLD.id AND \(on) BEGIN
        SELECT RAISE(ABORT, 'un identifiant ne change jamais / an id never changes');
      END
      """,
    ]
    return Array(zip(names, parts))
  }

  private static func changes(_ table: TypedTable) -> String {
    zip(table.type.fields, table.columns)
      .map { "('\($0.name)', OLD.\($1), NEW.\($1))" }.joined(separator: ", ")
  }

  private static func was(_ table: TypedTable) -> String {
    zip(table.type.fields, table.columns)
      .map { "('\($0.name)', OLD.\($1))" }.joined(separator: ", ")
  }

  private static func oldValues(_ table: TypedTable, _ alias: String) -> String {
    zip(table.type.fields, table.columns).enumerated().map { position, pair in
      let names = position == 0 ? (" AS column1", " AS column2") : ("", "")
      return """
        SELECT '\(pair.0.name)'\(names.0), (SELECT \(pair.1) FROM \(table.name) \(alias) \
        WHERE \(alias).id = NEW.id)\(names.1)
        """
    }.joined(separator: " UNION ALL ")
  }
}

extension Database {
  /// Writes the typed tables without being captured.
  func withoutCapture<T>(_ body: () throws -> T) rethrows -> T { try capturing(false, body) }

  /// Writes them as another program does.
  func withCapture<T>(_ body: () throws -> T) rethrows -> T { try capturing(true, body) }

  private func capturing<T>(_ isOn: Bool, _ body: () throws -> T) rethrows -> T {
    let before = triggers_fire(sqliteConnection, isOn ? 1 : 0)
    defer { _ = triggers_fire(sqliteConnection, before) }
    return try body()
  }
}
