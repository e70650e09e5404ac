import GRDB
package import Shared

// The device's side of a repair: what it holds, range by range; what it gives back to a hub that
// was restored from an older copy; and taking over how the hub has it.

extension Replica {
  /// Reads the whole file. Throws `.damaged` where a page or an index is not what it should be.
  package func checkFile() throws(Problem) {
    try read { db, _ in
      let found = try db.checkingIDs {
        try String.fetchAll(db, sql: "PRAGMA integrity_check(1)")
      }
      guard found == ["ok"] else {
        throw Problem(.damaged, at: path, cause: found.first)
      }
    }
  }

  /// Counts records and digests anew from the rows themselves. Returns the scopes whose count or
  /// digest was otherwise: something outside this library changed what was confirmed.
  package func recount(now: Int64) throws(Problem) -> [Scope] {
    try write { db, shape in
      let state = try Settling.run(db, shape, now: now)
      var found: [String: (digest: Digest, records: Int)] = [:]
      try state.visitConfirmed([.all]) { copy in
        found[copy.scope, default: (Digest(), 0)].digest ^= Digest(of: copy.id, copy.stamps)
        found[copy.scope]!.records += 1
      }
      var changed: [Scope] = []
      for row in try db.rows("SELECT name, high, low, records FROM _scope ORDER BY name") {
        let name: String = row[0]
        let (digest, records) = found[name] ?? (Digest(), 0)
        guard digest != Digest(storedHigh: row[1], storedLow: row[2]) || row[3] != records
        else { continue }
        try db.run(
          "UPDATE _scope SET high = ?, low = ?, records = ? WHERE name = ?",
          [digest.storedHigh, digest.storedLow, records, name])
        if let scope = Scope(name) { changed.append(scope) }
      }
      return changed
    }
  }

  /// What this device holds confirmed of a scope in some ranges, by rising ids.
  package func fingerprints(
    of scope: Scope, in ranges: [IDRange], now: Int64
  ) throws(Problem) -> [FingerprintedRecord] {
    try write { db, shape in
      // An edit that is not settled yet would be taken for what is confirmed.
      let state = try Settling.run(db, shape, now: now)
      var records: [FingerprintedRecord] = []
      if ranges == [.all] { records.reserveCapacity(try Self.count(db, in: scope)) }
      try state.visitConfirmed(ranges) { copy in
        guard copy.scope == scope.description else { return }
        let print = Fingerprint(of: copy.id, handle: copy.handle, copy.stamps, copy.values)
        records.append(FingerprintedRecord(id: copy.id, print: print))
      }
      records.order()
      return records
    }
  }

  /// How many records of a scope the hub has told.
  private static func count(_ db: Database, in scope: Scope) throws -> Int {
    let row = try db.row("SELECT records FROM _scope WHERE name = ?", [scope.description])
    return max(0, row?[0] ?? 0)
  }

  /// What this device has to give back of some records to a hub that was restored from an older
  /// copy.
  ///
  /// - Parameters:
  ///   - ids: records that differ; only the first of them, up to about `bytes`.
  ///   - answer: how the hub has those of them that it has.
  /// - Returns: the changes, and how many of `ids` were looked at.
  package func gifts(
    of ids: [RecordID], against answer: Changeset, upTo bytes: Int, now: Int64
  ) throws(Problem) -> (changes: Changeset, examined: Int) {
    try write { db, shape in
      let state = try Settling.run(db, shape, now: now)
      let ids = ids.prefix(Limits.recordsInRepair)
      let copies = try state.confirmedCopies(of: ids)
      var giving = Giving(state: state, answer: answer)
      for id in ids where giving.spent < bytes { try giving.examine(id, copies[id]) }
      return (giving.changeset, giving.examined)
    }
  }

  /// Takes over how the hub has some records, in one transaction.
  package func repair(_ answer: RepairAnswer, now: Int64) throws(Problem) -> ApplyReport {
    let report = try write { db, shape in
      let state = try Settling.run(db, shape, now: now)
      var page = SyncAnswer(hubClock: answer.hubClock)
      page.pull = answer.pull
      return try db.withoutCapture {
        var applying = try Applying(state: state, answer: page)
        return try applying.repair(gone: answer.gone)
      }
    }
    if report.purged > 0 { try emptyLog() }
    return report
  }

  /// Notes that the hub was restored from an older copy: its numbers for conflicts and devices
  /// begin anew. What is known of conflicts stays, under numbers that it never gives.
  package func forgetNumbers() throws(Problem) {
    try write { db, _ in
      try db.run(
        """
        UPDATE _conflict SET id = (SELECT min(0, min(id)) FROM _conflict) - id WHERE id > 0
        """)
      try db.run("DELETE FROM _device")
      try ReplicaState.noticeCursor.set(db, 0)
      try ReplicaState.turn.set(db, 0)
    }
  }

