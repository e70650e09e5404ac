import GRDB
import Shared

/// One thing that happened to a record, put together from the lines of the journal.
struct CapturedEvent {
  enum What {
    case inserted
    case updated(field: String, old: DatabaseValue)
    case deleted(values: [String: DatabaseValue])
    case displaced(values: [String: DatabaseValue])
  }

  let type: String
  var row: Int64
  var id: String
  let what: What
  let stamps: DatabaseValue
  let handle: DatabaseValue
  /// Milliseconds since 1970 by the wall clock at the edit; what this library wrote in one
  /// transaction happened at the time of the last line.
  let wall: Int64
  /// Nil for what another program wrote.
  let uptime: Uptime?
  /// Of an update of a row that is still there: whether no field takes what stands there now.
  var isStray = false
}

/// A place in a typed table, where one record may live after another.
struct RowPlace: Hashable {
  let type: String
  let row: Int64
}

extension CapturedEvent {
  var place: RowPlace { RowPlace(type: type, row: row) }

  /// The whole journal in the order it was written.
  ///
  /// Row numbers are used again after a deletion, so a line's record is found from the end:
  /// the last life of a row is the one in the table, an earlier one ends with the line of
  /// its deletion, which carries the id.
  static func all(_ db: Database, _ shape: ReplicaShape) throws -> [CapturedEvent] {
    var events = try unnamed(db)
    var names: [RowPlace: String] = [:]
    var naming = Naming(db: db, shape: shape)
    for index in events.indices.reversed() {
      let place = events[index].place
      switch events[index].what {
      case .updated(let field, _):
        try events[index].name(names[place], &naming, alsoReading: field)
        names[place] = events[index].id
      case .inserted:
        try events[index].name(names[place], &naming)
        names[place] = nil
      case .deleted, .displaced: names[place] = events[index].id
      }
    }
    return events.filter { !$0.id.isEmpty }
  }

  /// - Parameter later: the record of the events that follow in this row.
  private mutating func name(
    _ later: String?, _ naming: inout Naming, alsoReading field: String? = nil
  ) throws {
    id = later ?? ""
    guard later == nil || field != nil,
      let found = try naming.statement(type, field)?.strayRow(row),
      later == nil || later == found.id
    else { return }
    id = found.id
    isStray = found.strays.contains { $0 != nil }
  }

  /// The statements that read a row's id, and one of its fields.
  private struct Naming {
    let db: Database
    let shape: ReplicaShape
    private var statements: [String: [String: RepeatedStatement]] = [:]

    init(db: Database, shape: ReplicaShape) {
      self.db = db
      self.shape = shape
    }

    /// Nil for a type that the schema does not have.
    mutating func statement(_ type: String, _ field: String?) throws -> RepeatedStatement? {
      if let known = statements[type]?[field ?? ""] { return known }
      guard let table = shape.tables[type] else { return nil }
      let columns = field.map { ", " + TypedTable.quote($0) } ?? ""
      let statement = try RepeatedStatement(
        db, "SELECT id\(columns) FROM \(table.name) WHERE _row = ?")
      statements[type, default: [:]][field ?? ""] = statement
      return statement
    }
  }

  private static func unnamed(_ db: Database) throws -> [CapturedEvent] {
    var events: [CapturedEvent] = []
    var was: [String: DatabaseValue] = [:]
    var transaction: (from: Int64, uptime: Uptime, wall: Int64?)?
    try db.visit(
      "SELECT type, row, kind, field, old, stamps, handle, wall, n FROM _journal ORDER BY n DESC"
    ) { line in
      guard let kind = JournalKind(rawValue: line[2]) else { return }
      if kind == .uptime {
        transaction = (line[1], Uptime(boot: line[3], milliseconds: line[4]), nil)
        return
      }
      if kind == .was {
        was[line[3]] = line[4]
        return
      }
      let what: What =
        switch kind {
        case .inserted: .inserted
        case .updated: .updated(field: line[3], old: line[4])
        case .deleted: .deleted(values: was)
        case .displaced, .was, .uptime: .displaced(values: was)
        }
      was = [:]
      if let own = transaction, line[8] < own.from { transaction = nil }
      let wall = transaction?.wall ?? line[7]
      transaction?.wall = wall
      let id: String? = kind == .deleted || kind == .displaced ? line[4] : nil
      events.append(
        CapturedEvent(
          type: line[0], row: line[1], id: id ?? "", what: what, stamps: line[5],
          handle: line[6], wall: wall, uptime: transaction?.uptime))
    }
    return events.reversed()
  }
}

extension HiddenRecord {
  init(_ event: CapturedEvent, _ values: [String: DatabaseValue]) {
    self.init(
      id: event.id, type: event.type, handle: event.handle, stamps: event.stamps, values: values)
  }
}

extension CapturedEvent {
  var isUpdate: Bool { if case .updated = what { true } else { false } }

  func renamed(_ id: String) -> CapturedEvent {
    var event = self
    event.id = id
    return event
  }
}

extension RecordType {
  /// The id that a record should have: of its natural key, or its own when that is a UUID.
  func properID(_ given: String, _ values: [String: Value]) -> RecordID? {
    id(values) ?? RecordID(given)
      ?? RecordID.v5(namespace: RecordID(high: 0, low: 0), name: given)
  }
}
