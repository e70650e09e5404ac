import GRDB
import Shared
import Storage
import SyncServer

// What the hub and the replicas hold, read from their files with SQL of the simulation's own, so
// that the checks do not ask the code that they check.

/// Where a device stands in one scope.
struct Standing {
  let seq: Int64
  let mark: Int64
  let records: Int
  let digest: [Int64]
}

/// What a laptop holds of what the hub confirmed.
struct Holding {
  let standings: [String: Standing]
  /// By scope and id.
  let records: [String: [String: Held]]
}

/// What the hub holds.
struct HubHolding {
  let standings: [String: Standing]
  /// The living records by scope and id.
  let records: [String: [String: Held]]
}

/// A record as it stands in a file.
struct Held: Equatable {
  let key: RecordKey
  let stamps: [UInt8]

  /// Its stamps, for people.
  var words: String {
    guard let stamps = try? FieldStamps(bytes: stamps) else { return "unreadable stamps" }
    let exceptions = stamps.exceptions.map { "\($0.field) \($0.stamp.short)" }
    return ([stamps.record.short] + exceptions).joined(separator: ", ")
  }
}

extension World {
  var typeNames: [String] { hub.schema.types.map(\.name) }

  /// Every value that the hub holds anywhere, by its mark.
  func hubsValues() throws -> Set<String> {
    var parts = ["SELECT replaced AS v FROM _history"]
    parts += ["SELECT winner FROM _conflict", "SELECT loser FROM _conflict"]
    parts.append("SELECT value FROM _was")
    for type in hub.schema.types {
      parts += type.fields.map { "SELECT \"\($0.name)\" FROM \"\(type.name)\"" }
    }
    let sql = parts.joined(separator: " UNION ALL ")
    return try hub.store().pool.read { db in try Self.marks(db, sql) }
  }

  /// What stands at the hub now, deleted records included.
  func hubsCurrentValues() throws -> Set<String> {
    let sql = hub.schema.types.flatMap { type in
      type.fields.map { "SELECT \"\($0.name)\" AS v FROM \"\(type.name)\"" }
    }.joined(separator: " UNION ALL ")
    return try hub.store().pool.read { db in try Self.marks(db, sql) }
  }

  /// What the hub refused of this laptop's writes, as the laptop keeps it.
  func refusedValues(_ laptop: Laptop) throws -> Set<String> {
    try laptop.read { db in try Self.marks(db, "SELECT value FROM _refused") }
  }

  /// What a laptop shows of the records of which a condition holds, and what it keeps beside.
  func heldValues(_ laptop: Laptop, where condition: String = "TRUE") throws -> Set<String> {
    var parts = ["_refused", "_was", "_withheld"].map { "SELECT value AS v FROM \($0)" }
    for type in laptop.schema?.types ?? [] {
      parts += type.fields.map {
        "SELECT \"\($0.name)\" FROM \"\(type.name)\" WHERE \(condition)"
      }
    }
    return try laptop.read { db in try Self.marks(db, parts.joined(separator: " UNION ALL ")) }
  }

  private static func marks(_ db: Database, _ sql: String) throws -> Set<String> {
    var marks: Set<String> = []
    let rows = try DatabaseValue.fetchCursor(db.cachedStatement(sql: sql))
    while let value = try rows.next() {
      if let mark = Value(value)?.mark { marks.insert(mark) }
    }
    return marks
  }

  func hubHolds() throws -> HubHolding {
    let types = typeNames
    return try hub.store().pool.read { db in
      HubHolding(standings: try Self.hubStands(db), records: try Self.living(db, types))
    }
  }

  private static func living(
    _ db: Database, _ types: [String]
  ) throws -> [String: [String: Held]] {
    var held: [String: [String: Held]] = [:]
    for type in types {
      let sql = "SELECT id, _stamps, scope FROM \"\(type)\" WHERE NOT _deleted"
      for row in try Row.fetchAll(db.cachedStatement(sql: sql)) {
        held[row[2], default: [:]][row[0]] = Held(
          key: RecordKey(type: type, id: row[0]), stamps: row.bytes(1))
      }
    }
    return held
  }

  func hubStands() throws -> [String: Standing] {
    try hub.store().pool.read(Self.hubStands)
  }

