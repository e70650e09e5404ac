import Foundation
import GRDB
package import Shared

extension Replica {
  /// Takes over what one request was answered in one durable transaction: verdicts, rows, their
  /// stamps, digests and cursors together, so that a cut costs the page and nothing else.
  ///
  /// - Parameters:
  ///   - answers: the parts that arrived, at least one; the first holds the hub's word on `page`.
  ///   - isLate: whether other answers may have come since the page was collected.
  ///   - end: of the exchange, which is noted with it; nil for what came another way.
  package func apply(
    _ answers: [SyncAnswer], to page: PendingPage, now: Int64, isLate: Bool = false,
    end: ExchangeEnd? = nil
  ) throws(Problem) -> ApplyReport {
    let report = try write { db, shape in
      let state = try Settling.run(db, shape, now: now)
      return try db.withoutCapture {
        var acknowledging = Acknowledging(
          state: state, page: page, answer: answers[0], isLate: isLate)
        var state = try acknowledging.run()
        var report = ApplyReport()
        for answer in answers {
          var applying = try Applying(state: state, answer: answer)
          report.add(try applying.run())
          state = applying.state
          state.ledger = ScopeLedger()
        }
        report.heldBack = acknowledging.heldBack
        try end?.note(db, report)
        return report.telling(page.created(answers[0]), apartFrom: answers.flatMap(\.leaves))
      }
    }
    if report.purged > 0 { try emptyLog() }
    return report
  }

  /// Old pages are zeroed in the file, but not in the log: it is written back and emptied, as far
  /// as other programs that read at this moment allow.
  func emptyLog() throws(Problem) {
    try storing(at: path) {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
    }
  }
}

extension PendingPage {
  /// The handles that an answer gives to the new records of this page, by type.
  fileprivate func created(_ answer: SyncAnswer) -> [String: Set<Int64>] {
    var handles = answer.handles.makeIterator()
    var created: [String: Set<Int64>] = [:]
    for group in changeset.groups {
      for record in group.records where record.kind == .create {
        if let handle = handles.next() { created[group.type, default: []].insert(handle) }
      }
    }
    return created
  }
}

struct Applying {
  var state: ConfirmedState
  let answer: SyncAnswer
  var report = ApplyReport()
  let hasPending: Bool
  private let hasDeleted: Bool

  init(state: ConfirmedState, answer: SyncAnswer) throws {
    self.state = state
    self.answer = answer
    hasPending = try state.db.row("SELECT 1 FROM _pending LIMIT 1") != nil
    hasDeleted = try state.db.row("SELECT 1 FROM _deleted LIMIT 1") != nil
  }

  var db: Database { state.db }

  mutating func run() throws -> ApplyReport {
    try takeGrant()
    try releaseHeld()
    let arriving = arrivals
    for leave in answer.leaves where arriving[leave.type]?.contains(leave.handle) != true {
      try apply(leave)
    }
    for group in answer.pull.groups { try apply(group) }
    try state.bringBackWithheld()
    try takeNotices()
    try state.save()
    try leaveNothing()
    try moveCursors()
    report.refused = answer.verdicts.count { $0.kind == .refused }
    report.conflicts = answer.verdicts.count { $0.kind == .lost || $0.kind == .won }
    return report
  }

  /// Nothing of what went for good can be read in the index or in a bundle that is out.
  func leaveNothing() throws {
    guard report.purged > 0 else { return }
    try SearchIndex(db: db, shape: state.shape).purge()
    // What is on its way may hold it; without this its answer only has nothing more to say.
    try db.run("DELETE FROM _bundle")
  }

  // MARK: Records

  mutating func apply(_ group: ChangeGroup) throws {
    guard let table = state.shape.tables[group.type] else { return try applyStrangers(group) }
    let statement = CreateStatement(table, group.fields)
    var updates = UpdateStatements(db, table, group)
    for change in group.records {
      switch change.kind {
      case .create: try create(change, group, table, statement)
      case .update where statement.unknown.isEmpty:
        try update(change, group, table, try updates.of(change))
      case .update: try updatePartly(change, group, table)
      case .delete: try delete(change, table)
      case .erase: try erase(change, group.type)
      }
      report.received += 1
    }
  }

  private mutating func create(
    _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ statement: CreateStatement
  ) throws {
    guard let id = change.id else { throw Problem(.not_understood, cause: "no id") }
    let text = id.description
    if hasPending, let hidden = try state.hidden(text) {
      return try replaceHidden(hidden, change, group)
    }
    let stamps = change.stamps(in: group)
    if hasDeleted, try state.isDeletedUnheard(text, stamps), try find(text, or: 0, table) == nil {
      return try state.deleteAgain(HiddenRecord(change, group, stamps), stamps)
    }
    var values = [text.databaseValue, change.handle.databaseValue, stamps.stored]
    let first = values.count
    values += repeatElement(.null, count: group.fields.count)
    for field in change.fields { values[first + field.field] = field.value.stored }
    try db.run(statement.sql, statement.bindings(values, fieldsFrom: first))
    guard db.changesCount > 0 else {
      // It is here already, by this id or this handle.
      guard let row = try find(text, or: change.handle, table) else {
        throw Problem(.not_understood, cause: "a handle twice")
      }
      return try replace(row, change, group, table)
    }
    try state.touch(table.type.name, db.lastInsertedRowID)
    for field in statement.unknown {
      try state.keepAside(text, group.fields[field], Value(values[first + field]) ?? .null)
    }
    let scope = statement.scope.flatMap { String.fromDatabaseValue(values[first + $0]) } ?? ""
    state.ledger.add(scope, id, stamps)
  }

