import GRDB
import Shared

// What the hub sends of fields and types that this program does not know, because it cannot read
// the schema that declares them. It is confirmed like all the rest: its stamps count in the digest,
// it moves and goes with its record. Only nothing shows it. A value without a column waits in
// `_was`, a record without a table in `_hidden`, where those whose deletion is pending are too.
// When a program knows the field or the type, they go where they belong.

extension ConfirmedState {
  func keepAside(_ id: String, _ field: String, _ value: Value) throws {
    if value.isNull {
      try db.run("DELETE FROM _was WHERE id = ? AND field = ?", [id, field])
    } else {
      try db.run(
        "INSERT OR REPLACE INTO _was(id, field, value) VALUES (?, ?, ?)", [id, field, value.stored])
    }
  }

  func keptAside(_ id: String, _ field: String) throws -> DatabaseValue {
    try db.row("SELECT value FROM _was WHERE id = ? AND field = ?", [id, field])?[0] ?? .null
  }

  func forgetAside(_ id: String) throws { try db.run("DELETE FROM _was WHERE id = ?", [id]) }

  /// A hidden record has its row again: only what has no column stays aside.
  func reveal(_ hidden: HiddenRecord, _ table: TypedTable) throws {
    try forgetHidden(hidden.id)
    for (field, stored) in hidden.values where table.type[field: field] == nil {
      if let value = Value(stored) { try keepAside(hidden.id, field, value) }
    }
  }

  /// Puts what was kept aside where it belongs, as far as the schema now says where.
  func unpack() throws {
    for table in shape.tables.values.sorted(by: { $0.name < $1.name }) {
      let strangers = try db.rows(
        """
        SELECT id FROM _hidden WHERE type = ?
          AND id NOT IN (SELECT id FROM _pending WHERE field = '*')
        """, [table.type.name])
      for row in strangers {
        if let hidden = try hidden(row[0]) { try unhide(hidden) }
      }
    }
    let fields = try db.rows(
      "SELECT DISTINCT field FROM _was WHERE id NOT IN (SELECT id FROM _hidden) ORDER BY field")
    for row in fields { try unpack(row[0]) }
  }

  private func unpack(_ field: String) throws {
    for table in shape.tables.values where table.type[field: field] != nil {
      let rows = try db.rows(
        """
        SELECT t._row, w.id, w.value FROM _was w JOIN \(table.name) t ON t.id = w.id
        WHERE w.field = ? AND w.id NOT IN (SELECT id FROM _hidden)
        """, [field])
      for row in rows {
        try db.run(
          table.update([field], where: "_row = ?"), [row[2] as DatabaseValue, row[0] as Int64])
        try keepAside(row[1], field, .null)
        try touch(table.type.name, row[0])
      }
    }
  }
}
