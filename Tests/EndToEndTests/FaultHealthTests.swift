import Foundation
import Testing

/// What the hub says of itself when its disk is full.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultHealthTests {
  /// The hub runs on a small disk in a mount namespace of its own. `$1` is the programs' folder, `$2`
  /// the mission's, `$3` the address.
  private static let fullDisk = """
    set -u
    mkdir -p "$2/small"
    mount -t tmpfs -o size=24m none "$2/small"
    cp -a "$2/hub" "$2/small/"
    "$1/djoliba-server" run --data "$2/small/hub" 2>"$2/told" &
    until grep -q "listens on" "$2/told" || ! kill -0 $!; do :; done
    ask() {
      curl -s --noproxy '*' --cacert "$2/hub/authority.pem" -H 'Accept-Language: en' \\
        -w '\\n%{http_code} %{content_type}\\n' "$3/v1/health"
    }
    ask "$@"
    cat /dev/zero >"$2/small/rest" 2>/dev/null
    until ask "$@" | grep -q '^503'; do :; done
    ask "$@"
    "$1/djoliba" sync --data "$2/gao"; echo "sync $?"
    rm "$2/small/rest"
    until ask "$@" | grep -q '^200'; do :; done
    "$1/djoliba" sync --data "$2/gao" >/dev/null; echo "sync $?"
    ls "$2/small/hub" | grep -c probe
    kill %1; wait %1; echo "hub $?"
    """

  @Test func `a hub whose disk is full says so, and that it is well when there is room again`()
    throws
  {
    let mission = try Mission(serving: false)
    _ = try mission.add(.gao, "contact", Samples.contact("Fatou Exemple"))
    let end = try Running(
      "/usr/bin/unshare",
      [
        "-rm", "bash", "-c", Self.fullDisk, "full", Running.folder, mission.folder, mission.address,
      ]
    ).finish()
    let lines = end.out.split(separator: "\n").map(String.init)
    try #require(lines.count == 8, "\(lines) \(end.err)")
    #expect(lines[0].hasPrefix(#"{"devices":4,"now":"#) && lines[0].hasSuffix(#""status":"ok"}"#))
    #expect(lines[1] == "200 application/json")
    #expect(lines[2].contains(#""code":"hub_unable""#))
    #expect(!lines[2].contains("small"))
    #expect(lines[3] == "503 application/problem+json")
    #expect(lines[4...] == ["sync 69", "sync 0", "0", "hub 0"], "\(end.err)")
  }
}
