import Foundation
import Testing

/// The hub's disk dies, and one file is left.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct BackupDrillTests {
  @Test func `the hub comes back from one file, and the bases give back what came after it`() throws
  {
    let mission = try Mission()
    let backup = try succeed(mission.hub("backup", mission.path("hub.tar"), "--json"))
    #expect(try backup.json()["log"] == true)
    let id = try mission.add(.gao, "contact", Samples.contact("Fatou Exemple"))
    let old = try mission.id(.gao, "contact", where: "base_code=GAO")
    try succeed(mission.at(.gao, "set", "contact", old, "locality=Bourem"))
    try mission.sync(.gao)
    try mission.sync(.kidal)
    mission.stopHub()
    try FileManager.default.removeItem(atPath: mission.path("hub"))

    let restored = try succeed(mission.hub("restore", mission.path("hub.tar")))
    #expect(restored.out.contains(mission.address))
    #expect(restored.err.contains("device revoke"))
    try mission.startHub()
    #expect(try mission.sync(.kidal)["repaired"] == 2)
    for laptop in Laptop.allCases { try mission.sync(laptop) }
    #expect(try mission.show(.bamako, "contact", id)["display_name"] == "Fatou Exemple")
    #expect(try mission.show(.bamako, "contact", old)["locality"] == "Bourem")
    let check = try succeed(mission.hub("verify", "--json")).json()
    #expect(check["sound"] == true && check["recounted"] == [])
  }

  /// What the operations page tells people to type, as they type it.
  @Test func `the drill of the operations page is done word for word`() throws {
    let mission = try Mission()
    let page = try String(
      contentsOf: URL(filePath: Mission.examples).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/operations-hub.md"), encoding: .utf8)
    let section = try #require(page.split(separator: "## S'exercer à restaurer").dropFirst().first)
    let block = try #require(section.split(separator: "```sh\n").dropFirst().first)
    let commands = try #require(block.components(separatedBy: "```").first)
    #expect(commands.contains("backup") && commands.contains("restore"))
    let script = commands.replacing("/srv/djoliba", with: mission.path("hub"))
      .replacing("/sauvegarde", with: mission.folder)
    let ended = try Running(
      "/usr/bin/env",
      ["PATH=\(Running.folder):/usr/bin:/bin", "bash", "-euo", "pipefail", "-c", script]
    ).finish()
    #expect(ended.code == 0, "\(ended.err)")
    #expect(!FileManager.default.fileExists(atPath: mission.path("exercice")))
    #expect(FileManager.default.fileExists(atPath: mission.path("exercice.tar")))
  }

  @Test(arguments: [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5])
  func `killed at any moment, a backup is whole or not there, and a hub likewise`(seconds: Double)
    throws
  {
    let mission = try Mission(serving: false)
    let file = mission.path("hub.tar")
    func kill(_ words: String...) throws {
      let program = Running.folder + "/djoliba-server"
      _ = try Running("/usr/bin/timeout", ["-s", "KILL", "\(seconds)", program] + words).finish()
    }
    try kill("backup", file, "--data", mission.path("hub"))
    let isThere = FileManager.default.fileExists(atPath: file)
    if !isThere { try succeed(mission.hub("backup", file)) }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: mission.folder).allSatisfy { name in
        !name.hasPrefix("hub.tar.") || isThere
      })
    let again = mission.path("again")
    try kill("restore", file, "--data", again)
    if !FileManager.default.fileExists(atPath: again + "/hub.sqlite") {
      try succeed(
        Running(program: "djoliba-server", ["restore", file, "--data", again]).finish())
    }
    let check = try Running(
      program: "djoliba-server", ["verify", "--json", "--data", again]
    ).finish()
    #expect(try succeed(check).json()["sound"] == true)
  }

  @Test func `a sealed backup comes back with its key, and says what it needs without`() throws {
    let mission = try Mission(serving: false)
    let key = mission.path("secours.key")
    let made = try succeed(mission.hub("recovery-key", key))
    #expect(made.err.contains("two copies"), "\(made.err)")
    let file = mission.path("hub.tar")
    let backup = try succeed(mission.hub("backup", file, "--json")).json()
    #expect(made.out.contains(backup["sealed_for"].text ?? "none"), "\(made.out)")
    func restore(_ words: String..., locale: String = Sentence.english) throws -> Ended {
      let words = ["restore", file, "--data", mission.path("again")] + words
      return try Running(program: "djoliba-server", words, locale: locale).finish()
    }
    try Sentence.keyNeeded.expect { try restore(locale: $0) }
    try succeed(mission.hub("recovery-key", mission.path("autre.key")))
    try Sentence.wrongKey.expect { try restore("--key", mission.path("autre.key"), locale: $0) }
    try Sentence.notAKey.expect { try restore("--key", file, locale: $0) }
    try succeed(restore("--key", key))
    let verify = ["verify", "--json", "--data", mission.path("again")]
    let check = try Running(program: "djoliba-server", verify).finish()
    #expect(try succeed(check).json()["sound"] == true)
  }

  private static let fullDisk = """
    set -u
    mkdir -p "$2/small"
    mount -t tmpfs -o size=600k none "$2/small"
    "$1" backup "$2/small/hub.tar" --data "$2/hub"; echo "code $?"
    ls -A "$2/small"
    "$1" backup "$2/hub.tar" --data "$2/hub" >/dev/null; echo "code $?"
    mount -o remount,size=300k "$2/small"
    "$1" restore "$2/hub.tar" --data "$2/small/hub"; echo "code $?"
    ls -A "$2/small/hub"
    mount -o remount,size=64m "$2/small"
    "$1" restore "$2/hub.tar" --data "$2/small/hub" >/dev/null; echo "code $?"
    """

  @Test func `a full disk leaves neither half a backup nor half a hub`() throws {
    let mission = try Mission()
    let end = try Running(
      "/usr/bin/unshare",
      [
        "-rm", "bash", "-c", Self.fullDisk, "full", Running.folder + "/djoliba-server",
        mission.folder,
      ]
    ).finish()
    let lines = end.out.split(separator: "\n").map(String.init)
    #expect(lines == ["code 73", "code 0", "code 73", "code 0"], "\(end.out) \(end.err)")
    #expect(end.err.components(separatedBy: "The disk is full.").count == 3, "\(end.err)")
  }

  /// As it stands while it serves: a hub that was stopped has closed its log, and needs room to open
  /// one.
  @Test(arguments: [false, true])
  func `a hub whose own disk is full can still be saved elsewhere`(isSealed: Bool) throws {
    let mission = try Mission()
    let key = isSealed ? mission.path("secours.key") : ""
    if isSealed { try succeed(mission.hub("recovery-key", key)) }
    let script = """
      set -u
      mkdir -p "$2/small"
      mount -t tmpfs -o size=12m none "$2/small"
      cp -a "$2/hub" "$2/small/"
      cat /dev/zero >"$2/small/rest" 2>/dev/null
      "$1" backup "$2/hub.tar" --data "$2/small/hub"; echo "code $?"
      "$1" restore "$2/hub.tar" --data "$2/again" ${3:+--key "$3"} >&2; echo "code $?"
      """
    let end = try Running(
      "/usr/bin/unshare",
      [
        "-rm", "bash", "-c", script, "full", Running.folder + "/djoliba-server", mission.folder,
        key,
      ]
    ).finish()
    #expect(end.out.contains("code 0\ncode 0"), "\(end.out) \(end.err)")
    #expect(end.err.contains("is not in the audit log"), "\(end.err)")
  }

  private static let stoppedOnFullDisk = """
    set -u
    mkdir -p "$2/small"
    mount -t tmpfs -o size=12m none "$2/small"
    cp -a "$2/hub" "$2/small/"
    rm -f "$2"/small/hub/*-wal "$2"/small/hub/*-shm
    cat /dev/zero >"$2/small/rest" 2>/dev/null
    before="$(md5sum <"$2/small/hub/hub.sqlite")"
    "$1" run --data "$2/small/hub"; echo "code $?"
    "$1" backup "$2/hub.tar" --data "$2/small/hub"; echo "code $?"
    [ "$before" = "$(md5sum <"$2/small/hub/hub.sqlite")" ] && echo same
    rm "$2/small/rest"
    "$1" run --data "$2/small/hub" 2>"$2/told" &
    until grep -q "listens on" "$2/told" || ! kill -0 $!; do :; done
    kill $!; wait $!; echo "code $?"
    "$1" verify --data "$2/small/hub" >/dev/null; echo "code $?"
    """

  @Test func `a hub that was stopped on a full disk says so, and serves when there is room`()
    throws
  {
    let mission = try Mission(serving: false)
    let end = try Running(
      "/usr/bin/unshare",
      [
        "-rm", "bash", "-c", Self.stoppedOnFullDisk, "full", Running.folder + "/djoliba-server",
        mission.folder,
      ]
    ).finish()
    let lines = end.out.split(separator: "\n").map(String.init)
    #expect(lines == ["code 73", "code 73", "same", "code 0", "code 0"], "\(end.out) \(end.err)")
    #expect(end.err.components(separatedBy: "The disk is full.").count == 3, "\(end.err)")
  }
}
