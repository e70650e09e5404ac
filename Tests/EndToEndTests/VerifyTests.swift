import Foundation
import Testing

/// Checking and mending with the real programs.
@Suite struct VerifyTests {
  @Test func `a hub restored from a copy gets back what the bases hold`() throws {
    let mission = try Mission()
    let copy = mission.path("copy.sqlite")
    try mission.sqlite(mission.path("hub/hub.sqlite"), "VACUUM INTO '\(copy)'")
    let id = try mission.add(.gao, "contact", Samples.contact("Fatou Exemple"))
    let old = try mission.id(.gao, "contact", where: "base_code=GAO")
    try succeed(mission.at(.gao, "set", "contact", old, "locality=Bourem"))
    try mission.sync(.gao)
    try mission.sync(.kidal)
    mission.stopHub()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: mission.path("hub/hub.sqlite" + suffix))
    }
    try FileManager.default.copyItem(atPath: copy, toPath: mission.path("hub/hub.sqlite"))
    try mission.startHub()

    let report = try mission.sync(.kidal)
    #expect(report["complete"] == true)
    #expect(report["digests_equal"] == true)
    #expect(report["repaired"] == 2)
    let check = try succeed(mission.hub("verify", "--json")).json()
    #expect(check["sound"] == true)
    #expect(check["recounted"] == [])
    #expect(try succeed(mission.hub("history", "contact", id)).out.contains("Fatou Exemple"))
    #expect(try mission.sync(.gao)["digests_equal"] == true)
    #expect(try mission.show(.gao, "contact", old)["locality"] == "Bourem")
    #expect(try mission.sync(.gao)["requests"] == 1)
  }

  @Test func `verify mends what another program did, and without a network checks the file`() throws
  {
    let mission = try Mission()
    try mission.sqlite(
      mission.replica(.gao),
      "UPDATE _switch SET capturing = 0; UPDATE contact SET display_name = 'X' WHERE _row = 2;"
        + "UPDATE _switch SET capturing = 1")
    #expect(try mission.sync(.gao)["digests_equal"] == true)
    let mended = try succeed(mission.at(.gao, "verify", "--json")).json()
    #expect(mended["repaired"] == 1)
    #expect(mended["digests_equal"] == true)
    mission.stopHub()
    let offline = try succeed(mission.at(.gao, "verify"))
    #expect(offline.out == "The file is sound.\n")
    #expect(offline.err.contains("cannot be reached"))
  }

  @Test func `a damaged file is named, and rebuilt without losing what was not sent`() throws {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Fatou Exemple"))
    let path = mission.replica(.gao)
    try mission.sqlite(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    let page = try mission.sqlite(
      path, "SELECT rootpage FROM sqlite_master WHERE name = 'note'"
    ).filter(\.isNumber)
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.seek(toOffset: UInt64((Int(page) ?? 0) - 1) * 4096)
    try handle.write(contentsOf: Data(repeating: 0xa5, count: 4096))
    try handle.close()

    let found = try mission.at(.gao, "verify")
    #expect(found.code == 65)
    #expect(found.err.contains("djoliba verify --rebuild"))
    #expect(try mission.at(.gao, "list", "note").code == 65)
    let rescue = try succeed(mission.at(.gao, "verify", "--rebuild", "--json")).json()
    #expect(rescue["saved"] == 1)
    #expect(rescue["lost"] == [])
    let report = try mission.sync(.gao)
    #expect(report["admitted"] == 1)
    #expect(report["digests_equal"] == true)
    try mission.sync(.kidal)
    #expect(try mission.show(.kidal, "contact", id)["display_name"] == "Fatou Exemple")
  }
}
