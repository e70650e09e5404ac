import Foundation
import GRDB
import Shared
import Storage

/// A replica's or the hub's database, looked at with SQL of its own, so that no check asks the code
/// that it checks.
struct KilledFile {
  /// Where a scope stands: what a device or the hub says of it.
  struct Standing: Equatable {
    var seq: Int64
    var mark: Int64
    var records: Int
    var digest: Digest
  }

  private let queue: DatabaseQueue

  /// Reads a copy of a file and its log: what the dead process left is for the product to find.
  init(copying path: String, to copy: String) throws {
    for part in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: copy + part)
      guard part != "-shm", FileManager.default.fileExists(atPath: path + part) else { continue }
      try FileManager.default.copyItem(atPath: path + part, toPath: copy + part)
    }
    queue = try DatabaseQueue(path: copy)
  }

  /// Reads one moment of a file that another process may be writing.
  init(reading path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    queue = try DatabaseQueue()
    try DatabaseQueue(path: path, configuration: configuration).backup(to: queue)
  }

  /// What SQLite finds wrong with any page; nil for nothing.
  func damage() throws -> String? {
    let found = try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check(1)") }
    return found == ["ok"] ? nil : found.first
  }

  /// The values of a campaign, wherever a statement finds them.
  private func values(_ sql: String) throws -> Set<String> {
    try queue.read { db in
      try Set(String.fetchAll(db, sql: "SELECT v FROM (\(sql)) WHERE v GLOB 'T[0-9]*'"))
    }
  }

  private static let shown =
    "SELECT display_name AS v FROM contact UNION ALL SELECT locality FROM contact"

  /// What a device shows, or keeps of what was refused or is withheld.
  func replicasValues() throws -> Set<String> {
    try values(
      Self.shown + " UNION ALL SELECT value FROM _refused UNION ALL SELECT value FROM _withheld")
  }

  /// What stands at the hub, stood there, or lost against what does.
  func hubsValues() throws -> Set<String> {
    try values(
      Self.shown + " UNION ALL SELECT replaced FROM _history"
        + " UNION ALL SELECT winner FROM _conflict UNION ALL SELECT loser FROM _conflict")
  }

  /// Whether something was written that the hub has not acknowledged.
  func isPending() throws -> Bool {
    try queue.read { db in
      try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM _pending) OR EXISTS (SELECT 1 FROM _journal)")!
    }
  }

  /// Whether the journal has lines that the product has not sorted out; its triggers write no
  /// stamps, so digests are known only when it is empty.
  func isUnsettled() throws -> Bool {
    try queue.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM _journal)")! }
  }

  // MARK: Cursors and digests

  func replicaStands() throws -> [String: Standing] {
    try standings("SELECT name, seq, mark, records, high, low FROM _scope")
  }

  func hubStands() throws -> [String: Standing] {
    try standings(
      """
      SELECT name, seq, coalesce((SELECT mark FROM _mark WHERE scope = name
        AND _mark.seq = _scope.seq), 0), records, high, low FROM _scope
      """)
  }

  private func standings(_ sql: String) throws -> [String: Standing] {
    try queue.read { db in
      try Row.fetchAll(db, sql: sql).reduce(into: [:]) { found, row in
        found[row[0]] = Standing(
          seq: row[1], mark: row[2], records: row[3],
          digest: Digest(
            high: UInt64(bitPattern: row[4] as Int64), low: UInt64(bitPattern: row[5] as Int64)))
      }
    }
  }

  /// Records and digests of the scopes, counted from the rows: the confirmed ones, those of which
  /// a deletion waits among them.
  func replicaCounts() throws -> [String: (records: Int, digest: Digest)] {
    try counts { type in
      """
      SELECT t.id, t._stamps, CASE WHEN p.id IS NULL THEN t.scope ELSE p.base END
      FROM "\(type)" t LEFT JOIN _pending p ON p.id = t.id AND p.field = 'scope'
      WHERE t._stamps IS NOT NULL
      UNION ALL
      SELECT h.id, h.stamps, w.value FROM _hidden h
        LEFT JOIN _was w ON w.id = h.id AND w.field = 'scope'
      WHERE h.type = '\(type)' AND h.stamps IS NOT NULL
      """
    }
  }

  func hubCounts() throws -> [String: (records: Int, digest: Digest)] {
    try counts { "SELECT id, _stamps, scope FROM \"\($0)\" WHERE NOT _deleted" }
  }

  private func counts(
    _ sql: (_ type: String) -> String
  ) throws -> [String: (records: Int, digest: Digest)] {
    try queue.read { db in
      var counts: [String: (records: Int, digest: Digest)] = [:]
      for type in try Self.types(db) {
        for row in try Row.fetchAll(db, sql: sql(type)) {
          let stamps = try FieldStamps(bytes: [UInt8].fromStored(row[1])!)
          var count = counts[row[2]] ?? (0, Digest())
          count.records += 1
          count.digest ^= Digest(of: RecordID(row[0] as String)!, stamps)
          counts[row[2]] = count
        }
      }
      return counts
    }
  }

  private static func types(_ db: Database) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.name = '_stamps'
        """)
  }

  /// The contacts of the scopes that every device holds, whole, for comparing.
  func contacts(where condition: String) throws -> [String: String] {
    try queue.read { db in
      let columns = try db.columns(in: "contact").map(\.name).filter { !$0.hasPrefix("_") }.sorted()
      let texts = columns.map { "quote(\"\($0)\")" }.joined(separator: " || ' ' || ")
      return try Row.fetchAll(db, sql: "SELECT id, \(texts) FROM contact WHERE \(condition)")
        .reduce(into: [:]) { $0[$1[0]] = $1[1] }
    }
  }
}
