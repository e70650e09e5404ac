import GRDB
import Shared

/// Takes the hub's word on what a request carried: what was admitted becomes confirmed, what
/// was not is shown again as the hub has it, and what was refused moves to the refused list.
struct Acknowledging {
  var state: ConfirmedState
  let page: PendingPage
  let answer: SyncAnswer
  /// Records of which something waits for a newer hub.
  var heldBack: Set<String> = []
  private var verdicts: [Place: Verdict] = [:]
  /// Whether other answers may have come since the request was made.
  private let isLate: Bool

  private struct Place: Hashable {
    let group: Int
    let record: Int
    let field: Int?
  }

  init(state: ConfirmedState, page: PendingPage, answer: SyncAnswer, isLate: Bool = false) {
    self.state = state
    self.page = page
    self.answer = answer
    self.isLate = isLate
    for verdict in answer.verdicts {
      verdicts[Place(group: verdict.group, record: verdict.record, field: verdict.field)] = verdict
    }
  }

  var db: Database { state.db }

  /// Returns the state for the rest of the transaction. Throws `.not_understood` when the
  /// answer does not fit the request.
  mutating func run() throws -> ConfirmedState {
    guard answer.examined else {
      try page.takeBack(db)
      return state
    }
    try noteAdmitted(page.changeset.latestStamp)
    var handles = answer.handles.makeIterator()
    for (group, changes) in page.changeset.groups.enumerated() {
      let table = try state.shape.table(changes.type)
      for (record, change) in changes.records.enumerated() {
        let id = page.ids[group][record]
        let whole = verdicts[Place(group: group, record: record, field: nil)]
        let handle = change.kind == .create ? handles.next() : 0
        guard let handle else { throw Problem(.not_understood, cause: "too few handles") }
        guard let change = try left(of: change, id, changes, table, group, record) else {
          continue
        }
        switch change.kind {
        case .create:
          if isAhead(whole, table, change.fields.map { (changes.fields[$0.field], $0.value) }) {
            try holdRecord(id)
          } else if let whole, whole.kind == .refused {
            try refuseCreation(id, change, changes, table, whole)
          } else {
            try confirmCreation(id, change, changes, table, handle, group, record)
          }
        case .update: try settleUpdate(id, change, changes, table, group, record, whole)
        case .delete, .erase: try settleDeletion(id, change, table, whole)
        }
      }
    }
    return state
  }

  /// What of a change is not settled yet; nil for nothing.
  private func left(
    of change: RecordChange, _ id: String, _ group: ChangeGroup, _ table: TypedTable,
    _ groupIndex: Int, _ recordIndex: Int
  ) throws -> RecordChange? {
    guard isLate else { return change }
    return try unsettled(change, id, group, table) { field in
      let whole = verdicts[Place(group: groupIndex, record: recordIndex, field: nil)]
      let own = verdicts[Place(group: groupIndex, record: recordIndex, field: field)]
      return [nil, .won].contains((whole ?? own)?.kind)
    }
  }

  /// Stamps that follow must be above what the hub has of this device.
  private func noteAdmitted(_ latest: Stamp) throws {
    guard latest.storedClock > (try ReplicaState.admitted.number(db) ?? 0) else { return }
    try ReplicaState.admitted.set(db, latest.storedClock)
  }

  // MARK: Creations

