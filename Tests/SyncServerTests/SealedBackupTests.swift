import Foundation
import Testing

@testable import Shared
@testable import Storage
@testable import SyncServer

/// Backups that only a key opens which is not on the hub's machine.
@Suite struct SealedBackupTests {
  private let office: OfficeFolder
  private let hub: Hub
  private let place: TemporaryFolder

  init() throws {
    office = try OfficeFolder(addresses: "https://bamako.example:9000")
    let furnished = try office.furnishedHub()
    hub = Hub(
      store: furnished.store, now: { OfficeFolder.noon }, random: { .random(in: 0...(.max)) })
    place = try TemporaryFolder()
    _ = try AccountOffice(folder: office.folder, hub: hub, cost: .init(rounds: 16, lanes: 1))
      .add("awa", fullName: "Awa", role: .cz)
  }

  private var file: String { place.path("hub.tar") }
  private var fresh: HubFolder { HubFolder(place.path("fresh")) }

  @discardableResult
  private func makeKey(_ name: String = "key") throws -> RecoverySeal {
    try office.folder.makeRecoveryKey(hub, to: place.path(name), by: "shell:awa")
  }

  private func backUp() throws -> BackupReport {
    try office.folder.backUp(hub, to: file, by: "shell:awa")
  }

  private func restore(key: String?) throws(Problem) {
    _ = try fresh.restore(
      file, key: key.map { name throws(Problem) in try HubFolder.recoveryKey(place.path(name)) },
      schema: .mission, by: "shell:awa", now: { OfficeFolder.noon }, random: { 5 })
  }

  @Test func `a key whose seal cannot be written does not stay`() throws {
    // Where the seal is written first, something stands in its way.
    let way = office.folder.path + "/recovery.seal.new"
    try FileManager.default.createDirectory(atPath: way, withIntermediateDirectories: false)
    #expect(throws: Problem.self) { try makeKey() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
    #expect(try office.folder.recoverySeal() == nil, "backups go on being open")
    try FileManager.default.removeItem(atPath: way)
    try makeKey()
    #expect(try office.folder.recoverySeal() != nil)
  }

  @Test func `a sealed backup tells nothing, and its key brings the hub back`() throws {
    let seal = try makeKey()
    let before = try FileManager.default.contentsOfDirectory(atPath: office.folder.path)
    let report = try backUp()
    #expect(report.fingerprint == seal.fingerprint && report.records > 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() == [
        "hub.tar", "key",
      ])
    #expect(
      Set(try FileManager.default.contentsOfDirectory(atPath: office.folder.path)) == Set(before))
    let bytes = Data(try DurableFile.read(file))
    for word in ["SQLite format", "PRIVATE KEY", "bamako.example", "hub.sqlite", "CREATE TABLE"] {
      #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word)")
    }
    try restore(key: "key")
    let back = Hub(store: try fresh.open(), now: { OfficeFolder.noon }, random: { 1 })
    #expect(
      try back.report().scopes.mapValues(\.digest) == hub.report().scopes.mapValues(\.digest))
    #expect(try back.audit(limit: 3).map(\.act) == ["restore", "backup", "recoveryKey"])
    // The hub that came back seals its own for the same key.
    #expect(try fresh.recoverySeal() == seal)
  }

  @Test func `without its key a sealed backup is refused, and nothing is made`() throws {
    try makeKey()
    _ = try backUp()
    try makeKey("newer")
    func expect(_ code: Problem.Code, key: String?) throws {
      #expect(throws: Problem(code, at: file)) { try restore(key: key) }
      #expect((try? FileManager.default.contentsOfDirectory(atPath: fresh.path)) ?? [] == [])
    }
    try expect(.key_needed, key: nil)
    try expect(.wrong_key, key: "newer")
    let whole = try DurableFile.read(file)
    for count in [30, 60, 5_000, whole.count - 1] {
      try DurableFile.write(Array(whole.prefix(count)), to: file)
      try expect(.not_a_backup, key: "key")
    }
    #expect(throws: Problem(.not_a_key, at: file)) {
      try HubFolder.recoveryKey(file)
    }
  }

  @Test func `no key is written over, and a damaged seal makes no open backup`() throws {
    try makeKey()
    let key = try DurableFile.read(place.path("key"))
    #expect(throws: Problem(.file_exists, at: place.path("key"))) { try makeKey() }
    #expect(try DurableFile.read(place.path("key")) == key)
    let name = URL(filePath: office.folder.path).lastPathComponent
    for home in ["/recovery.seal.key", "/../\(name)/k"] {
      let path = office.folder.path + home
      #expect(throws: Problem(.key_at_home, at: path)) {
        try office.folder.makeRecoveryKey(hub, to: path, by: "x")
      }
    }
    let attributes = try FileManager.default.attributesOfItem(atPath: place.path("key"))
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let seal = office.folder.path + "/recovery.seal"
    try DurableFile.write(Array("x".utf8), to: seal)
    #expect(throws: Problem(.not_a_key, at: seal)) { try backUp() }
    #expect(!DurableFile.exists(file))
    try FileManager.default.removeItem(atPath: seal)
    #expect(try backUp().fingerprint == nil)
  }

  @Test func `where the place of a sealed backup is, nothing open ever lies`() throws {
    try makeKey()
    // A folder in which its files can be made, and looked at while it is written.
    var seen: Set<String> = []
    _ = try office.folder.backUp(hub, to: file, by: "x") { _, _ in
      seen.formUnion((try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? [])
    }
    #expect(seen == ["key", "hub.tar.new"])
  }
}