  /// A whole record that this device has already: its confirmed state is what the hub says.
  private mutating func replace(
    _ row: StoredRow, _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable
  ) throws {
    let id: String = row[0]
    let number: Int64 = row[1]
    try forgetConfirmed(row, table)
    if hasPending { try spreadCreation(id, number, table) }
    var values: [String: Value] = [:]
    for field in change.fields { values[group.fields[field.field]] = field.value }
    for field in table.type.fields {
      try confirm(id, number, field.name, values[field.name] ?? .null, table)
    }
    try state.forgetAside(id)
    for (field, value) in values where table.type[field: field] == nil {
      try state.keepAside(id, field, value)
    }
    try finish(id, number, handle: change.handle, change.stamps(in: group), table)
  }

  /// This device entered a record that the hub knows from elsewhere: each field entered here is
  /// now an edit of that record.
  private func spreadCreation(_ id: String, _ number: Int64, _ table: TypedTable) throws {
    guard try state.isPending(id, Settling.creation) else { return }
    let row = try db.row(table.select([], where: "_row = ?"), [number])!
    let values = table.values(row)
    for field in table.type.fields where values[field.name] != nil {
      try state.pendOfCreation(id, field.name)
    }
    try db.run("DELETE FROM _pending WHERE id = ? AND field = ''", [id])
  }

  private mutating func update(
    _ change: RecordChange, _ group: ChangeGroup, _ table: TypedTable,
    _ statements: UpdateStatements.Statements
  ) throws {
    let names = statements.names
    let row =
      if let id = change.id {
        try find(id.description, or: 0, table, with: names)
      } else {
        try statements.find.row(change.handle)
      }
    guard let row else { return try updateHidden(change, group, table) }
    let id: String = row[0]
    let number: Int64 = row[1]
    guard var stamps = try forgetConfirmed(row, table) else { return }
    for (position, field) in change.fields.enumerated() {
      let name = names[position]
      let visible: DatabaseValue = row[position + 5]
      let base = hasPending ? try state.confirmed(id, name, visible: visible) : visible
      try state.remember(
        table.type.name, id, name, replaced: base, stamps.stamp(of: name, isEmpty: base.isNull),
        field.stamp)
      stamps.set(name, field.stamp)
    }
    guard hasPending else {
      return try write(change, statements, stamps, to: row, table)
    }
    for (position, field) in change.fields.enumerated() {
      try confirm(id, number, names[position], field.value, table)
    }
    try finish(id, number, handle: change.handle, stamps, table)
  }

  /// With nothing pending, what is confirmed is what is visible: one statement writes all.
  private mutating func write(
    _ change: RecordChange, _ statements: UpdateStatements.Statements, _ stamps: FieldStamps,
    to row: StoredRow, _ table: TypedTable
  ) throws {
    let id: String = row[0]
    let number: Int64 = row[1]
    let names = statements.names
    if let write = statements.write {
      try write.run(change.fields[0].value.stored, stamps.stored, number)
    } else {
      let values = change.fields.map(\.value.stored) + [stamps.stored, number.databaseValue]
      try db.run(table.update(names + ["_stamps"], where: "_row = ?"), Bindings(values))
    }
    let moved = names.firstIndex(of: "scope").map { change.fields[$0].value.text ?? "" }
    state.ledger.add(moved ?? row[4], RecordID(id)!, stamps)
    try state.touch(table.type.name, number)
  }

  private mutating func delete(_ change: RecordChange, _ table: TypedTable) throws {
    guard let row = try find(change.id?.description, or: change.handle, table) else {
      if let id = try hiddenID(change.handle, table.type.name) {
        try state.forgetWithheld(id)
        try dropHidden(id)
      }
      return
    }
    if let stamps = try FieldStamps(row[2] as DatabaseValue) {
      try state.noteDeletion(row[0], table.type.name, change.stamp, seen: change.seen ?? stamps)
    }
    try remove(row, table)
  }

  /// Takes a deleted record out of its table, unless something of it is pending: an edit by
  /// somebody who did not know of the deletion.
  mutating func remove(_ row: StoredRow, _ table: TypedTable) throws {
    let id: String = row[0]
    let number: Int64 = row[1]
    try forgetConfirmed(row, table)
    try db.run("DELETE FROM _history WHERE record = ?", [id])
    try state.forgetAside(id)
    try state.touch(table.type.name, number)
    if hasPending, try state.isPending(id) {
      try db.run("UPDATE \(table.name) SET _stamps = NULL WHERE _row = ?", [number])
    } else {
      try db.run("DELETE FROM \(table.name) WHERE _row = ?", [number])
    }
  }