  private mutating func confirmCreation(
    _ id: String, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ handle: Int64, _ groupIndex: Int, _ recordIndex: Int
  ) throws {
    var stamps = FieldStamps(record: change.stamp)
    var rejected: [(FieldChange, Verdict)] = []
    var held: Set<Int> = []
    for field in change.fields {
      let place = Place(group: groupIndex, record: recordIndex, field: field.field)
      let name = group.fields[field.field]
      let verdict = verdicts[place]
      if isAhead(verdict, table, [(name, field.value)]) {
        try holdOfCreation(id, name, field.stamp)
        held.insert(field.field)
      } else if let verdict, verdict.kind != .won {
        rejected.append((field, verdict))
      } else if field.stamp != change.stamp {
        stamps.set(name, field.stamp)
      }
    }
    let othersWait = try isAnythingBeside(creation: id, change.stamp)
    try db.run(
      "DELETE FROM _pending WHERE id = ? AND field = '' AND clock = ?",
      [id, change.stamp.storedClock])
    guard let row = try db.row(table.select(["_row"], where: "id = ?"), [id]) else {
      return try confirmHiddenCreation(id, handle, stamps, change, group)
    }
    let number: Int64 = row[1]
    try db.run(
      "UPDATE \(table.name) SET _handle = ?, _stamps = ? WHERE _row = ?",
      [handle, stamps.stored, number])
    var scope: String? = table.type.position(of: "scope").flatMap { row[2 + $0] }
    if othersWait {
      try spreadReentry(id, change, group, table, row)
      for field in change.fields where !held.contains(field.field) {
        let name = group.fields[field.field]
        try settleField(
          id, field, name, try pending(id, name), group, table, number, verdict: nil)
      }
      try settleUnnamed(id, change, group, table)
      scope = nil
    }
    for (field, verdict) in rejected {
      try clear(id, group.fields[field.field], table, number)
      try reject(id, field, group, table, verdict)
      scope = nil
    }
    state.ledger.add(
      try scope ?? state.confirmedScope(table, row: number, id: id), RecordID(id)!, stamps)
    try state.touch(table.type.name, number)
  }

  /// The record was entered again after it was sent: what differs from what the hub now has is
  /// an edit.
  private func spreadReentry(
    _ id: String, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ row: StoredRow
  ) throws {
    guard try state.isPending(id, Settling.creation) else { return }
    try db.run("UPDATE _pending SET sent = 0 WHERE id = ? AND field = ''", [id])
    var sent: [String: FieldChange] = [:]
    for field in change.fields { sent[group.fields[field.field]] = field }
    for (position, field) in table.type.fields.enumerated() {
      let base = sent[field.name]?.value.stored ?? .null
      let seen = sent[field.name].map { FieldStamps(record: $0.stamp).stored } ?? .null
      try db.run(
        "UPDATE _pending SET base = ?, seen = ? WHERE id = ? AND field = ?",
        [base, seen, id, field.name])
      guard db.changesCount == 0, row[position + 2] as DatabaseValue != base else { continue }
      try state.pendOfCreation(id, field.name, base: base, seen: seen)
    }
    try db.run("DELETE FROM _pending WHERE id = ? AND field = ''", [id])
  }

  /// Empties a field whose value the hub did not take; what was written since stays pending.
  private func clear(
    _ id: String, _ field: String, _ table: TypedTable, _ number: Int64
  ) throws {
    try db.run(
      "UPDATE _pending SET base = NULL, seen = NULL WHERE id = ? AND field = ?", [id, field])
    guard db.changesCount == 0 else { return }
    try db.run(table.update([field], where: "_row = ?"), [DatabaseValue.null, number])
  }

  /// It was deleted here after it was sent: the hub has it, so it is confirmed, and hidden.
  private mutating func confirmHiddenCreation(
    _ id: String, _ handle: Int64, _ stamps: FieldStamps, _ change: RecordChange,
    _ group: ChangeGroup
  ) throws {
    var hidden = HiddenRecord(change, group, stamps)
    hidden.handle = handle.databaseValue
    guard try state.hidden(id) != nil else {
      guard try state.isDeletedUnheard(id, stamps) else { return }
      return try state.deleteAgain(hidden, stamps)
    }
    try state.hide(hidden)
    for field in change.fields {
      _ = try state.settleWithheld(id, group.fields[field.field], field, isAdmitted: true)
    }
    try db.run(
      "UPDATE _pending SET seen = ? WHERE id = ? AND field = '*'", [stamps.stored, id])
    state.ledger.add(hidden.scope, RecordID(id)!, stamps)
  }

