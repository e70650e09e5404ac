import Foundation
import Testing

/// A laptop that got lost, and the log of what was done about it, with the real programs.
@Suite struct WipeTests {
  /// Runs a program on a terminal, types an answer, and says how it ended.
  private static let onTerminal = """
    import os, pty, sys
    child, terminal = pty.fork()
    if child == 0: os.execv(sys.argv[2], sys.argv[2:])
    os.write(terminal, (sys.argv[1] + "\\n").encode())
    said = b""
    try:
        while True: said += os.read(terminal, 1024)
    except OSError: pass
    sys.stderr.write(said.decode())
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """

  private func exists(_ mission: Mission, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: mission.path(name))
  }

  @Test func `a laptop is wiped by order, and Bamako decides about what it handed over`() throws {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Fatou Exemple"))
    let devices = try succeed(mission.hub("device", "list", "--json")).jsonLines()
    let number = try #require(devices.first { $0["name"] == "gao" }?["number"].int)
    let told = try succeed(mission.hub("device", "revoke", "\(number)", "--wipe"))
    #expect(told.err.contains("wipes itself"))
    let ended = try mission.at(.gao, "sync")
    #expect(ended.code == 77)
    #expect(ended.err.contains("were wiped, as Bamako ordered"))
    #expect(!exists(mission, "gao"))
    #expect(try mission.at(.gao, "status").code == 64)
    let parcel = try succeed(mission.hub("inbox", "list", "--json")).json()
    #expect(parcel["records"] == 1 && parcel["outcome"] == "waiting")
    #expect(parcel["types"]["contact"] == 1)
    #expect(try succeed(mission.hub("device", "list")).out.contains("wiped "))
    try succeed(mission.hub("inbox", "admit", "1"))
    #expect(try mission.hub("inbox", "drop", "1").code == 65)
    try mission.sync(.kidal)
    #expect(try mission.show(.kidal, "contact", id)["display_name"] == "Fatou Exemple")
    let check = try succeed(mission.hub("verify", "--json")).json()
    #expect(check["log"]["fault"] == .null)
    #expect(!(check["log"]["last"].text ?? "").isEmpty)
  }

  @Test func `a wipe asks on a terminal, and nowhere else`() throws {
    let mission = try Mission()
    let asked = try mission.at(.gao, "wipe")
    #expect(asked.code == 64 && asked.err.contains("--now"))
    #expect(exists(mission, "gao/replica.sqlite"))
    try mission.write("Ma chère Awa", to: "gao/lettre.txt")
    let program = Running.folder + "/djoliba"
    let arguments = ["wipe", "--data", mission.path("gao"), "--lang", "en"]
    for (answer, code) in [("no", "75"), ("", "75"), ("wipe", "0")] {
      #expect(exists(mission, "gao/replica.sqlite"))
      let said = try Running(
        "/usr/bin/python3", ["-c", Self.onTerminal, answer, program] + arguments
      ).finish()
      #expect(said.out == code + "\n")
      #expect(said.err.contains("With what else lies there (1): lettre.txt"), "\(said.err)")
    }
    #expect(!exists(mission, "gao"))
    #expect(try mission.at(.gao, "wipe", "--now").code == 64)
    #expect(try succeed(mission.at(.kidal, "wipe", "--now")).err.contains("Wiped"))
    #expect(!exists(mission, "kidal"))
  }

  @Test func `a service ends when its folder is wiped`() throws {
    let mission = try Mission()
    let watch = try Running(
      program: "djoliba", ["watch", "--every", "1", "--data", mission.path("gao")])
    try watch.wait(for: "Synced")
    try succeed(mission.at(.gao, "wipe", "--now"))
    let ended = watch.finish()
    #expect(ended.code == 64, "\(ended.err)")
    #expect(!exists(mission, "gao"))
  }

  @Test func `a hub's folder takes no device, and a device's no hub`() throws {
    let mission = try Mission()
    let invitation = try mission.invite("both", base: "GAO", role: "resp_base")
    let hub = mission.path("hub")
    let taken = try Running(program: "djoliba", ["enroll", invitation, "--data", hub]).finish()
    #expect(taken.code == 73 && taken.err.contains("already holds a hub"), "\(taken.err)")
    #expect(!exists(mission, "hub/device.json"))
    let words = ["init", "--data", mission.path("gao"), "--address", "https://127.0.0.1:1"]
    let refused = try Running(program: "djoliba-server", words).finish()
    #expect(refused.code == 73 && refused.err.contains("already linked"), "\(refused.err)")
    try succeed(mission.at(.gao, "status"))
  }

  @Test func `verify names the line of the log that was changed, and the one that is gone`() throws
  {
    let mission = try Mission()
    let sound = try succeed(mission.hub("verify"))
    let witness = try #require(sound.out.split(separator: " ").last).filter { !$0.isNewline }
    try succeed(mission.hub("verify", "--witness", String(witness)))
    let file = mission.path("hub/hub.sqlite")
    try mission.sqlite(
      file, "DROP TRIGGER _audit_stays; UPDATE _audit SET who = 'shell:nobody' WHERE n = 2")
    let broken = try mission.hub("verify")
    #expect(broken.code == 65 && broken.err.contains("line 2"))
    #expect(try mission.hub("verify", "--json").out.contains(#""sound":false"#))
    let other = try mission.hub("verify", "--witness", "99:" + String(repeating: "a", count: 64))
    #expect(other.code == 65)
    #expect(try mission.hub("verify", "--witness", "nonsense").code == 64)
  }
}