  /// Forgets how far a scope was collected, and what the hub calls its records: one that was restored
  /// from an older copy may call others so.
  package func forgetPlace(in scope: Scope, now: Int64) throws(Problem) {
    try write { db, shape in
      _ = try Settling.run(db, shape, now: now)
      try db.withoutCapture {
        for table in shape.tables.values {
          try db.run(
            """
            UPDATE \(table.name) SET _handle = NULL
            WHERE _row IN (SELECT t._row FROM \(table.confirmedOfScope))
            """, [scope.description])
        }
        try db.run(
          """
          UPDATE _hidden SET handle = NULL
          WHERE id IN (SELECT id FROM _was WHERE field = 'scope' AND value = ?)
          """, [scope.description])
      }
      try db.run("UPDATE _scope SET seq = 0, mark = 0 WHERE name = ?", [scope.description])
    }
  }

  /// Notes that every record was compared with the hub's.
  package func noteProven() throws(Problem) {
    try write { db, _ in try ReplicaState.unproven.set(db, false) }
  }

  /// A scope that was repaired is collected from here on.
  package func setCursor(_ cursor: Shared.Cursor) throws(Problem) {
    try write { db, _ in
      try db.run(
        "UPDATE _scope SET seq = ?, mark = ? WHERE name = ?",
        [cursor.seq, Int64(bitPattern: cursor.mark), cursor.scope.description])
    }
  }
}

/// Collects what a device gives back.
private struct Giving {
  let state: ConfirmedState
  private let told: [RecordID: (change: RecordChange, group: ChangeGroup)]
  private(set) var examined = 0
  private(set) var spent = 0
  private var groups: [ChangeGroup] = []

  init(state: ConfirmedState, answer: Changeset) {
    self.state = state
    var told: [RecordID: (RecordChange, ChangeGroup)] = [:]
    for group in answer.groups {
      for change in group.records { if let id = change.id { told[id] = (change, group) } }
    }
    self.told = told
  }

  var changeset: Changeset { Changeset(groups: groups) }

  mutating func examine(_ id: RecordID, _ copy: ConfirmedCopy?) throws {
    examined += 1
    spent += 16
    if let copy {
      if let (change, group) = told[id] {
        // What was erased is given to nobody.
        if change.kind != .erase { try give(copy, unlike: change, group) }
      } else {
        give(copy)
      }
    } else {
      try giveDeletion(of: id)
    }
  }

  /// The whole record, to a hub that does not have it.
  private mutating func give(_ copy: ConfirmedCopy) {
    let names = Set(copy.values.keys).union(copy.stamps.exceptions.map(\.field)).sorted()
    add(copy, kind: .create, stamp: copy.stamps.record, names) { _ in .never }
  }

  /// The fields that the hub has otherwise. It decides which stands, and keeps the other.
  private mutating func give(
    _ copy: ConfirmedCopy, unlike change: RecordChange, _ group: ChangeGroup
  ) throws {
    let theirs = change.stamps(in: group)
    let filled = Dictionary(
      change.fields.filter { !$0.value.isNull }.map { (group.fields[$0.field], $0.value) },
      uniquingKeysWith: { first, _ in first })
    var seen: [String: Stamp] = [:]
    for field in Set(copy.values.keys).union(copy.stamps.exceptions.map(\.field))
      .union(group.fields)
    {
      let value = filled[field] ?? .null
      let stamp = theirs.stamp(of: field, isEmpty: value.isNull)
      let own = copy.state(of: field)
      guard own != FieldState(value: value, stamp: stamp), own.stamp != .never else { continue }
      seen[field] = try wasSeen(stamp, of: field, copy) ? stamp : .never
    }
    guard !seen.isEmpty else { return }
    add(copy, kind: .update, stamp: copy.stamps.latest, seen.keys.sorted()) { seen[$0]! }
  }

  /// Whether what this device has came after the value with this stamp, knowing it.
  private func wasSeen(_ stamp: Stamp, of field: String, _ copy: ConfirmedCopy) throws -> Bool {
    try state.db.row(
      "SELECT 1 FROM _history WHERE record = ? AND field = ? AND replaced_stamp = ?",
      [copy.id.description, field, FieldStamps(record: stamp).stored]) != nil
  }

  private mutating func giveDeletion(of id: RecordID) throws {
    guard
      let row = try state.db.row(
        "SELECT type, clock, device, seen FROM _deleted WHERE id = ?", [id.description]),
      let seen = try FieldStamps(row[3] as DatabaseValue)
    else { return }
    let deletion = RecordChange(
      kind: .delete, id: id, handle: 0, stamp: Stamp(storedClock: row[1], device: row[2]),
      seen: seen)
    groups.append(ChangeGroup(type: row[0], fields: [], records: [deletion]))
    spent += 40
  }

  private mutating func add(
    _ copy: ConfirmedCopy, kind: RecordChange.Kind, stamp: Stamp, _ names: [String],
    seen: (String) -> Stamp
  ) {
    let fields = names.enumerated().map { position, name in
      let state = copy.state(of: name)
      spent += state.value.roughBytes
      return FieldChange(
        field: position, value: state.value, stamp: state.stamp, seen: seen(name))
    }
    let change = RecordChange(
      kind: kind, id: copy.id, handle: 0, stamp: stamp, fields: fields)
    if groups.last?.type == copy.type, groups.last?.fields == names {
      groups[groups.count - 1].records.append(change)
    } else {
      groups.append(ChangeGroup(type: copy.type, fields: names, records: [change]))
    }
    spent += 40
  }
}