  private static func hubStands(_ db: Database) throws -> [String: Standing] {
    var standings: [String: Standing] = [:]
    let sql = """
      SELECT name, seq, records, high, low,
        coalesce((SELECT mark FROM _mark WHERE scope = name AND _mark.seq = _scope.seq), 0)
      FROM _scope
      """
    for row in try Row.fetchAll(db.cachedStatement(sql: sql)) {
      standings[row[0]] = Standing(
        seq: row[1], mark: row[5], records: row[2], digest: [row[3], row[4]])
    }
    return standings
  }

  /// What a laptop holds, unless something waits there to be sorted out or compared first.
  func holds(_ laptop: Laptop) throws -> Holding? {
    let types = laptop.schema?.types.map(\.name) ?? []
    return try laptop.read { db in
      guard try !Self.isUnsettled(db), try !Self.isUnproven(db) else { return nil }
      return Holding(
        standings: try Self.stands(db), records: try Self.confirmed(db, types))
    }
  }

  func stands(_ laptop: Laptop) throws -> [String: Standing] { try laptop.read(Self.stands) }

  private static func stands(_ db: Database) throws -> [String: Standing] {
    var standings: [String: Standing] = [:]
    let sql = "SELECT name, seq, mark, records, high, low FROM _scope"
    for row in try Row.fetchAll(db.cachedStatement(sql: sql)) {
      standings[row[0]] = Standing(
        seq: row[1], mark: row[2], records: row[3], digest: [row[4], row[5]])
    }
    return standings
  }

  /// The confirmed records of a laptop by scope: those it shows, and those whose deletion waits.
  func confirmed(_ laptop: Laptop) throws -> [String: [String: Held]] {
    let types = laptop.schema?.types.map(\.name) ?? []
    return try laptop.read { db in try Self.confirmed(db, types) }
  }

  private static func confirmed(
    _ db: Database, _ types: [String]
  ) throws -> [String: [String: Held]] {
    var held: [String: [String: Held]] = [:]
    for type in types {
      let sql = """
        SELECT t.id, t._stamps, CASE WHEN p.id IS NULL THEN t.scope ELSE p.base END
        FROM "\(type)" t LEFT JOIN _pending p ON p.id = t.id AND p.field = 'scope'
        WHERE t._stamps IS NOT NULL
        UNION ALL
        SELECT h.id, h.stamps, w.value FROM _hidden h
          LEFT JOIN _was w ON w.id = h.id AND w.field = 'scope'
        WHERE h.type = '\(type)' AND h.stamps IS NOT NULL
        """
      for row in try Row.fetchAll(db.cachedStatement(sql: sql)) {
        let scope: String = row[2] ?? ""
        held[scope, default: [:]][row[0]] = Held(
          key: RecordKey(type: type, id: row[0]), stamps: row.bytes(1))
      }
    }
    return held
  }

  /// Whether something was written by SQL that the product has not sorted out yet.
  private static func isUnsettled(_ db: Database) throws -> Bool {
    try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM _journal)")) ?? false
  }

  /// Whether a laptop's file was put together from a broken one, and not compared since.
  func isUnproven(_ laptop: Laptop) throws -> Bool { try laptop.read(Self.isUnproven) }

  private static func isUnproven(_ db: Database) throws -> Bool {
    try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT value FROM _state WHERE key = 'unproven'")) ?? false
  }

  /// The fields that wait on a laptop, each after its record's id: nothing for a new record, `*`
  /// for a deletion.
  func waitingFields(_ laptop: Laptop) throws -> Set<String> {
    try laptop.read { db in
      try String.fetchSet(db.cachedStatement(sql: "SELECT id || field FROM _pending"))
    }
  }

  /// Whether a laptop holds anything that the hub has not acknowledged, by its own file.
  func isPending(_ laptop: Laptop) throws -> Bool {
    try laptop.read { db in
      try Bool.fetchOne(
        db.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM _pending) OR EXISTS (SELECT 1 FROM _journal)"))
        ?? false
    }
  }

  /// A whole record as text, for comparing.
  static func texts(_ db: Database, _ type: RecordType, where condition: String) throws
    -> [String: String]
  {
    let fields = type.fields.map { "quote(\"\($0.name)\")" }.joined(separator: " || ' ' || ")
    let rows = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT id, \(fields) FROM \"\(type.name)\" WHERE \(condition)"))
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
  }
}

extension Row {
  fileprivate func bytes(_ index: Int) -> [UInt8] { [UInt8].fromStored(self[index]) ?? [] }
}
