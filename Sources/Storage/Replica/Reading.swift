import GRDB
package import Shared

extension Replica {
  /// Records of a type in the order they came here; fields compared as given.
  package func records(
    of type: String, where conditions: [(field: String, value: Value)] = [], limit: Int = .max
  ) throws(Problem) -> [Shared.Record] {
    try settled { db, shape in
      let table = try shape.table(type)
      for condition in conditions where table.type[field: condition.field] == nil {
        throw Problem(.unknown_field, at: condition.field)
      }
      let tests = conditions.map { "\(TypedTable.quote($0.field)) IS ?" } + ["1"]
      let sql =
        table.select(["_row"], where: tests.joined(separator: " AND "))
        + " ORDER BY _row LIMIT ?"
      let arguments = conditions.map(\.value.stored) + [Int64(limit).databaseValue]
      let rows = try db.rows(sql, Bindings(arguments))
      return try rows.compactMap { try Self.record($0, table, db) }
    }
  }

  /// A page of a type's records, the newest first, and how many there are in all, one above
  /// `Limits.counted` for more.
  ///
  /// - Parameter holds: whether a record with these texts is wanted; nil for every one.
  package func newest(
    of type: String, where conditions: [(field: String, value: Value)], skip: Int, limit: Int,
    holds: (([String]) -> Bool)?
  ) throws(Problem) -> (records: [Shared.Record], count: Int) {
    try settled { db, shape in
      let table = try shape.table(type)
      for condition in conditions where table.type[field: condition.field] == nil {
        throw Problem(.unknown_field, at: condition.field)
      }
      let tests = conditions.map { "\(TypedTable.quote($0.field)) IS ?" } + ["1"]
      let rows = NewestRows(
        table, by: "_row", where: tests.joined(separator: " AND "),
        Bindings(conditions.map(\.value.stored)))
      let (keys, count) = try rows.find(db, skip: skip, limit: limit, holds: holds)
      let records = try keys.compactMap { key in
        try db.row(table.select(["_row"], where: "_row = ?"), [key])
          .flatMap { try Self.record($0, table, db) }
      }
      return (records, count)
    }
  }

  /// The record whose id begins so. Throws `.not_found` or `.ambiguous_id`.
  package func record(_ type: String, _ prefix: String) throws(Problem) -> Shared.Record {
    try settled { db, shape in
      let table = try shape.table(type)
      return try Self.record(try Self.row(prefix, table, db), table, db)!
    }
  }

  /// The ids before and after a record's, of its type: what its beginning has to be told from.
  package func neighbours(of record: Shared.Record) throws(Problem) -> [RecordID] {
    try settled { db, shape in
      let table = try shape.table(record.type).name
      return try ["max(id) FROM \(table) WHERE id < ?", "min(id) FROM \(table) WHERE id > ?"]
        .compactMap { place in
          try db.row("SELECT " + place, [record.id.description])
            .flatMap { $0[0] as String? }.flatMap { RecordID($0) }
        }
    }
  }

  /// Exactly one row, or a problem that says which of the two it was.
  static func row(_ prefix: String, _ table: TypedTable, _ db: Database) throws -> StoredRow {
    let prefix = prefix.lowercased()
    let condition = "id >= ? AND id < ? ORDER BY id LIMIT 2"
    let rows = try db.rows(
      table.select(["_row"], where: condition), [prefix, prefix + "\u{10FFFF}"])
    guard let first = rows.first, !prefix.isEmpty else {
      throw Problem(.not_found, at: "\(table.type.name) \(prefix)")
    }
    guard rows.count == 1 || first[0] == prefix else {
      throw Problem(.ambiguous_id, at: "\(table.type.name) \(prefix)")
    }
    return first
  }

  private static func record(_ row: StoredRow, _ table: TypedTable, _ db: Database) throws -> Shared
    .Record?
  {
    let id: String = row[0]
    guard let parsed = RecordID(id) else { return nil }
    let pending = try db.row("SELECT 1 FROM _pending WHERE id = ? LIMIT 1", [id]) != nil
    return Shared.Record(
      type: table.type.name, id: parsed, isPending: pending,
      values: table.values(row, from: 2))
  }

  /// Reads after sorting out what other programs wrote into the typed tables.
  func settled<T>(
    _ body: (Database, ReplicaShape) throws -> T
  ) throws(Problem) -> T {
    let isSettled = try read { db, _ in try db.row("SELECT 1 FROM _journal LIMIT 1") == nil }
    if !isSettled {
      try unlessFull { () throws(Problem) in
        try write { db, shape in _ = try Settling.run(db, shape, now: 0) }
      }
    }
    return try read(body)
  }

