import Foundation
import Testing

/// What people do to a laptop whose disk is full: one sentence, the right code, and nothing of what was
/// begun stays.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FullDiskTests {
  /// In a mount namespace of its own. `$1` is the program, `$2` the place; the machine's keys lie where
  /// there is room.
  private static let script = """
    set -u
    export XDG_CONFIG_HOME="$2/config"
    mkdir -p "$2/small" "$XDG_CONFIG_HOME"
    mount -t tmpfs -o size=24m none "$2/small"
    cp -a "$2/gao" "$2/small/"
    cat /dev/zero >"$2/small/rest" 2>/dev/null
    ls -A "$2/small/gao" | sort >"$2/before"
    "$1" verify --rebuild --data "$2/small/gao"; echo "rebuild $?"
    "$1" seal --machine-key --data "$2/small/gao"; echo "seal $?"
    ls -A "$2/small/gao" | sort | diff "$2/before" - && echo "as before"
    find "$XDG_CONFIG_HOME" -type f | wc -l
    rm "$2/small/rest"
    "$1" seal --machine-key --data "$2/small/gao" >&2; echo "seal $?"
    find "$XDG_CONFIG_HOME" -type f | wc -l
    "$1" verify --rebuild --data "$2/small/gao" >&2; echo "rebuild $?"
    "$1" list contact --json --data "$2/small/gao" | grep -c '"Unsent"'
    """

  @Test func `a full disk is said, and neither a key nor half a rescue is left`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.sql("gao", FaultPlace.insert("Unsent"))
    #expect(try place.contacts("gao") == ["Unsent"])
    let end = try Running(
      "/usr/bin/unshare",
      ["-rm", "bash", "-c", Self.script, "full", Running.folder + "/djoliba", place.folder]
    ).finish()
    let lines = end.out.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(
      lines == ["rebuild 73", "seal 73", "as before", "0", "seal 0", "1", "rebuild 0", "1"],
      "\(lines) \(end.sentences)")
    #expect(end.sentences.filter { $0.contains("disk is full") }.count == 2, "\(end.sentences)")
  }

  @Test func `a folder has one server, on whichever port`() throws {
    let place = try FaultPlace()
    let second = try Running(
      program: "djoliba-server",
      ["run", "--listen", "127.0.0.1:0", "--data", place.folder + "/hub"]
    ).finish()
    #expect(second.code == 73)
    #expect(second.err.contains("Another server already runs on this folder."), "\(second.err)")
    // The lock goes with its process, however that ends.
    _ = place.killHub()
    try place.startHub()
  }
}
