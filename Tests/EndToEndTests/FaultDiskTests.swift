import Foundation
import Testing

/// A disk that fills, a file that is damaged: one sentence, the right code, nothing lost.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultDiskTests {
  /// In a mount namespace of its own, so that the small disk goes with the script.
  private static let smallDisk = """
    set -u
    mkdir -p "$2/small"
    mount -t tmpfs -o size=1600k none "$2/small"
    cp -a "$2/kidal" "$2/small/"
    "$1" sync --data "$2/small/kidal"; echo "code $?"
    "$1" sync --data "$2/small/kidal"; echo "code $?"
    "$1" list contact --json --data "$2/small/kidal" | grep -c '"Unsent"'
    mount -o remount,size=64m "$2/small"
    "$1" sync --data "$2/small/kidal" >&2; echo "code $?"
    rm -r "$2/kidal"; cp -a "$2/small/kidal" "$2/"
    """

  @Test func `a full disk ends a sync with 73, and the next one goes on`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.enroll("kidal")
    try place.sql("gao", FaultPlace.insert("R", count: 3000))
    try place.at("gao", "sync").succeeding()
    try place.sql("kidal", FaultPlace.insert("Unsent"))
    let end = try Running(
      "/usr/bin/unshare",
      ["-rm", "bash", "-c", Self.smallDisk, "small", Running.folder + "/djoliba", place.folder]
    ).finish()
    #expect(end.code == 0)
    let lines = end.out.split(separator: "\n").map(String.init)
    #expect(lines == ["code 73", "code 73", "1", "code 0"], "\(end.sentences)")
    #expect(end.sentences.filter { $0.contains("disk is full") }.count == 2, "\(end.sentences)")
    try place.at("gao", "sync").succeeding()
    #expect(try place.contacts("kidal").count == 3001)
    #expect(try place.contacts("gao") == place.contacts("kidal"))
    #expect(try place.digests("kidal") == place.digests("gao"))
  }

  /// Reads a replica with unsettled writes of another program on a full disk, then in a folder
  /// that is for reading alone.
  private static let noRoom = """
    set -u
    mkdir -p "$2/small" "$2/closed"
    mount -t tmpfs -o size=1200k none "$2/small"
    cp -a "$2/gao" "$2/small/"
    cat /dev/zero >"$2/small/rest" 2>/dev/null
    mount --bind "$2/gao" "$2/closed"
    mount -o remount,ro,bind "$2/closed"
    for place in small/gao closed; do
      "$1" list contact --json --data "$2/$place" | grep -c '"Urgence"'
      "$1" search urgence --json --data "$2/$place" | grep -c '"Urgence"'
      "$1" status --json --data "$2/$place" >&2; echo "code $?"
      "$1" set contact "$3" locality=X --data "$2/$place"; echo "code $?"
    done
    "$1" status --json --data "$2/gao" >"$2/small/more"; echo "code $?"
    """

  @Test func `reading goes on where nothing can be written`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    let fields = ["add", "contact", "display_name=Avant"] + FaultPlace.contactFields
    let id = try place.start("gao", fields).finish().succeeding().out
      .trimmingCharacters(in: .newlines)
    try place.at("gao", "sync").succeeding()
    try place.sql("gao", FaultPlace.insert("Urgence"))
    let end = try Running(
      "/usr/bin/unshare",
      [
        "-rm", "bash", "-c", Self.noRoom, "closed", Running.folder + "/djoliba", place.folder, id,
      ]
    ).finish()
    let lines = end.out.split(separator: "\n").map(String.init)
    #expect(
      lines == ["1", "1", "code 0", "code 73", "1", "1", "code 0", "code 73", "code 73"],
      "\(lines) \(end.sentences)")
    #expect(end.sentences.filter { $0.contains("disk is full") }.count == 2, "\(end.sentences)")
    #expect(end.sentences.filter { $0.hasPrefix("Cannot write") }.count == 1, "\(end.sentences)")
  }

  /// The hub's folder, as it is after its process was killed, where nothing can be written. `$1` is the
  /// programs' folder, `$2` the mission's.
  private static let closedHub = """
    set -u
    mkdir -p "$2/closed"
    mount --bind "$2/hub" "$2/closed"
    mount -o remount,ro,bind "$2/closed"
    hub() {
      timeout 60 "$1/djoliba-server" "${@:3}" --data "$2/closed" >"$2/told"
      echo "$3 $? $(wc -l <"$2/told")"
    }
    hub "$@" run
    hub "$@" invite --base GAO --role resp_base --name B --out "$2/b.invitation"
    hub "$@" device revoke 1
    ls "$2" | grep -c '^b.invitation$'
    """

  @Test func `a hub that cannot write says so in one sentence, and has everything when it can`()
    throws
  {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.sql("gao", FaultPlace.insert("R", count: 30))
    try place.at("gao", "sync").succeeding()
    let digests = try place.digests(nil)
    try place.sql("gao", FaultPlace.insert("Unsent"))
    _ = place.killHub()
    let end = try Running(
      "/usr/bin/unshare",
      ["-rm", "bash", "-c", Self.closedHub, "closed", Running.folder, place.folder]
    ).finish()
    let lines = end.out.split(separator: "\n").map(String.init)
    #expect(lines == ["run 73 0", "invite 73 0", "device 73 0", "0"], "\(end.sentences)")
    // Each time what is, and what to do.
    #expect(end.sentences.count == 6, "\(end.sentences)")
    #expect(end.sentences.filter { $0.hasPrefix("Cannot write") }.count == 3, "\(end.sentences)")
    try place.startHub()
    #expect(try place.digests(nil) == digests)
    try place.at("gao", "sync").succeeding()
    #expect(try place.pending("gao") == 0)
    #expect(try place.contacts("gao").count == 31)
    #expect(try place.digests("gao") == place.digests(nil).filter { $0.key != "bamako" })
  }

  private static let damages: [(name: String, script: String)] = [
    ("garbage", "open(f, 'wb').write(os.urandom(20000))"),
    ("text", "open(f, 'wb').write(b'Bonjour' * 3000)"),
    ("empty", "open(f, 'wb').close()"),
    ("half", "os.truncate(f, os.path.getsize(f) // 2)"),
    ("a page short", "os.truncate(f, os.path.getsize(f) - 4096)"),
    (
      "garbage after the first page",
      "h = open(f, 'r+b'); h.seek(4096); h.write(os.urandom(os.path.getsize(f) - 4096))"
    ),
    ("another database", "os.remove(f); sqlite3.connect(f).execute('CREATE TABLE t(a)')"),
  ]

  @Test func `a damaged replica is told in one sentence`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.sql("gao", FaultPlace.insert("R", count: 30))
    try place.at("gao", "sync").succeeding()
    let whole = try Data(contentsOf: URL(filePath: place.replica("gao")))
    for damage in Self.damages {
      for arguments in [["sync"], ["status"], ["list", "contact"], ["search", "R1"]] {
        for tail in ["-wal", "-shm"] {
          try? FileManager.default.removeItem(atPath: place.replica("gao") + tail)
        }
        try whole.write(to: URL(filePath: place.replica("gao")))
        let script = "f = replica\n" + damage.script
        try place.python("gao", script).finish().succeeding()
        let end = try place.start("gao", arguments).finish()
        let comment = "\(damage.name) \(arguments) \(end.code) \(end.sentences)"
        #expect(end.code == 65 && !end.wasKilled, "\(comment)")
        #expect((1...3).contains(end.sentences.count), "\(comment)")
      }
    }
    try whole.write(to: URL(filePath: place.replica("gao")))
    try place.at("gao", "sync").succeeding()
    #expect(try place.digests("gao") == place.digests(nil).filter { $0.key != "bamako" })
  }

  @Test func `whatever is left of a damaged replica, a fresh one takes its place`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.sql("gao", FaultPlace.insert("R", count: 30))
    try place.at("gao", "sync").succeeding()
    let expected = (0..<30).map { "R\($0)" }.sorted()
    for damage in Self.damages {
      try place.python("gao", "f = replica\n" + damage.script).finish().succeeding()
      let found = try place.at("gao", "verify")
      #expect(found.code == 65 && found.err.contains("verify --rebuild"), "\(found.err)")
      let end = try place.at("gao", "verify", "--rebuild")
      #expect([0, 65].contains(end.code) && !end.wasKilled, "\(damage.name) \(end.sentences)")
      try place.at("gao", "sync").succeeding()
      #expect(try place.contacts("gao") == expected, "\(damage.name)")
      #expect(try place.digests("gao") == place.digests(nil).filter { $0.key != "bamako" })
      try place.removeDamaged("gao")
    }
  }

  @Test func `a log that is gone is an older replica, which takes its writes back`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    // Ends without closing the file, so that its writes are in the log alone.
    let writer = try place.python(
      "gao",
      """
      db = sqlite3.connect(replica)
      db.execute("PRAGMA wal_autocheckpoint = 0")
      db.executescript("BEGIN;" + given + ";COMMIT")
      say("written")
      wait()
      os._exit(0)
      """, FaultPlace.insert("Un"))
    try writer.wait(for: "written")
    try place.at("gao", "sync").succeeding()
    try place.open()
    try writer.finish().succeeding()
    for tail in ["-wal", "-shm"] {
      try FileManager.default.removeItem(atPath: place.replica("gao") + tail)
    }
    #expect(try place.contacts("gao") == [])
    try place.at("gao", "sync").succeeding()
    #expect(try place.contacts("gao") == ["Un"])
    #expect(try place.digests("gao") == place.digests(nil).filter { $0.key == "mission" })
  }
}
