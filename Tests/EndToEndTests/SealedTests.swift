import Foundation
import Testing

/// Replicas that are sealed, with the real programs.
@Suite struct SealedTests {
  private static let canary = "Tombouctou la mystérieuse"

  /// A laptop beside those of the mission, with a machine's folder of keys.
  private struct Sealed {
    let mission: Mission
    let name: String
    var environment: [String]

    init(_ mission: Mission, name: String = "sealed", passphrase: String? = nil) throws {
      (self.mission, self.name) = (mission, name)
      environment = ["XDG_CONFIG_HOME=\(mission.path("config"))"]
      if let passphrase { try use(passphrase) }
    }

    mutating func use(_ passphrase: String, _ variable: String = "DJOLIBA_PASSPHRASE_FILE") throws {
      let file = "\(variable).\(passphrase.count)"
      environment.removeAll { $0.hasPrefix(variable + "=") }
      environment.append("\(variable)=\(try mission.write(passphrase + "\n", to: file))")
    }

    func start(_ arguments: [String], locale: String = Sentence.english) throws -> Running {
      try Running(
        program: "djoliba", arguments + ["--data", mission.path(name)], locale: locale,
        environment: environment)
    }

    @discardableResult
    func run(_ arguments: String..., locale: String = Sentence.english) throws -> Ended {
      try start(arguments, locale: locale).finish()
    }

    func enroll(_ option: String) throws {
      let invitation = try mission.invite(name, base: "GAO", role: "resp_base")
      try succeed(run("enroll", invitation, option))
    }

    var replica: String { mission.path(name) + "/replica.sqlite" }

