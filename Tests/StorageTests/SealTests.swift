import Foundation
import GRDB
import Testing

@testable import Shared
@testable import Storage

/// What a disk sees of a sealed database, and what SQLite sees of it.
@Suite struct SealTests {
  private static func pool(_ path: String) throws -> DatabasePool {
    var configuration = Configuration()
    // So few pages that a transaction writes some of them twice into the log.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = 8") }
    return try DatabasePool(path: path, configuration: configuration)
  }

  private static func dump(_ db: Database) throws -> [String] {
    try String.fetchAll(
      db, sql: "SELECT quote(id) || quote(word) || quote(body) FROM thing ORDER BY id")
      + String.fetchAll(db, sql: "SELECT rowid || words FROM found WHERE found MATCH 'w*'")
  }

  /// A transaction of whatever a program does; some of it is taken back when `undoes`.
  private static func write(
    _ pool: DatabasePool, _ dice: inout TestRandom, undoes: Bool = true
  ) throws {
    try pool.write { db in
      try db.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS thing(id INTEGER PRIMARY KEY, word TEXT, body BLOB);
          CREATE INDEX IF NOT EXISTS words ON thing(word);
          CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5(words)
          """)
      try db.inSavepoint {
        for _ in 0..<dice.below(60) {
          let (id, size) = (dice.below(300), dice.below(9000))
          switch dice.below(4) {
          case 0: try db.execute(sql: "DELETE FROM thing WHERE id = ?", arguments: [id])
          case 1:
            try db.execute(
              sql: "UPDATE thing SET word = ? WHERE id < ?", arguments: ["u\(size)", id / 6])
          default:
            try db.execute(
              sql: "INSERT OR REPLACE INTO thing VALUES (?, ?, ?)",
              arguments: [id, "w\(size)", Data(repeating: UInt8(id & 0xff), count: size)])
            try db.execute(sql: "INSERT INTO found(words) VALUES (?)", arguments: ["w\(size)"])
          }
        }
        return undoes && dice.below(4) == 0 ? .rollback : .commit
      }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `the same work leaves the same rows, sealed or not`(seed: UInt64) throws {
    let (sealed, plain) = (try SealedFolder(), try SealedFolder())
    Seal.close(plain.path)
    var dumps: [[String]] = []
    for folder in [sealed, plain] {
      var dice = TestRandom(seed)
      var pool = try Self.pool(folder.file)
      for _ in 0..<40 {
        try Self.write(pool, &dice)
        switch dice.below(6) {
        case 0: _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        case 1:
          try pool.close()
          pool = try Self.pool(folder.file)
        case 2: try pool.vacuum()
        default: break
        }
      }
      dumps.append(try pool.read(Self.dump))
      #expect(try pool.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
      try pool.close()
    }
    #expect(dumps[0].count > 100)
    #expect(dumps[0] == dumps[1])
    #expect(Seal.isNamed(sealed.file))
    #expect(!Seal.isNamed(plain.file))
  }

  @Test func `a log that nobody closed is read again`() throws {
    let (folder, copy) = (try SealedFolder(), try SealedFolder())
    var dice = TestRandom(4)
    let pool = try Self.pool(folder.file)
    // SQLite before 3.44 leaves a log that it cannot read again when a large transaction is taken
    // back in part.
    for _ in 0..<12 { try Self.write(pool, &dice, undoes: false) }
    try copy.put(folder.bytes())
    try copy.put(folder.bytes("-wal"), "-wal")
    #expect(try copy.bytes("-wal").count > 100_000)
    let (was, found) = (try pool.read(Self.dump), try Self.pool(copy.file).read(Self.dump))
    #expect(was == found)
    #expect(was.count > 100)
  }

  @Test func `a log that nobody closed is read again, whatever was taken back`() throws {
    let (folder, copy) = (try SealedFolder(), try SealedFolder())
    var dice = TestRandom(4)
    let pool = try DatabasePool.durable(path: folder.file, configuration: Configuration())
    try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA cache_size = 8") }
    for _ in 0..<12 { try Self.write(pool, &dice) }
    try copy.put(folder.bytes())
    try copy.put(folder.bytes("-wal"), "-wal")
    #expect(try pool.read(Self.dump) == Self.pool(copy.file).read(Self.dump))
  }

  // MARK: Flipped bytes

  /// A few pages of each kind that say everything when read.
  private static func small(_ folder: SealedFolder) throws -> [String] {
    let queue = try DatabaseQueue(path: folder.file)
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA journal_mode = WAL; CREATE TABLE thing(id INTEGER PRIMARY KEY, word TEXT);
          INSERT INTO thing VALUES (1, 'one'), (2, '\(String(repeating: "two ", count: 3000))')
          """)
    }
    defer { try? queue.close() }
    return try queue.read(rows)
  }

  private static func rows(_ db: Database) throws -> [String] {
    try String.fetchAll(db, sql: "SELECT id || word FROM thing ORDER BY id")
  }

  @Test func `a byte that was changed is refused, wherever it is`() throws {
    let folder = try SealedFolder()
    let rows = try Self.small(folder)
    let whole = try folder.bytes()
    #expect(whole.count == 4 * 4096)
    var codes: [CInt: Int] = [:]
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 1 << (place % 8)
      try folder.put(bytes)
      do {
        let found = try DatabaseQueue(path: folder.file).read(Self.rows)
        Issue.record("byte \(place): \(found == rows ? "not proved" : "read otherwise")")
      } catch let error as DatabaseError {
        codes[error.extendedResultCode.rawValue, default: 0] += 1
      }
      folder.removeLog()
    }
    // The name of the key is another key's; everything else is damage.
    #expect(codes == [23: 8, 10 | 32 << 8: whole.count - 8])
  }

  @Test func `a page in another's place is refused`() throws {
    let folder = try SealedFolder()
    _ = try Self.small(folder)
    var bytes = try folder.bytes()
    bytes.replaceSubrange(2 * 4096..<3 * 4096, with: Data(bytes[3 * 4096..<4 * 4096]))
    try folder.put(bytes)
    #expect(throws: DatabaseError.self) {
      try DatabaseQueue(path: folder.file).read(Self.rows)
    }
  }

  @Test func `a byte of the log that was changed is refused, or ends the log before it`() throws {
    let (folder, copy) = (try SealedFolder(), try SealedFolder())
    _ = try Self.small(folder)
    let queue = try DatabaseQueue(path: folder.file)
    var states = [try queue.read(Self.rows)]
    for word in ["three", "four"] {
      try queue.write {
        try $0.execute(sql: "INSERT INTO thing(word) VALUES (?)", arguments: [word])
      }
      states.append(try queue.read(Self.rows))
    }
    let (file, log) = (try folder.bytes(), try folder.bytes("-wal"))
    #expect(log.count == 32 + 2 * 4120)
    for place in stride(from: 0, to: log.count, by: 5) {
      var bytes = log
      bytes[place] ^= 1 << (place % 8)
      try copy.put(file)
      try copy.put(bytes, "-wal")
      let found = try DatabaseQueue(path: copy.file).read(Self.rows)
      #expect(states.contains(found), "byte \(place)")
      #expect(place >= 32 + 4120 || found == states[0], "byte \(place)")
      copy.removeLog()
    }
    try queue.close()
  }

  @Test func `a first page that was torn while the log was brought in is mended from the log`()
    throws
  {
    let (folder, copy) = (try SealedFolder(), try SealedFolder())
    _ = try Self.small(folder)
    let queue = try DatabaseQueue(path: folder.file)
    try queue.write { try $0.execute(sql: "CREATE TABLE other(id); DROP TABLE other") }
    let rows = try queue.read(Self.rows)
    var file = try folder.bytes()
    let log = try folder.bytes("-wal")
    try queue.close()
    file.replaceSubrange(512..<4096, with: try folder.bytes()[512..<4096])
    try copy.put(file)
    try copy.put(log, "-wal")
    #expect(try DatabaseQueue(path: copy.file).read(Self.rows) == rows)
  }

  // MARK: Keys

  @Test func `another key and no key are refused in a word of their own`() throws {
    let folder = try SealedFolder()
    _ = try Self.small(folder)
    let before = try folder.bytes()
    Seal.open(folder.path, with: SealKey([UInt8](repeating: 1, count: 32)))
    let foreign = #expect(throws: Problem.self) {
      try storing { _ = try DatabaseQueue(path: folder.file) }
    }
    #expect(foreign?.code == .no_key)
    Seal.close(folder.path)
    let problem = #expect(throws: Problem.self) {
      try storing { _ = try DatabaseQueue(path: folder.file).read(Self.rows) }
    }
    #expect(problem?.code == .not_a_replica)
    #expect(try folder.bytes() == before)
  }

  @Test func `no two pages are sealed with the same nonce`() throws {
    let folder = try SealedFolder()
    var dice = TestRandom(5)
    var (nonces, pages) = (Set<Data>(), Set<Data>())
    for _ in 0..<6 {
      let pool = try Self.pool(folder.file)
      for _ in 0..<4 {
        try Self.write(pool, &dice)
        let (file, log) = (try folder.bytes(), try folder.bytes("-wal"))
        let starts =
          stride(from: 0, to: file.count, by: 4096).map { (file, $0) }
          + stride(from: 32 + 24, to: log.count, by: 4120).map { (log, $0) }
        for (bytes, start) in starts {
          pages.insert(Data(bytes[start..<start + 4096]))
          nonces.insert(Data(bytes[start + 4068..<start + 4080]))
        }
      }
      try pool.close()
    }
    #expect(pages.count > 200)
    #expect(nonces.count == pages.count)
  }

  @Test func `what a sealed database cannot hold safely is refused`() throws {
    let folder = try SealedFolder()
    _ = try Self.small(folder)
    let queue = try DatabaseQueue(path: folder.file)
    // A rollback journal would hold pages in the clear.
    #expect(throws: DatabaseError.self) {
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file + "-journal"))
    let settings = try queue.read { db in
      try ["temp_store", "secure_delete"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
    }
    #expect(settings == [2, 1])
  }
}
