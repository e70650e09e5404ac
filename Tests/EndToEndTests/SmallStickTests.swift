import Foundation
import Testing

/// A stick that is really full.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SmallStickTests {
  private static let script = """
    set -u
    djoliba="$1/djoliba" hub="$1/djoliba-server" place="$2"
    stick="$place/stick"; mkdir "$stick"
    mount -t tmpfs -o size=256k none "$stick"
    "$djoliba" bundle write "$stick/gao.bundle" --data "$place/gao" >/dev/null; echo "code $?"
    cp "$stick/gao.bundle" "$place/first"
    cat /dev/zero >"$stick/films" 2>/dev/null
    "$djoliba" add contact "$3" $4 --data "$place/gao" >/dev/null; echo "code $?"
    "$djoliba" bundle write "$stick/gao.bundle" --data "$place/gao"; echo "code $?"
    cmp "$stick/gao.bundle" "$place/first"; echo "same $?"
    ls -A "$stick" | tr '\\n' ' '; echo
    "$djoliba" status --json --data "$place/gao" | grep -o '"pending":[0-9]*'
    "$hub" bundle read "$place/first" --answer "$stick/gao.answer" --data "$place/hub"; echo "code $?"
    ls -A "$stick" | tr '\\n' ' '; echo
    rm "$stick/films"
    "$djoliba" bundle write "$stick/gao.bundle" --data "$place/gao" >/dev/null; echo "code $?"
    "$hub" bundle read "$stick/gao.bundle" --answer "$stick/gao.answer" --data "$place/hub" >/dev/null
    "$djoliba" bundle read "$stick/gao.answer" --data "$place/gao" >/dev/null; echo "code $?"
    "$djoliba" status --json --data "$place/gao" | grep -o '"pending":[0-9]*'
    """

  @Test func `a full stick keeps the bundle that was on it, and nothing is lost`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.at("gao", "sync").succeeding()
    _ = place.killHub()
    let end = try Running(
      "/usr/bin/unshare",
      [
        "-rm", "bash", "-c", Self.script, "stick", Running.folder, place.folder,
        "display_name=Portée", FaultPlace.contactFields.joined(separator: " "),
      ]
    ).finish()
    let lines = end.out.split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    #expect(
      lines == [
        "code 0", "code 0", "code 73", "same 0", "films gao.bundle", "\"pending\":1", "code 73",
        "films gao.bundle", "code 0", "code 0", "\"pending\":0",
      ], "\(end.out) \(end.err)")
    #expect(end.err.components(separatedBy: "The disk is full.").count == 3, "\(end.err)")
  }
}
