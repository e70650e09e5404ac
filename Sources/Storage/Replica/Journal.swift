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
    for index in events.indices.reversed() {
      let place = events[index].place
      switch events[index].what {
      case .updated(let field, _):
        try events[index].name(names[place], db, shape, alsoReading: field)
        names[place] = events[index].id
      case .inserted:
        try events[index].name(names[place], db, shape)
        names[place] = nil
      case .deleted, .displaced: names[place] = events[index].id
      }
    }
    return events.filter { !$0.id.isEmpty }
  }

  /// - Parameter later: the record of the events that follow in this row.
  private mutating func name(
    _ later: String?, _ db: Database, _ shape: ReplicaShape, alsoReading field: String? = nil
  ) throws {
    id = later ?? ""
    guard let table = shape.tables[type], later == nil || field != nil else { return }
    let columns = field.map { ", " + TypedTable.quote($0) } ?? ""
    let sql = "SELECT id\(columns) FROM \(table.name) WHERE _row = ?"
    guard let row = try db.strayRow(sql, [row]), later == nil || later == row.id else { return }
    id = row.id
    isStray = row.strays.contains { $0 != nil }
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
