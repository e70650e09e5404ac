import GRDB
package import Shared

/// Writes of one transaction, checked by the schema and captured by the triggers like any
/// other program's.
package struct RecordWriter {
  let db: Database
  let shape: ReplicaShape
  /// Makes the id of a record whose type has no natural key.
  let freshID: () -> RecordID

  /// Dates may lie in the future of this machine: its clock may be wrong, and the hub checks.
  static let anyDay = "9999-12-31"

  package func insert(_ type: String, _ values: [String: Value]) throws -> RecordID {
    try insert(type, id: nil, values)
  }

  /// - Parameter id: of the new record; nil for that of its natural key, or a fresh one.
  /// - Throws: `.bad_id` for an id that is not the natural key's.
  @discardableResult
  package func insert(
    _ type: String, id given: RecordID?, _ values: [String: Value]
  ) throws -> RecordID {
    let table = try shape.table(type)
    let values = try completed(values, table)
    var row = try checked(values, table)
    try checkOwner(values, table.type)
    let id = table.type.id(values) ?? given ?? freshID()
    guard given == nil || given == id else { throw Problem(.bad_id, at: type) }
    row[0] = id.description.databaseValue
    do {
      try db.run(table.insertion, Bindings(row))
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
      throw Problem(.already_exists, at: "\(type) \(id)")
    }
    return id
  }

  /// With what the schema gives where nothing was given.
  private func completed(
    _ given: [String: Value], _ table: TypedTable
  ) throws -> [String: Value] {
    var values = given
    for field in table.type.selfFilling where values[field.name]?.isNull ?? true {
      values[field.name] =
        try field.initial ?? table.nextNumber(field, values, db).map { .text($0) }
    }
    return values
  }

  /// A new record's fields in the order of their columns, behind a place for its id.
  private func checked(
    _ values: [String: Value], _ table: TypedTable
  ) throws -> [DatabaseValue] {
    let type = table.type
    var row = [DatabaseValue](repeating: .null, count: 1 + type.fields.count)
    var bad: (place: Int, code: Problem.Code)?
    for (name, value) in values {
      guard let place = type.position(of: name) else { throw Problem(.unknown_field, at: name) }
      row[1 + place] = value.stored
      if place < bad?.place ?? .max,
        let code = try check(value, type.fields[place])
      {
        bad = (place, code)
      }
    }
    if let bad { throw Problem(bad.code, at: type.fields[bad.place].name) }
    if let problem = type.checkRules(values).first { throw problem }
    return row
  }

  /// Changes the fields given; a null empties one.
  package func update(_ type: String, _ prefix: String, _ values: [String: Value]) throws {
    let table = try shape.table(type)
    let row = try Replica.row(prefix, table, db)
    let before = table.values(row, from: 2)
    var all = before
    for (field, value) in values { all[field] = value.isNull ? nil : value }
    let fields = values.keys.sorted()
    try check(all, table, fields: fields, before: before)
    try checkOwner(before, table.type)
    try checkOwner(all, table.type)
    guard !fields.isEmpty else { return }
    try db.run(
      table.update(fields, where: "_row = ?"),
      Bindings(fields.map { values[$0]!.stored } + [row[1]]))
  }

  /// What the record holds now, in this transaction.
  package func values(_ type: String, _ prefix: String) throws -> [String: Value] {
    let table = try shape.table(type)
    return table.values(try Replica.row(prefix, table, db), from: 2)
  }

  package func delete(_ type: String, _ prefix: String) throws {
    let table = try shape.table(type)
    let row = try Replica.row(prefix, table, db)
    try checkOwner(table.values(row, from: 2), table.type)
    try db.run("DELETE FROM \(table.name) WHERE _row = ?", [row[1] as Int64])
  }

  /// Bamako would refuse what is another base's affair. Before the first sync nobody knows what is.
  private func checkOwner(_ values: [String: Value], _ type: RecordType) throws {
    guard type.owner != nil, try ReplicaState.everything.number(db) != 1 else { return }
    let writable = try Set(
      db.rows("SELECT name FROM _scope WHERE writable").map { $0[0] as String })
    guard try db.row("SELECT EXISTS(SELECT 1 FROM _scope)")![0] else { return }
    let problem = type.foreign(values) { scope in
      writable.contains(scope.description)
    } find: { other, reference in
      try? shape.referenced(other, reference, db)
    }
    if let problem { throw problem }
  }

  /// What is wrong with one value by itself; `.no_base` for a base that is not in the list. Without
  /// a list any code is taken.
  private func check(_ value: Value, _ field: Field) throws -> Problem.Code? {
    if let code = field.check(value, today: Self.anyDay) { return code }
    guard field.namesBase, let code = value.text, let bases = shape.tables["base"],
      bases.type[field: "code"] != nil
    else { return nil }
    let row = try db.row(
      "SELECT EXISTS(SELECT 1 FROM \(bases.name) WHERE code = ?), EXISTS(SELECT 1 FROM \(bases.name))",
      [code])!
    return row[0] == false && row[1] == true ? .no_base : nil
  }

  /// A record that another program left incomplete may be repaired one field at a time: what was
  /// wrong before is no reason to refuse.
  private func check(
    _ values: [String: Value], _ table: TypedTable, fields: [String], before: [String: Value]
  ) throws {
    for name in fields {
      guard let field = table.type[field: name] else { throw Problem(.unknown_field, at: name) }
      let value = values[name] ?? .null
      let code =
        value == before[name] ?? .null
        ? field.check(value, today: Self.anyDay) : try check(value, field)
      if let code { throw Problem(code, at: name) }
    }
    let problems = table.type.checkRules(values)
    guard !problems.isEmpty else { return }
    let known = table.type.checkRules(before)
    if let problem = problems.first(where: { !known.contains($0) }) { throw problem }
  }
}

extension Replica {
  /// Runs `body` in one transaction: all of it is written, durably, or none.
  ///
  /// - Parameter uptime: when that is, whatever the wall clock says.
  package func edit<T>(
    freshID: () -> RecordID, uptime: Uptime? = nil, _ body: (RecordWriter) throws -> T
  ) throws(Problem) -> T {
    try withoutActuallyEscaping(freshID) { freshID throws(Problem) in
      try write { db, shape in
        let first = try Self.lastLine(db) + 1
        let result = try body(RecordWriter(db: db, shape: shape, freshID: freshID))
        if let uptime, try Self.lastLine(db) >= first {
          try db.run(
            "INSERT INTO _journal(type, row, kind, field, old) VALUES ('', ?, ?, ?, ?)",
            [first, JournalKind.uptime.rawValue, uptime.boot, uptime.milliseconds])
        }
        return result
      }
    }
  }

  private static func lastLine(_ db: Database) throws -> Int64 {
    try db.row("SELECT coalesce(max(n), 0) FROM _journal")![0]
  }
}