  private mutating func refuseCreation(
    _ id: String, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ verdict: Verdict
  ) throws {
    let part = try refuse(id, table, field: nil, value: .null, verdict)
    let row = try db.row(table.select(["_row"], where: "id = ?"), [id])
    let values =
      row.map { table.values($0, from: 2) }
      ?? Dictionary(uniqueKeysWithValues: change.fields.map { (group.fields[$0.field], $0.value) })
    for (field, value) in values.sorted(by: { $0.key < $1.key }) {
      try db.run(
        "INSERT INTO _refused(type, id, field, value, code, sentence, refused, part) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [table.type.name, id, field, value.stored, verdict.code, "", state.now, part])
    }
    if let row {
      let number: Int64 = row[1]
      try db.run("DELETE FROM \(table.name) WHERE _row = ?", [number])
      try state.touch(table.type.name, number)
    }
    try db.run("DELETE FROM _pending WHERE id = ?", [id])
    try state.forgetWithheld(id)
    try state.forgetHidden(id)
  }

  // MARK: Updates

  private mutating func settleUpdate(
    _ id: String, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ groupIndex: Int, _ recordIndex: Int, _ whole: Verdict?
  ) throws {
    let row = try db.row(
      """
      SELECT _row, _stamps, ifnull((
        SELECT base FROM _pending p WHERE p.id = t.id AND p.field = 'scope'), scope)
      FROM \(table.name) t WHERE id = ?
      """, [id])
    guard let row else {
      return try settleHidden(id, change, group, table, groupIndex, recordIndex, whole)
    }
    let number: Int64 = row[0]
    let oldScope: String = row[2] ?? ""
    let before = try FieldStamps(row[1] as DatabaseValue)
    var stamps = before
    for field in change.fields {
      let name = group.fields[field.field]
      let place = Place(group: groupIndex, record: recordIndex, field: field.field)
      let verdict = whole ?? verdicts[place]
      let pending = try pending(id, name)
      if verdict == nil || verdict?.kind == .won {
        let base = pending?.base ?? .null
        let old = before?.stamp(of: name, isEmpty: base.isNull) ?? .never
        try state.remember(table.type.name, id, name, replaced: base, old, field.stamp)
        stamps?.set(name, field.stamp)
        try settleField(id, field, name, pending, group, table, number, verdict: nil)
      } else if isAhead(verdict, table, [(name, field.value)]) {
        try hold(id, name, field.stamp)
      } else {
        try settleField(id, field, name, pending, group, table, number, verdict: verdict)
      }
    }
    if let before, let stamps {
      try db.run(
        "UPDATE \(table.name) SET _stamps = ? WHERE _row = ?", [stamps.stored, number])
      state.ledger.remove(oldScope, RecordID(id)!, before)
      let moved = change.fields.contains { group.fields[$0.field] == "scope" }
      let scope = moved ? try state.confirmedScope(table, row: number, id: id) : oldScope
      state.ledger.add(scope, RecordID(id)!, stamps)
    } else if try !state.isPending(id) {
      // The hub deleted it, and nothing that was written here revived it.
      try db.run("DELETE FROM \(table.name) WHERE _row = ?", [number])
    }
    try state.touch(table.type.name, number)
  }

  /// Deleted here after this edit was sent: what was admitted of it is hidden with the record.
  private mutating func settleHidden(
    _ id: String, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ groupIndex: Int, _ recordIndex: Int, _ whole: Verdict?
  ) throws {
    var admitted = change
    admitted.fields = []
    for field in change.fields {
      let place = Place(group: groupIndex, record: recordIndex, field: field.field)
      let verdict = whole ?? verdicts[place]
      let isAdmitted = verdict == nil || verdict?.kind == .won
      if isAdmitted { admitted.fields.append(field) }
      let isSame = try state.settleWithheld(
        id, group.fields[field.field], field, isAdmitted: isAdmitted)
      if isSame, let verdict { try reject(id, field, group, table, verdict) }
    }
    try state.moveHidden(id, by: admitted, group)
  }

  /// Clears a field's pending change if it is still the one that was sent; an edit made in the
  /// meantime stays pending on top of what the hub now has.
  private mutating func settleField(
    _ id: String, _ field: FieldChange, _ name: String,
    _ pending: (clock: Int64, base: DatabaseValue)?, _ group: ChangeGroup, _ table: TypedTable,
    _ number: Int64, verdict: Verdict?
  ) throws {
    guard let pending else { return }
    let isSame = pending.clock == field.stamp.storedClock
    if let verdict {
      guard isSame else { return }
      try db.run(table.update([name], where: "_row = ?"), [pending.base, number])
      try db.run("DELETE FROM _pending WHERE id = ? AND field = ?", [id, name])
      try reject(id, field, group, table, verdict)
    } else if isSame {
      try db.run("DELETE FROM _pending WHERE id = ? AND field = ?", [id, name])
    } else {
      try db.run(
        "UPDATE _pending SET base = ?, seen = ? WHERE id = ? AND field = ?",
        [field.value.stored, FieldStamps(record: field.stamp).stored, id, name])
    }
  }

  /// A field's pending change: its stamp's clock, and what the hub has.
  private func pending(
    _ id: String, _ field: String
  ) throws -> (clock: Int64, base: DatabaseValue)? {
    try db.row("SELECT clock, base FROM _pending WHERE id = ? AND field = ?", [id, field])
      .map { ($0[0], $0[1]) }
  }

  // MARK: Deletions

  private mutating func settleDeletion(
    _ id: String, _ change: RecordChange, _ table: TypedTable, _ whole: Verdict?
  ) throws {
    guard let hidden = try state.hidden(id) else {
      if whole == nil { try enterAgain(id, table) }
      return
    }
    if isAhead(whole, table, []) { return try hold(id, Settling.deletion, change.stamp) }
    try db.run("DELETE FROM _pending WHERE id = ? AND field = '*'", [id])
    if let whole, whole.kind != .won {
      // What was never confirmed is not shown again: if the hub has it, the answer brings it.
      if hidden.stamps.isNull { try state.forgetHidden(id) } else { try state.unhide(hidden) }
      try db.run("DELETE FROM _deleted WHERE id = ?", [id])
      if whole.kind == .refused { _ = try refuse(id, table, field: "*", value: .null, whole) }
      return
    }
    let stamps = try FieldStamps(hidden.stamps)
    if let stamps { state.ledger.remove(hidden.scope, RecordID(id)!, stamps) }
    try state.noteDeletion(
      id, table.type.name, change.stamp, seen: stamps ?? FieldStamps(record: .never))
    try db.run("DELETE FROM _history WHERE record = ?", [id])
    try state.forgetWithheld(id)
    try state.forgetHidden(id)
  }

  /// The deletion went through, but the record was entered again in the meantime: it is new.
  private mutating func enterAgain(_ id: String, _ table: TypedTable) throws {
    guard
      let row = try db.row("SELECT _row, _stamps FROM \(table.name) WHERE id = ?", [id]),
      let stamps = try FieldStamps(row[1] as DatabaseValue)
    else { return }
    let scope = try state.confirmedScope(table, row: row[0], id: id)
    state.ledger.remove(scope, RecordID(id)!, stamps)
    try db.run(
      "UPDATE \(table.name) SET _stamps = NULL, _handle = NULL WHERE _row = ?", [row[0] as Int64])
    try db.run("DELETE FROM _pending WHERE id = ?", [id])
    try state.forgetAside(id)
    let clock = state.clock.tick(milliseconds: state.now, above: stamps.latest.clock)
    try db.run(
      "INSERT INTO _pending(priority, type, id, field, wall, clock) VALUES (?, ?, ?, '', ?, ?)",
      [table.type.priority, table.type.name, id, state.now, Int64(bitPattern: clock)])
  }

  // MARK: The refused list

  private mutating func reject(
    _ id: String, _ field: FieldChange, _ group: ChangeGroup, _ table: TypedTable,
    _ verdict: Verdict
  ) throws {
    try db.run(
      "DELETE FROM _pending WHERE id = ? AND field = ? AND clock = ?",
      [id, group.fields[field.field], field.stamp.storedClock])
    guard verdict.kind == .refused else { return }
    _ = try refuse(
      id, table, field: group.fields[field.field], value: field.value, verdict)
  }

  private func refuse(
    _ id: String, _ table: TypedTable, field: String?, value: Value, _ verdict: Verdict
  ) throws -> Int64 {
    try db.run(
      "INSERT INTO _refused(type, id, field, value, code, sentence, refused) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [table.type.name, id, field, value.stored, verdict.code, verdict.sentence, state.now])
    return db.lastInsertedRowID
  }
}
