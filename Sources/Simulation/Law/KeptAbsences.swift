import FieldClient
import GRDB
import Shared
import Storage
import SyncServer

// A deletion, an emptied field and a move leave no value by which they could be found again. What can be
// found is that nothing happened: the hub still holds what one of them took away, and has no word of it,
// neither in the history nor as a conflict, nor does whoever did it keep it as refused. Then it vanished.

extension World {
  /// Every accepted write that leaves no value is somewhere.
  func checkAbsencesKept() throws {
    // What a hub forgot that went back, nobody can tell.
    guard !hubWentBack else { return }
    let owed = book.entries.filter {
      $0.isAbsence && $0.laptop >= 0 && ($0.state == .owed || $0.state == .open)
    }
    guard !owed.isEmpty else { return }
    let kept = try laptops.map { try keptFields($0) }
    try hub.store().pool.read { db in
      for entry in owed where try isUntouched(entry, db) {
        let own = kept[entry.laptop]
        guard own.isDisjoint(with: ["", entry.field].map { entry.key.id + $0 }) else { continue }
        let what = entry.field == Book.deletion ? "the deletion" : "the change of \(entry.field)"
        fail(.kept, "\(what) of \(entry.key) on \(laptops[entry.laptop]) is nowhere")
      }
    }
  }

  /// Whether the hub holds what a write took away, and never heard that it went.
  private func isUntouched(_ entry: Book.Entry, _ db: Database) throws -> Bool {
    let (type, field) = (entry.key.type, entry.field)
    let isDeletion = field == Book.deletion
    guard let known = hub.schema[type: type],
      isDeletion || field == "scope" || known[field: field] != nil
    else { return false }
    // The line of a deletion says of no value that it replaced it.
    let value = isDeletion ? "NULL" : "r.\"\(field)\""
    let sql = """
      SELECT \(value) FROM "\(type)" r WHERE id = ? AND NOT _deleted
        AND NOT EXISTS (SELECT 1 FROM _history h
          WHERE h.type = '\(type)' AND h.handle = r._handle AND h.field = '\(field)'
            AND h.replaced IS \(value))
        AND NOT EXISTS (SELECT 1 FROM _conflict c
          WHERE c.type = '\(type)' AND c.handle = r._handle AND c.field = '\(field)')
      """
    let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [entry.key.id])
    return row.map { Value($0[0] as DatabaseValue)?.mark == entry.gone } ?? false
  }

  /// What a laptop keeps of writes that the hub refused, or that could not be sent: fields, each after
  /// its record's id, with nothing for a whole record.
  private func keptFields(_ laptop: Laptop) throws -> Set<String> {
    let refused = try laptop.read { db in
      try String.fetchSet(db, sql: "SELECT id || coalesce(field, '') FROM _refused")
    }
    guard laptop.isRevoked else { return refused }
    // A look at its status sorts out what was written by SQL.
    _ = try laptop.client().status()
    let withheld = try laptop.read { db in
      try String.fetchSet(db, sql: "SELECT id || field FROM _withheld")
    }
    return refused.union(withheld).union(try waitingFields(laptop))
  }
}
