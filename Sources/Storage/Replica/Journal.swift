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
      let event = events[index]
      var id = event.id
      if id.isEmpty {
        id = try names[event.place] ?? idInTable(db, shape, event) ?? ""
        events[index].id = id
      }
      if case .inserted = event.what {
        names[event.place] = nil
      } else {
        names[event.place] = id
      }
    }
    return events.filter { !$0.id.isEmpty }
  }

  private static func idInTable(
    _ db: Database, _ shape: ReplicaShape, _ event: CapturedEvent
  ) throws -> String? {
    guard let table = shape.tables[event.type] else { return nil }
    return try db.row("SELECT id FROM \(table.name) WHERE _row = ?", [event.row])?[0]
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
