import Foundation
import Testing

/// The Debian packages, made of the programs under test and installed below a folder.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PackageTests {
  private static let checkout = URL(filePath: Mission.examples).deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// `$1` the checkout, `$2` the programs, `$3` a folder.
  private static let install = """
    set -euo pipefail
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    COMPRESSION=none "$1/packaging/deb.sh" "$2" 0.1.0 "$3/debs" >/dev/null
    mkdir -p "$3/root/etc"
    # Whoever is root in a namespace of their own can give files to nobody else: the hub's user is there
    # already, and is that one.
    printf 'djoliba:x:0:0::/srv/djoliba:/usr/sbin/nologin\\n' >"$3/root/etc/passwd"
    printf 'djoliba:x:0:\\n' >"$3/root/etc/group"
    as_root=(); [[ $EUID -eq 0 ]] || as_root=(unshare -r)
    "${as_root[@]}" dpkg --root="$3/root" --force-script-chrootless --force-depends --log=/dev/null \\
      -i "$3"/debs/*.deb >"$3/told" 2>&1 || { cat "$3/told" >&2; exit 1; }
    # Elsewhere the user is made.
    mkdir -p "$3/bare/etc"
    "${as_root[@]}" systemd-sysusers --root="$3/bare" "$3/root/usr/lib/sysusers.d/djoliba.conf" 2>"$3/told"
    grep '^djoliba:' "$3/bare/etc/passwd" | cut -d: -f6
    stat -c '%a %n' "$3/root/srv/djoliba" "$3/root/var/backups/djoliba" | sed "s|$3/root||"
    mkdir "$3/units"
    for unit in "$3"/root/usr/lib/systemd/*/djoliba-*; do
      sed "s|/usr/bin/djoliba|$3/root/usr/bin/djoliba|" "$unit" >"$3/units/${unit##*/}"
    done
    systemd-analyze verify --man=no --recursive-errors=no "$3"/units/*.service "$3"/units/*.timer
    """

  @Test func `both packages install, their units are sound, and what they install works`() throws {
    let place = Mission.empty()
    let installed = try Running(
      "/bin/bash", ["-c", Self.install, "install", Self.checkout, Running.folder, place.folder]
    ).finish()
    #expect(installed.code == 0, "\(installed.err)")
    #expect(installed.err == "")
    #expect(installed.out == "/srv/djoliba\n700 /srv/djoliba\n700 /var/backups/djoliba\n")

    let root = place.path("root")
    let bin = root + "/usr/bin/"
    func run(_ program: String, _ words: String...) throws -> Ended {
      try succeed(Running(bin + program, words, environment: Self.libraries).finish())
    }
    #expect(try run("djoliba", "--version").out == run("djoliba-server", "--version").out)
    let data = root + "/srv/djoliba"
    _ = try run("djoliba-server", "init", "--data", data)
    // As the nightly service does it, in the packaged folder.
    let unit = try place.read("root/usr/lib/systemd/system/djoliba-backup.service")
    let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
    let command = String(line.split(separator: "'")[1]).replacing("$$", with: "$")
      .replacing("%%", with: "%").replacing("/usr/bin/", with: bin)
      .replacing("/srv/djoliba", with: data).replacing("/var/backups", with: root + "/var/backups")
    try succeed(Running("/bin/sh", ["-c", command], environment: Self.libraries).finish())
    let backups = try FileManager.default.contentsOfDirectory(atPath: root + "/var/backups/djoliba")
    #expect(backups.count == 1 && backups[0].contains(#/^hub-[0-9-]+\.tar$/#), "\(backups)")
  }

  @Test func `the hub's service keeps off what it does not need`() throws {
    let ended = try Running(
      "/usr/bin/systemd-analyze",
      [
        "security", "--offline=yes", "--no-pager", "--threshold=20",
        Self.checkout + "/packaging/djoliba-server.service",
        Self.checkout + "/packaging/djoliba-backup.service",
      ]
    ).finish()
    #expect(ended.code == 0, "\(ended.out)")
  }

  /// The programs under test may look for Swift's libraries where they were built.
  private static let libraries =
    ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ["LD_LIBRARY_PATH=\($0)"] } ?? []
}