  /// Handles of the records that come whole. One that leaves a scope and comes in another one is
  /// no stranger: its history and what is pending on it stay.
  private var arrivals: [String: Set<Int64>] {
    guard !answer.leaves.isEmpty else { return [:] }
    let whole = answer.pull.groups.map { group in
      (group.type, Set(group.records.filter { $0.kind == .create }.map(\.handle)))
    }
    return Dictionary(whole) { $0.union($1) }
  }

  private mutating func apply(_ leave: Leave) throws {
    guard let table = state.shape.tables[leave.type],
      let row = try find(nil, or: leave.handle, table)
    else { return try applyHidden(leave) }
    let scope = try state.confirmedScope(table, row: row[1], id: row[0])
    // A new record whose scope this device could not tell has none until it is known.
    guard scope == leave.scope.description || scope.isEmpty else { return }
    try drop(row, table)
    report.left += 1
  }

  // MARK: Rows

  /// `id`, `_row`, `_stamps`, `_handle`, `scope` and the fields given, of a record named by its
  /// id or its handle.
  func find(
    _ id: String?, or handle: Int64, _ table: TypedTable, with fields: [String] = []
  ) throws -> StoredRow? {
    let select = Self.find(table, with: fields)
    if let id { return try db.row(select + "id = ?", [id]) }
    return try db.row(select + "_handle = ?", [handle])
  }

  static func find(_ table: TypedTable, with fields: [String]) -> String {
    let columns = ["id", "_row", "_stamps", "_handle", "scope"] + fields.map(TypedTable.quote)
    return "SELECT \(columns.joined(separator: ", ")) FROM \(table.name) WHERE "
  }

  func visible(
    _ number: Int64, _ field: String, _ table: TypedTable
  ) throws -> DatabaseValue {
    guard table.type[field: field] != nil else { throw Problem(.unknown_field, at: field) }
    let column = TypedTable.quote(field)
    return try db.row("SELECT \(column) FROM \(table.name) WHERE _row = ?", [number])![0]
  }

  /// Takes the record's confirmed state out of its scope's digest.
  @discardableResult
  mutating func forgetConfirmed(_ row: StoredRow, _ table: TypedTable) throws -> FieldStamps? {
    guard let stamps = try FieldStamps(row[2] as DatabaseValue) else { return nil }
    let visible: String? = row[4]
    let scope =
      hasPending ? try state.confirmedScope(table, row: row[1], id: row[0]) : visible ?? ""
    state.ledger.remove(scope, RecordID(row[0] as String)!, stamps)
    return stamps
  }

  mutating func finish(
    _ id: String, _ number: Int64, handle: Int64, _ stamps: FieldStamps, _ table: TypedTable
  ) throws {
    try db.run(
      "UPDATE \(table.name) SET _handle = ?, _stamps = ? WHERE _row = ?",
      [handle, stamps.stored, number])
    let scope = try state.confirmedScope(table, row: number, id: id)
    state.ledger.add(scope, RecordID(id)!, stamps)
    try state.touch(table.type.name, number)
  }

  /// Moves a field's confirmed value: under a pending change when there is one, else visibly.
  func confirm(
    _ id: String, _ number: Int64, _ field: String, _ value: Value, _ table: TypedTable
  ) throws {
    if hasPending {
      try db.run(
        "UPDATE _pending SET base = ? WHERE id = ? AND field = ?", [value.stored, id, field])
      if db.changesCount > 0 { return }
    }
    try db.run(table.update([field], where: "_row = ?"), [value.stored, number])
  }

  /// Removes a record that this device may no longer hold. What was written here and not yet
  /// sent goes to the refused list, so that it is not lost.
  mutating func drop(_ row: StoredRow, _ table: TypedTable) throws {
    let id: String = row[0]
    try forgetConfirmed(row, table)
    if hasPending { try refusePending(id, row[1], table) }
    try db.run("DELETE FROM \(table.name) WHERE _row = ?", [row[1] as Int64])
    try db.run("DELETE FROM _history WHERE record = ?", [id])
    try db.run("DELETE FROM _conflict WHERE record = ?", [id])
    try state.forgetAside(id)
    try state.touch(table.type.name, row[1])
    report.purged += 1
  }

  private func refusePending(_ id: String, _ number: Int64, _ table: TypedTable) throws {
    for pending in try db.rows("SELECT field FROM _pending WHERE id = ?", [id]) {
      let field: String = pending[0]
      let value = table.type[field: field] == nil ? .null : try visible(number, field, table)
      try db.run(
        "INSERT INTO _refused(type, id, field, value, code, sentence, refused) VALUES (?, ?, ?, ?, ?, '', ?)",
        [
          table.type.name, id, field, value, Problem.Code.scope_not_granted.rawValue, state.now,
        ])
    }
    try db.run("DELETE FROM _pending WHERE id = ?", [id])
  }
}
