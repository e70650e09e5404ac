import Foundation
import GRDB
import Testing

@testable import Shared
@testable import Storage

/// A replica that is sealed is a replica like any other, and its folder tells nothing.
@Suite struct SealedReplicaTests {
  private static let canary = "Tinariwen"

  /// A replica whose every text field holds the canary, written, settled, confirmed, searched,
  /// edited, deleted and refused.
  private static func fill(_ desk: Desk) throws -> RecordID {
    let texts = Schema.mission[type: "contact"]!.fields.filter { field in
      if case .text = field.kind { return field.name != "scope" }
      if case .longtext = field.kind { return true }
      return false
    }
    #expect(texts.count > 5)
    let words = Desk.contact.merging(texts.map { ($0.name, .text(canary)) }) { $1 }
    let kept = try desk.write { try $0.insert("contact", words) }
    let gone = try desk.write { try $0.insert("contact", words) }
    try desk.exchange()
    try desk.write {
      try $0.update("contact", kept.description, ["locality": .text(canary + " 3")])
      try $0.delete("contact", gone.description)
    }
    #expect(try desk.replica.search(canary).count == 1)
    // A search without an index and a sort that a small memory cannot hold.
    _ = try desk.replica.read { db, _ in
      try String.fetchAll(
        db,
        sql: """
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
          SELECT DISTINCT display_name || i || hex(zeroblob(200)) AS w FROM contact, n ORDER BY w DESC
          """)
    }
    return kept
  }

  @Test func `nothing that was written can be read in the folder, at any moment`() throws {
    let folder = try SealedFolder()
    let desk = try Desk(folder: folder.path)
    _ = try Self.fill(desk)
    #expect(try folder.bytes("-wal").count > 4120)
    #expect(try folder.files(with: Self.canary) == [])
    #expect(try folder.files(with: "contact_type") == ["replica.sqlite.outline"])
    try desk.checkpoint()
    #expect(try folder.files(with: Self.canary) == [])
    try desk.replica.pool.close()
    #expect(try folder.files(with: Self.canary) == [])
  }

  @Test func `a plain replica is sealed with all that is in it, and tells nothing any more`() throws
  {
    let folder = try SealedFolder()
    Seal.close(folder.path)
    let plain = try Desk(folder: folder.path)
    _ = try Self.fill(plain)
    func dump(_ replica: Replica) throws -> [String] {
      try replica.pool.read { db in
        try String.fetchAll(
          db,
          sql: """
            SELECT type || name || sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name
            """)
          + ["_pending", "_state", "_journal", "contact", "_conflict", "_history"].flatMap { name in
            try Row.fetchAll(db, sql: "SELECT * FROM \(name)").map(\.description)
          } + [String.fetchOne(db, sql: "PRAGMA user_version") ?? ""]
      }
    }
    let before = try dump(plain.replica)
    #expect(try folder.files(with: Self.canary) != [])
    Seal.open(folder.path, with: folder.key)
    let refused = #expect(throws: Problem.self) { try Replica.seal(path: folder.file) }
    #expect(refused?.code == .busy)
    #expect(try plain.replica.search(Self.canary).count == 1)
    try plain.replica.pool.close()

    try Replica.seal(path: folder.file)
    let mode = try FileManager.default.attributesOfItem(atPath: folder.file)[.posixPermissions]
    #expect(mode as? Int == 0o600, "it is its owner's alone")
    #expect(Seal.isNamed(folder.file))
    #expect(try folder.files(with: Self.canary) == [])
    let sealed = try Replica(path: folder.file)
    #expect(try dump(sealed) == before)
    try sealed.checkFile()
    #expect(try sealed.search(Self.canary).count == 1)
    try sealed.pool.close()
  }

  @Test func `a sealed replica is rebuilt, whichever page is damaged, and tells nothing`() throws {
    let folder = try SealedFolder()
    let desk = try Desk(folder: folder.path)
    let kept = try Self.fill(desk)
    try desk.checkpoint()
    try desk.replica.pool.close()
    let whole = try folder.bytes()
    for page in 0..<whole.count / 4096 {
      var bytes = whole
      bytes[page * 4096 + 1000] ^= 1
      try folder.put(bytes)
      let rescue: Rescue
      do {
        rescue = try Replica.rebuild(
          path: folder.file, keeping: folder.path + "/kept-\(page)", now: Desk.now)
      } catch {
        try? FileManager.default.copyItem(atPath: folder.path, toPath: "/tmp/sealed-failed")
        Issue.record("page \(page): \(error)")
        throw error
      }
      #expect(rescue.saved == 2 || !rescue.lost.isEmpty || rescue.mayLackMore, "page \(page)")
      #expect(Seal.isNamed(folder.file))
      let replica = try Replica(path: folder.file)
      try replica.checkFile()
      if rescue.lost.isEmpty && !rescue.mayLackMore {
        #expect(try replica.record("contact", "\(kept)")["locality"] == .text(Self.canary + " 3"))
      }
      try replica.pool.close()
    }
    #expect(try folder.files(with: Self.canary) == [])
  }

  @Test func `damage is told as damage`() throws {
    let folder = try SealedFolder()
    let desk = try Desk(folder: folder.path)
    try desk.checkpoint()
    try desk.replica.pool.close()
    var bytes = try folder.bytes()
    bytes[5] ^= 1
    try folder.put(bytes)
    let problem = #expect(throws: Problem.self) { _ = try Replica(path: folder.file) }
    #expect(problem?.code == .damaged)
  }

  @Test func `a full disk and a folder that cannot be written leave a sealed replica readable`()
    throws
  {
    let folder = try SealedFolder()
    let desk = try Desk(folder: folder.path)
    _ = try Self.fill(desk)
    try desk.checkpoint()
    try desk.replica.pool.close()
    let name = URL(filePath: folder.file).absoluteString + "?immutable=1"
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: name, configuration: configuration)
    #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM contact") } == 1)
  }
}
