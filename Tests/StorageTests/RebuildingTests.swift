import Foundation
import GRDB
import Testing

@testable import Shared
@testable import Storage

/// Every page of a replica damaged, one after the other.
@Suite struct RebuildingTests {
  /// A replica with records of every kind, closed. Sendable unchecked: its desk is a folder that
  /// nothing writes to any more.
  private final class Patient: @unchecked Sendable {
    let desk: Desk
    /// Words that nobody but this device knows: of new records, and of edited ones.
    let created: Set<String>
    let edited: Set<String>
    let bytes: Data
    /// The table, the index or else whatever each page belongs to.
    let owners: [Int: String]
    let outline: Data

    private static let schema = """
      {"version": 1,
       "system_fields": [{"name": "scope", "fr": "P", "en": "S", "kind": "text", "policy": "last"}],
       "types": [{"name": "thing", "fr": "Chose", "en": "Thing", "title": ["word"],
        "scope": "mission", "priority": 1, "writers": ["dp"], "deleters": ["dp"],
        "wideners": ["dp"],
        "fields": [{"name": "word", "fr": "T", "en": "W", "kind": "text", "policy": "last"}]}]}
      """

    init() throws {
      desk = try Desk(schema: try Schema(json: Array(Self.schema.utf8)))
      let long = String(repeating: "x", count: 90)
      let known = try Self.add(desk, (0..<150).map { "known \($0) \(long)" })
      try desk.exchange()
      // Half of it settled, the other half still in the journal.
      var (created, edited): (Set<String>, Set<String>) = ([], [])
      for half in 0..<2 {
        let new = (0..<30).map { "new \(half) \($0) \(long)" }
        _ = try Self.add(desk, new)
        created.formUnion(new)
        for number in 0..<15 {
          let word = "edited \(half) \(number) \(long)"
          try desk.write {
            try $0.update("thing", known[number * 10 + half].description, ["word": .text(word)])
          }
          edited.insert(word)
        }
        if half == 0 { try desk.settle() }
      }
      (self.created, self.edited) = (created, edited)
      try desk.sql("CREATE TABLE gone AS SELECT word FROM thing; DROP TABLE gone")
      try desk.replica.pool.close()
      let queue = try DatabaseQueue(path: desk.replica.path)
      owners = try queue.read { db in
        try Row.fetchAll(db, sql: "SELECT pageno, name FROM dbstat")
          .reduce(into: [:]) { $0[$1[0]] = $1[1] }
      }
      try queue.close()
      bytes = try Data(contentsOf: URL(filePath: desk.replica.path))
      outline = try Data(contentsOf: URL(filePath: Outline.path(desk.replica.path)))
    }

    private static func add(_ desk: Desk, _ words: [String]) throws -> [RecordID] {
      try desk.write { writer in
        try words.map { try writer.insert("thing", ["word": .text($0), "scope": "mission"]) }
      }
    }

    /// A copy of the file, changed, and what is rebuilt of it.
    func rebuilt(_ change: (inout Data) -> Void) throws -> (rescue: Rescue, words: Set<String>) {
      let folder = desk.folder + "/\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let path = folder + "/replica.sqlite"
      var damaged = bytes
      change(&damaged)
      try damaged.write(to: URL(filePath: path))
      try outline.write(to: URL(filePath: Outline.path(path)))
      let rescue = try Replica.rebuild(path: path, keeping: folder + "/kept", now: Desk.now)
      #expect(try Data(contentsOf: URL(filePath: folder + "/kept/replica.sqlite")) == damaged)
      let replica = try Replica(path: path)
      try replica.checkFile()
      let words = try replica.records(of: "thing").compactMap { $0["word"].text }
      try replica.pool.close()
      return (rescue, Set(words))
    }
  }

  private static let patient = Result { try Patient() }
  private static let page = 4096

  private enum Damage: CaseIterable {
    case zeroed, scribbled, otherPage

    func apply(_ bytes: inout Data, _ number: Int) {
      let range = (number - 1) * page..<number * page
      switch self {
      case .zeroed: bytes.replaceSubrange(range, with: Data(count: page))
      case .scribbled:
        bytes.replaceSubrange(
          range, with: (0..<page).map { UInt8(truncatingIfNeeded: $0 * 89 + 7) })
      case .otherPage: bytes.replaceSubrange(range, with: bytes.prefix(2 * page).suffix(page))
      }
    }
  }

  @Test func `whichever page is damaged, what was not sent is saved or missed aloud`() throws {
    let patient = try Self.patient.get()
    let count = patient.bytes.count / Self.page
    var (whole, silent): (Set<Int>, [String]) = ([], [])
    for number in 1...count {
      for damage in Damage.allCases {
        let (rescue, words) = try patient.rebuilt { damage.apply(&$0, number) }
        let missing = patient.created.union(patient.edited).subtracting(words)
        if missing.isEmpty { whole.insert(number) }
        let isTold = !rescue.lost.isEmpty || rescue.mayLackMore
        if !missing.isEmpty && !isTold { silent.append("\(number) \(damage)") }
      }
    }
    #expect(silent == [])
    // What tells of pending changes, and the records themselves, are nowhere else.
    let precious = ["thing", "_pending", "_journal"]
    let others = (1...count).filter { !precious.contains(patient.owners[$0] ?? "") }
    #expect(others.filter { !whole.contains($0) }.map { "\($0) \(patient.owners[$0] ?? "")" } == [])
    #expect(others.count > 25 && count > others.count + 10)
    let kinds = Set(patient.owners.values)
    #expect(kinds.isSuperset(of: precious + ["sqlite_schema", "_pending_order", "_state"]))
    #expect(patient.owners.count < count, "there should be free pages")
  }

  @Test func `new records are saved without the list that says they are new`() throws {
    let patient = try Self.patient.get()
    for (number, owner) in patient.owners where owner == "_pending" || owner == "_journal" {
      let (rescue, words) = try patient.rebuilt { Damage.scribbled.apply(&$0, number) }
      #expect(patient.created.isSubset(of: words), "page \(number) of \(owner)")
      #expect(rescue.mayLackMore)
    }
  }

  @Test func `a file of which nothing is left becomes an empty replica of the same device`() throws
  {
    let patient = try Self.patient.get()
    for change: (inout Data) -> Void in [
      { $0 = Data() }, { $0 = Data("Bonjour".utf8) }, { $0 = Data(count: $0.count) },
    ] {
      let (rescue, words) = try patient.rebuilt(change)
      #expect(rescue == Rescue(saved: 0, lost: [], mayLackMore: true))
      #expect(words == [])
    }
  }

  @Test func `a rebuilding that stopped before its last step is finished by the next opening`()
    throws
  {
    let desk = try Desk()
    try desk.write { _ = try $0.insert("contact", Desk.contact) }
    try desk.replica.pool.close()
    try desk.sql("PRAGMA user_version")
    let path = desk.replica.path
    #expect(!Replica.isAwaited(path: path))
    try FileManager.default.moveItem(atPath: path, toPath: path + ".fresh")
    // The damaged file's log, which must not be taken for the fresh file's.
    try Data(count: 40_000).write(to: URL(filePath: path + "-wal"))
    #expect(Replica.isAwaited(path: path))
    try Replica.takePlace(path)
    #expect(try Replica(path: path).status().pending == 1)
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
  }
}
