import Foundation
import GRDB
import Launching
import Synchronization
import Testing

@testable import Shared
@testable import Storage
@testable import SyncServer

/// One file that holds all that a hub needs to come back.
@Suite struct BackupTests {
  private let office: OfficeFolder
  private let hub: Hub
  private let place: TemporaryFolder

  init() throws {
    office = try OfficeFolder(addresses: "https://bamako.example:9000")
    hub = try office.furnishedHub()
    place = try TemporaryFolder()
    _ = try AccountOffice(folder: office.folder, hub: hub, cost: .init(rounds: 16, lanes: 1))
      .add("awa", fullName: "Awa", role: .cz)
  }

  private var file: String { place.path("hub.tar") }
  private var fresh: HubFolder { HubFolder(place.path("fresh")) }

  @discardableResult
  private func backUp() throws -> BackupReport {
    try office.folder.backUp(hub, to: file, by: "shell:awa")
  }

  @discardableResult
  private func restore(_ path: String? = nil, at time: Int64 = OfficeFolder.noon + 60_000) throws
    -> RestoreReport
  {
    try fresh.restore(
      path ?? file, schema: .mission, by: "shell:awa", now: { time },
      random: { 0x0fed_cba9_8765_4321 })
  }

  private func restored(at time: Int64 = OfficeFolder.noon + 60_000) throws -> Hub {
    Hub(store: try fresh.open(), now: { time }, random: { 0x0fed_cba9_8765_4321 })
  }

  @Test func `a backup is its owner's alone, and nothing else is left beside it`() throws {
    let report = try backUp()
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    #expect((attributes[.size] as? NSNumber)?.int64Value == report.bytes)
    #expect(report.records == (try hub.report().scopes.values.reduce(0) { $0 + $1.records }))
    #expect(report.log.fault == nil && !report.isUnnoted)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["hub.tar"])
    #expect(try hub.audit(limit: 1).first?.act == "backup")
    #expect(try hub.store.read { try $0.counter(.backup) } == OfficeFolder.noon)
  }

  @Test func `any machine opens a backup without Djoliba and sees that it is whole`() async throws {
    try backUp()
    let folder = try TemporaryFolder()
    #expect(try await terminal("tar", "-xf", file, "-C", folder.path).status == 0)
    let script = "cd \"$0\" && sha256sum -c SHA256SUMS && stat -c '%a %n' *"
    let told = try await terminal("sh", "-c", script, folder.path)
    #expect(told.status == 0, "\(told.text)")
    #expect(told.text.contains("hub.sqlite: OK") && told.text.contains("600 authority.key"))
    let hub = Hub(
      store: try HubFolder(folder.path).open(), now: { OfficeFolder.noon }, random: { 1 })
    #expect(try hub.verify().records > 0)
  }