  /// Does what makes reading better, and goes on where nothing can be written: what is there can be
  /// read all the same.
  ///
  /// Returns whether it could be done.
  @discardableResult
  private func unlessFull(_ body: () throws(Problem) -> Void) throws(Problem) -> Bool {
    do {
      try body()
      return true
    } catch {
      guard error.isAboutRoom else { throw error }
      return false
    }
  }

  /// Every record that holds all these words, in any field, whatever their accents and case.
  package func search(_ text: String, limit: Int = 100) throws(Problem) -> [Shared.Record] {
    let words = SearchIndex.words(text)
    guard !words.isEmpty else { return [] }
    let isCurrent = try unlessFull { () throws(Problem) in
      var isBehind = true
      while isBehind {
        isBehind = try write { db, shape in
          _ = try Settling.run(db, shape, now: 0)
          return try SearchIndex(db: db, shape: shape).update()
        }
      }
    }
    return try read { db, shape in
      var documents = try Int64.fetchAll(
        db,
        sql: """
          SELECT rowid FROM _search WHERE _search MATCH ?
          AND rowid NOT IN (SELECT doc FROM _touched
            UNION SELECT number << 40 | row FROM _journal JOIN _type ON name = type
            WHERE row NOT NULL)
          ORDER BY rowid LIMIT ?
          """,
        arguments: [words.map { "\"\($0)\"*" }.joined(separator: " "), limit])
      if !isCurrent { documents += try SearchIndex(db: db, shape: shape).find(words) }
      return try documents.prefix(limit).compactMap { document in
        try Self.record(document: document, db, shape)
      }
    }
  }

  private static func record(
    document: Int64, _ db: Database, _ shape: ReplicaShape
  ) throws -> Shared.Record? {
    guard let name = shape.numbers.first(where: { $0.value == document >> 40 })?.key,
      let table = shape.tables[name],
      let row = try db.row(
        table.select(["_row"], where: "_row = ?"), [document & (1 << 40 - 1)])
    else { return nil }
    return try record(row, table, db)
  }

  /// What the fields of a record held over time, as far as this device saw it.
  package func history(_ type: String, _ prefix: String) throws(Problem) -> [HistoryEntry] {
    try settled { db, shape in
      let table = try shape.table(type)
      let id: String = try Self.row(prefix, table, db)[0]
      let lines = try db.rows(
        "SELECT field, replaced, replaced_stamp, stamp, received FROM _history WHERE record = ? ORDER BY n",
        [id]
      ).map { row in
        HistoryLine(
          field: row[0], replaced: Value(row[1]) ?? .null,
          replacedStamp: try FieldStamps(row[2] as DatabaseValue)?.record ?? .never,
          stamp: try FieldStamps(row[3] as DatabaseValue)?.record ?? .never, received: row[4])
      }
      let row = try db.row(table.select(["_stamps"], where: "id = ?"), [id])!
      var values = table.values(row, from: 2)
      for pending in try db.rows("SELECT field, base FROM _pending WHERE id = ?", [id]) {
        values[pending[0]] = Value(pending[1]) ?? .null
      }
      return History.entries(
        lines, now: values, try FieldStamps(row[1] as DatabaseValue),
        fields: table.type.fields.map(\.name), names: try Self.deviceNames(db))
    }
  }

  /// When a record that is not sent yet was made here, in milliseconds since 1970; nil for any other.
  package func made(_ id: RecordID) throws(Problem) -> Int64? {
    try settled { db, _ in
      try db.row("SELECT wall FROM _pending WHERE id = ? AND field = ''", [id.description]).map {
        $0[0]
      }
    }
  }

  static func deviceNames(_ db: Database) throws -> [UInt32: String] {
    let rows = try db.rows("SELECT number, name FROM _device")
    return Dictionary(
      uniqueKeysWithValues: rows.map { (UInt32(truncatingIfNeeded: $0[0] as Int64), $0[1]) })
  }

  /// The conflicts that concern this device, newest first.
  package func conflicts() throws(Problem) -> [ConflictRecord] {
    try read { db, _ in
      let names = try Self.deviceNames(db)
      return try db.rows("SELECT * FROM _conflict ORDER BY id DESC").compactMap { row in
        func side(_ name: String) -> ConflictRecord.Side {
          let stamp = Stamp(storedClock: row["\(name)_clock"], device: row["\(name)_device"])
          return ConflictRecord.Side(
            value: Value(row[name]) ?? .null,
            device: names[stamp.device] ?? "\(stamp.device)", stamp: stamp)
        }
        guard let record = RecordID(row["record"] as String) else { return nil }
        return ConflictRecord(
          id: row["id"], type: row["type"], record: record, field: row["field"],
          status: row["status"], winner: side("winner"), loser: side("loser"))
      }
    }
  }
}