    /// The files of the data folder that hold these words.
    func files(with words: String) throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: mission.path(name)).filter { file in
        let bytes = FileManager.default.contents(atPath: mission.path(name) + "/" + file)
        return bytes?.range(of: Data(words.utf8)) != nil
      }
    }
  }

  private static let noKey = Sentence(
    code: 65,
    fr: (
      "La clé qui ouvre les fiches de ce portable manque, ou c'est une autre.",
      "Remettez key.json et la clé de la machine ; sans eux, demandez une invitation."
    ),
    en: (
      "The key that opens the records of this laptop is missing, or is another.",
      "Put key.json and the machine's key back; without them, ask for an invitation."
    ))
  private static let wrongPassphrase = Sentence(
    code: 77,
    fr: (
      "Ce n'est pas la phrase secrète de ce portable.",
      "Vérifiez les majuscules et le clavier, puis recommencez ; rien n'est perdu."
    ),
    en: (
      "This is not the passphrase of this laptop.",
      "Check the capital letters and the keyboard, then try again; nothing is lost."
    ))
  private static let passphraseNeeded = Sentence(
    code: 77,
    fr: (
      "Les fiches de ce portable sont scellées par une phrase secrète.",
      "Lancez la commande dans un terminal, ou donnez DJOLIBA_PASSPHRASE_FILE."
    ),
    en: (
      "The records of this laptop are sealed with a passphrase.",
      "Run the command in a terminal, or give DJOLIBA_PASSPHRASE_FILE."
    ))

  @Test func `a laptop that seals with its machine's key syncs as any other and tells nothing`()
    throws
  {
    let mission = try Mission()
    let laptop = try Sealed(mission)
    try laptop.enroll("--machine-key")
    try succeed(
      laptop.start(["add", "contact"] + Samples.contact(Self.canary)).finish())
    #expect(try succeed(laptop.run("search", "tombouctou", "--json")).json()["pending"] == true)
    #expect(try laptop.files(with: Self.canary) == [])
    #expect(try laptop.files(with: "display_name") == ["replica.sqlite.outline"])
    #expect(try succeed(laptop.run("status", "--json")).json()["sealed"] == true)
    let report = try succeed(laptop.run("sync", "--json")).json()
    #expect(report["admitted"] == 1)
    #expect(report["digests_equal"] == true)
    #expect(try succeed(laptop.run("verify", "--json")).json()["sound"] == true)
    let shell = try Running("/usr/bin/sqlite3", [laptop.replica, "SELECT 1 FROM contact"]).finish()
    #expect(shell.code != 0)

    // A copy of the folder without the machine.
    try FileManager.default.moveItem(
      atPath: mission.path("config"), toPath: mission.path("elsewhere"))
    try Self.noKey.expect { try laptop.run("list", "contact", locale: $0) }
    try FileManager.default.moveItem(
      atPath: mission.path("elsewhere"), toPath: mission.path("config"))
    try succeed(laptop.run("list", "contact"))
    try FileManager.default.removeItem(atPath: mission.path("sealed/key.json"))
    #expect(try laptop.run("list", "contact").code == 65)
  }

  @Test func `whoever holds the key reads and writes it in SQL, and what they write is sent`()
    throws
  {
    let mission = try Mission()
    let laptop = try Sealed(mission)
    try laptop.enroll("--machine-key")
    try succeed(
      laptop.run(
        "sql", "INSERT INTO \(Samples.sqlColumns) VALUES \(Samples.sqlValues(Self.canary))"))
    let query = "SELECT display_name, base_code, 1.5, NULL FROM contact ORDER BY _row DESC LIMIT 1"
    #expect(try succeed(laptop.run("sql", query)).out == "\(Self.canary)|GAO|1.5|\n")
    let row = try succeed(laptop.run("sql", query, "--json")).json()
    #expect(row["display_name"].text == Self.canary)
    #expect(try succeed(laptop.run("sync", "--json")).json()["admitted"] == 1)
    #expect(try mission.sync(.kidal)["received"].int ?? 0 >= 1)
    #expect(try mission.ids(.kidal, "contact", where: "display_name=\(Self.canary)").count == 1)

    let wrong = try laptop.run("sql", "SELEC 1")
    #expect(wrong.code == 64)
    #expect(wrong.err.contains("syntax error"))
    #expect(try laptop.run("sql", "UPDATE contact SET id = 'x'").code == 65)
    #expect(try laptop.run("sql", "BEGIN; DELETE FROM contact").code == 0)
    #expect(try succeed(laptop.run("sql", "SELECT count(*) > 0 FROM contact")).out == "1\n")
  }

  @Test func `a passphrase opens it, and no other does`() throws {
    let mission = try Mission()
    var laptop = try Sealed(mission, passphrase: "quatre mots pour Gao")
    try laptop.enroll("--passphrase")
    try succeed(laptop.run("list", "contact"))
    try laptop.use("quatre mots pour Kidal")
    try Self.wrongPassphrase.expect { try laptop.run("status", locale: $0) }
    laptop.environment.removeAll { $0.hasPrefix("DJOLIBA") }
    try Self.passphraseNeeded.expect { try laptop.run("status", locale: $0) }

    try laptop.use("quatre mots pour Gao")
    try laptop.use("cinq mots neufs pour Gao", "DJOLIBA_NEW_PASSPHRASE_FILE")
    try succeed(laptop.run("seal", "--passphrase"))
    Self.wrongPassphrase.expect(try laptop.run("status"))
    try laptop.use("cinq mots neufs pour Gao")
    try succeed(laptop.run("status"))
    try laptop.use("court", "DJOLIBA_NEW_PASSPHRASE_FILE")
    #expect(try laptop.run("seal", "--passphrase").code == 65)
    try succeed(laptop.run("status"))
  }

  /// Answers each line that a program asks for on a terminal, and prints what stood there.
  private static let typist = """
    import os, pty, sys
    child, screen = pty.fork()
    if child == 0: os.execve(sys.argv[1], sys.argv[1:-1], {"LANG": "en_US.UTF-8"})
    said, answers = b"", sys.argv[-1].split("|")
    while True:
        try: more = os.read(screen, 4096)
        except OSError: break
        if not more: break
        said += more
        if answers and said.endswith(b": "): os.write(screen, answers.pop(0).encode() + b"\\n")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, said.decode())
    """

  @Test func `a passphrase is typed twice to seal and once to open, and is not shown`() throws {
    let mission = try Mission(serving: false)
    func type(_ answers: String, _ arguments: String...) throws -> String {
      let program = [Running.folder + "/djoliba"] + arguments + ["--data", mission.path("gao")]
      return try succeed(
        Running("/usr/bin/python3", ["-c", Self.typist] + program + [answers]).finish()
      ).out
    }
    let phrase = "quatre mots pour Gao"
    #expect(try type("\(phrase)|\(phrase)s", "seal", "--passphrase").hasPrefix("77 "))
    let sealing = try type("\(phrase)|\(phrase)", "seal", "--passphrase")
    #expect(sealing.hasPrefix("0 New passphrase: "))
    #expect(sealing.contains("Once more: ") && sealing.contains("The records are sealed."))
    let opening = try type(phrase, "status")
    #expect(opening.hasPrefix("0 Passphrase: "))
    #expect(opening.contains("Records sealed: yes"))
    #expect(try type("une autre phrase", "status").hasPrefix("77 "))
    #expect(!(sealing + opening).contains(phrase))
  }

  @Test func `an enrolled laptop is sealed later, with what it has not sent`() throws {
    let mission = try Mission()
    let laptop = try Sealed(mission, name: "gao")
    try succeed(laptop.start(["add", "contact"] + Samples.contact(Self.canary)).finish())
    #expect(try laptop.files(with: Self.canary) != [])
    try succeed(laptop.run("seal", "--machine-key"))
    #expect(try laptop.files(with: Self.canary) == [])
    #expect(try succeed(laptop.run("sync", "--json")).json()["admitted"] == 1)
    #expect(try laptop.run("seal").code == 64)
    #expect(try laptop.run("seal", "--machine-key", "--passphrase").code == 64)
  }

  @Test
  func `a sealed laptop's identity is no thief's, and the one that lay open is worth nothing`()
    throws
  {
    let mission = try Mission()
    let laptop = try Sealed(mission, name: "gao")
    let open = try mission.read("gao/device.json")
    let secrets = open.matches(of: #/"(token|bundleSecret)" : "([0-9a-f]{64})"/#).map { $0.2 }
    try #require(secrets.count == 2)
    try succeed(laptop.run("seal", "--machine-key"))
    for secret in secrets { #expect(try laptop.files(with: String(secret)) == []) }
    #expect(try !mission.read("gao/device.json").contains(#/"[0-9a-f]{64}"/#))
    try succeed(laptop.run("address", "https://127.0.0.1:1", mission.address))
    // One brings the new token, the next one proves that it came.
    for _ in 1...2 { try succeed(laptop.run("sync")) }
    try mission.write(open, to: "gao/device.json")
    #expect(try laptop.run("sync").code == 77)
  }

  @Test func `a laptop that is enrolled sealed keeps no token in the open`() throws {
    let mission = try Mission()
    let laptop = try Sealed(mission)
    try laptop.enroll("--machine-key")
    #expect(try !mission.read("sealed/device.json").contains(#/"[0-9a-f]{64}"/#))
    // A stick needs the key as the records do.
    let stick = mission.path("stick")
    try succeed(laptop.run("bundle", "write", stick))
    try FileManager.default.removeItem(atPath: mission.path("config"))
    try Self.noKey.expect { try laptop.run("bundle", "write", stick, locale: $0) }
    try Self.noKey.expect { try laptop.run("sync", locale: $0) }
  }

  @Test func `a program that is killed leaves nothing that can be read`() throws {
    let mission = try Mission(serving: false)
    let laptop = try Sealed(mission, name: "gao")
    try succeed(laptop.run("seal", "--machine-key"))
    let open = try laptop.start(["open", "--no-browser"])
    try open.wait(for: "Ctrl-C")
    try succeed(laptop.start(["add", "contact"] + Samples.contact(Self.canary)).finish())
    open.end(SIGKILL)
    #expect(FileManager.default.fileExists(atPath: laptop.replica + "-wal"))
    #expect(try laptop.files(with: Self.canary) == [])
    #expect(try succeed(laptop.run("search", "tombouctou", "--json")).json()["pending"] == true)
  }

  @Test func `with another laptop's key nothing is taken for damaged`() throws {
    let mission = try Mission()
    let (laptop, other) = (try Sealed(mission), try Sealed(mission, name: "other"))
    try laptop.enroll("--machine-key")
    try other.enroll("--machine-key")
    try succeed(laptop.start(["add", "contact"] + Samples.contact(Self.canary)).finish())
    func bytes(_ name: String) -> Data? {
      FileManager.default.contents(atPath: mission.path(name))
    }
    func put(_ bytes: Data?, _ name: String) throws {
      try #require(bytes).write(to: URL(filePath: mission.path(name)))
    }
    let names = { try Set(FileManager.default.subpathsOfDirectory(atPath: mission.path("sealed"))) }
    let (key, replica, before) = (
      bytes("sealed/key.json"), bytes("sealed/replica.sqlite"), try names()
    )
    try put(bytes("other/key.json"), "sealed/key.json")
    try Self.noKey.expect { try laptop.run("verify", "--rebuild", locale: $0) }
    #expect(try names() == before)
    #expect(bytes("sealed/replica.sqlite") == replica)
    try put(key, "sealed/key.json")
    #expect(try succeed(laptop.run("status", "--json")).json()["pending"] == 1)
    // A name of the key that was damaged is not another key.
    var damaged = try #require(replica)
    damaged[12] ^= 1
    try put(damaged, "sealed/replica.sqlite")
    #expect(try laptop.run("list", "contact").code == 65)
    #expect(try laptop.run("verify", "--rebuild").err.contains("Now run: djoliba sync"))
    try succeed(laptop.run("sync"))
    #expect(try succeed(laptop.run("search", "tombouctou", "--json")).json()["pending"] == false)
  }

  @Test func `a sealed file that is damaged is rebuilt, sealed`() throws {
    let mission = try Mission()
    let laptop = try Sealed(mission)
    try laptop.enroll("--machine-key")
    try succeed(laptop.start(["add", "contact"] + Samples.contact(Self.canary)).finish())
    let handle = try FileHandle(forUpdating: URL(filePath: laptop.replica))
    try handle.seek(toOffset: 2000)
    try handle.write(contentsOf: Data(count: 8))
    try handle.close()
    try? FileManager.default.removeItem(atPath: laptop.replica + "-wal")
    let found = try laptop.run("list", "contact")
    #expect(found.code == 65)
    #expect(found.err.contains("verify --rebuild"))
    _ = try laptop.run("verify", "--rebuild")
    try succeed(laptop.run("sync"))
    #expect(try succeed(laptop.run("verify", "--json")).json()["sound"] == true)
    #expect(try laptop.files(with: Self.canary) == [])
    #expect(try succeed(laptop.run("status", "--json")).json()["sealed"] == true)
  }
}
