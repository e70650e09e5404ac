import GRDB
import Shared

// What an answer brings beside records: grants, names, conflicts, cursors and proofs.

extension Applying {
  mutating func takeGrant() throws {
    guard let grant = answer.grant else { return }
    try ReplicaState.grantVersion.set(db, grant.version)
    try ReplicaState.role.set(db, grant.role)
    try ReplicaState.everything.set(db, grant.everything)
    try db.run("UPDATE _scope SET writable = 0")
    for scope in grant.read {
      try db.run("INSERT OR IGNORE INTO _scope(name) VALUES (?)", [scope.description])
    }
    for scope in grant.write {
      try db.run("UPDATE _scope SET writable = 1 WHERE name = ?", [scope.description])
    }
    if !grant.everything { try dropScopes(except: Set(grant.read.map(\.description))) }
  }

  mutating func dropScopes(except granted: Set<String>) throws {
    for row in try db.rows("SELECT name FROM _scope") {
      let scope: String = row[0]
      guard !granted.contains(scope) else { continue }
      try dropRecords(of: scope)
      state.ledger.forget(scope)
      try db.run("DELETE FROM _scope WHERE name = ?", [scope])
    }
  }

  private mutating func dropRecords(of scope: String) throws {
    for table in state.shape.tables.values.sorted(by: { $0.name < $1.name }) {
      let rows = try db.rows(
        "SELECT t.id, t._row, t._stamps, t._handle, t.scope FROM \(table.confirmedOfScope)", [scope]
      )
      for row in rows { try drop(row, table) }
      report.left += rows.count
    }
    let hidden = try db.rows("SELECT id FROM _was WHERE field = 'scope' AND value = ?", [scope])
    for row in hidden { try loseHidden(row[0]) }
  }

  func takeNotices() throws {
    try ReplicaState.turn.set(db, Int64(answer.turn))
    try ReplicaState.heard.set(db, answer.hubClock)
    try ReplicaState.dictionary.set(db, Int64(answer.dictionary))
    if answer.isShared { try ReplicaState.sharedAt.set(db, answer.hubClock) }
    for name in answer.names {
      try db.run(
        "INSERT OR REPLACE INTO _device(number, name) VALUES (?, ?)",
        [Int64(name.number), name.name])
    }
    for notice in answer.notices {
      // A restored hub tells again, under another number.
      try db.run(
        """
        DELETE FROM _conflict WHERE id < 0 AND record = ? AND field = ? AND winner_clock = ?
          AND loser_clock = ?
        """,
        [
          notice.record.description, notice.field, notice.winner.stamp.storedClock,
          notice.loser.stamp.storedClock,
        ])
      try db.run(
        """
        INSERT OR REPLACE INTO _conflict(id, type, record, field, status, winner, winner_clock,
          winner_device, loser, loser_clock, loser_device)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          notice.id, notice.type, notice.record.description, notice.field, notice.status,
          notice.winner.value.stored, notice.winner.stamp.storedClock,
          Int64(notice.winner.stamp.device), notice.loser.value.stored,
          notice.loser.stamp.storedClock, Int64(notice.loser.stamp.device),
        ])
    }
    if let last = answer.notices.map(\.version).max() {
      try ReplicaState.noticeCursor.set(db, last)
    }
  }

  mutating func moveCursors() throws {
    for page in answer.pages {
      let name = page.cursor.scope.description
      try db.run("INSERT OR IGNORE INTO _scope(name, writable) VALUES (?, 1)", [name])
      try db.run(
        "UPDATE _scope SET seq = ?, mark = ? WHERE name = ?",
        [page.cursor.seq, Int64(bitPattern: page.cursor.mark), name])
      guard let proof = page.proof else { continue }
      let row = try db.row("SELECT high, low, records FROM _scope WHERE name = ?", [name])!
      report.compared += 1
      let digest = Digest(storedHigh: row[0], storedLow: row[1])
      if digest != proof.digest || row[2] != proof.records {
        report.unequal.append(page.cursor.scope)
      }
    }
  }
}