  @Test func `what is restored is the hub that it was, and says that it was restored`() throws {
    let before = try hub.report()
    try backUp()
    let report = try restore()
    #expect(report.made == OfficeFolder.noon)
    #expect(report.addresses.map(\.description) == ["https://bamako.example:9000"])
    let after = try restored()
    #expect(try after.report().scopes.mapValues(\.digest) == before.scopes.mapValues(\.digest))
    #expect(try after.verify().recounted.isEmpty)
    #expect(try after.audit(limit: 2).map(\.act) == ["restore", "backup"])
    #expect(try after.checkAudit().fault == nil)
    for name in ["authority.key", "authority.pem", "server.key", "server.pem", "hub.json"] {
      #expect(
        try DurableFile.read(fresh.path + "/" + name)
          == DurableFile.read(office.folder.path + "/" + name))
    }
    let accounts = try AccountOffice(folder: fresh, hub: after).accounts()
    #expect(accounts.map(\.name) == ["awa"])
    for name in ["hub.sqlite", "accounts.sqlite", "authority.key", "server.key"] {
      let mode = try FileManager.default.attributesOfItem(atPath: fresh.path + "/" + name)
      #expect((mode[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(name)")
    }
  }

  @Test func `who came after the backup shares no number with who comes after the restoring`()
    throws
  {
    func enroll(_ hub: Hub, _ digit: Character) throws -> UInt32 {
      let code = try hub.invite(name: "G", base: "GAO", role: .cz, grant: .all).code
      return try hub.enroll(
        EnrolmentRequest(
          code: code, token: String(repeating: digit, count: 64), program: "test")
      ).device
    }
    let dice = Mutex<UInt64>(0)
    let hub = Hub(store: hub.store, now: { OfficeFolder.noon }) {
      dice.withLock { number in
        number += 1
        return number
      }
    }
    let known = try enroll(hub, "a")
    let open = try hub.invite(name: "Open", base: "GAO", role: .cz, grant: .all).code
    try backUp()
    let lost = try enroll(hub, "b")
    try restore()
    let after = try restored()
    let new = try enroll(after, "c")
    #expect(known < lost && lost < new)
    #expect(try after.admit(token: String(repeating: "a", count: 64)).number == known)
    #expect(throws: Problem(.unauthorised)) {
      try after.admit(token: String(repeating: "b", count: 64))
    }
    #expect(throws: Problem(.invitation_unknown)) {
      try after.enroll(
        EnrolmentRequest(
          code: open, token: String(repeating: "d", count: 64), program: "test"))
    }
  }

  @Test func `a conflict after the restoring is told to those who heard of later ones before`()
    throws
  {
    try backUp()
    try hub.store.write { try $0.set(.conflictVersion, 70_000) }
    try restore()
    let version = try restored().store.read { try $0.counter(.conflictVersion) }
    #expect(version > 70_000)
  }

  @Test func `a folder that holds a hub is left as it is`() throws {
    try backUp()
    #expect(throws: Problem(.file_exists, at: file)) { try backUp() }
    let before = try hub.audit(limit: 1)
    #expect(throws: Problem(.already_hub, at: office.folder.path)) {
      try office.folder.restore(
        file, schema: .mission, by: "x", now: { 0 }, random: { 1 })
    }
    #expect(try hub.audit(limit: 1) == before)
  }

  @Test func `a backup is read from a file, and comes into no device's folder`() async throws {
    try backUp()
    #expect(try await terminal("mkfifo", place.path("pipe")).status == 0)
    for other in [place.path("pipe"), place.path, "/dev/zero"] {
      #expect(throws: Problem(.not_a_file, at: other)) { try restore(other) }
    }
    try DurableFile.makeFolder(fresh.path)
    try DurableFile.write(Array("{}".utf8), to: fresh.path + "/device.json")
    #expect(throws: Problem(.already_enrolled, at: fresh.path)) { try restore() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: fresh.path) == ["device.json"])
  }

  @Test func `a restoring that was stopped in the middle is begun anew`() throws {
    try backUp()
    try DurableFile.makeFolder(fresh.path)
    try DurableFile.write(Array("half".utf8), to: fresh.path + "/hub.new.sqlite")
    try DurableFile.write(Array("half".utf8), to: fresh.path + "/authority.pem")
    try restore()
    #expect(try restored().verify().records > 0)
    #expect(!DurableFile.exists(fresh.path + "/hub.new.sqlite"))
  }

  @Test func `a hub whose file is damaged makes no backup`() throws {
    let store = try office.folder.open()
    let page = try store.pool.read { db in
      try UInt64.fetchOne(
        db, sql: "SELECT rootpage FROM sqlite_master WHERE name = '_history_record'")!
    }
    try store.close()
    let path = office.folder.path + "/hub.sqlite"
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.seek(toOffset: (page - 1) * 4096)
    try handle.write(contentsOf: Data(repeating: 0xa5, count: 4096))
    try handle.close()
    let other = Hub(store: try office.folder.open(), now: { OfficeFolder.noon }, random: { 1 })
    let problem = #expect(throws: Problem.self) {
      try office.folder.backUp(other, to: file, by: "x")
    }
    #expect(problem?.code == .damaged)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
  }

  @Test func `a backup that was changed, cut off or lengthened is refused, and nothing is made`()
    throws
  {
    try backUp()
    let whole = try DurableFile.read(file)
    let broken = place.path("broken.tar")
    func expectRefused(_ bytes: [UInt8], _ what: String) throws {
      try DurableFile.write(bytes, to: broken)
      let problem = #expect(throws: Problem.self, "\(what)") { try restore(broken) }
      #expect(problem == Problem(.not_a_backup, at: broken, cause: problem?.cause), "\(what)")
      #expect((try? FileManager.default.contentsOfDirectory(atPath: fresh.path)) ?? [] == [])
    }
    for place in stride(from: 0, to: 512, by: 37) {
      try expectRefused(whole.flipped(place), "head, byte \(place)")
    }
    for place in stride(from: 600, to: whole.count, by: whole.count / 40) {
      try expectRefused(whole.flipped(place), "byte \(place)")
    }
    for place in (whole.count - 1100)..<(whole.count - 1000) {
      try expectRefused(whole.flipped(place), "end")
    }
    for count in [0, 1, 511, 512, 4096, whole.count / 2, whole.count - 1024, whole.count - 1] {
      try expectRefused(Array(whole.prefix(count)), "\(count) bytes")
    }
    try expectRefused(whole + [0], "one byte more")
    try expectRefused(Array("GIF89a".utf8) + [UInt8](repeating: 7, count: 5000), "a picture")
    let none = place.path("none")
    #expect(throws: Problem(.file_missing, at: none)) { try restore(none) }
    try restore()
  }
}

extension [UInt8] {
  fileprivate func flipped(_ place: Int) -> [UInt8] {
    var bytes = self
    bytes[place] ^= 0x10
    return bytes
  }
}
