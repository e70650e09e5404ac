import Foundation
import Glibc

/// A hub and devices made of the real programs, in a folder that goes when the test ends.
final class FaultPlace {
  let folder: String
  /// Whether the folder stays, for somebody to look into.
  var isKept = false
  private let port = HeldPort()
  private var server: Running?

  init() throws {
    folder = NSTemporaryDirectory() + "djoliba-fault-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard mkfifo(gate, 0o600) == 0 else { throw Unexpected("no fifo: \(errno)") }
    try hub("init", "--address", "https://127.0.0.1:\(port.number)")
    try startHub()
  }

  deinit {
    server?.end()
    if !isKept { try? FileManager.default.removeItem(atPath: folder) }
  }

  // MARK: The hub

  /// Returns once the hub listens.
  func startHub() throws {
    let server = try Running(program: "djoliba-server", ["run", "--data", folder + "/hub"])
    self.server = server
    try server.wait(for: "listens on")
  }

  /// SIGKILL.
  func killHub() -> Ended? { server?.end(SIGKILL) }

  @discardableResult
  func hub(_ arguments: String...) throws -> Ended {
    try Running(program: "djoliba-server", arguments + ["--data", folder + "/hub"]).finish()
      .succeeding()
  }

  var hubsFile: String { folder + "/hub/hub.sqlite" }

  // MARK: Devices

  func enroll(_ name: String) throws {
    try at(name, "enroll", invite(name)).succeeding()
  }

  /// - Returns: the invitation's path.
  @discardableResult
  func invite(_ name: String) throws -> String {
    let invitation = path(name + ".invitation")
    try hub("invite", "--base", "GAO", "--role", "resp_base", "--name", name, "--out", invitation)
    return invitation
  }

  func path(_ device: String) -> String { folder + "/" + device }
  func replica(_ device: String) -> String { path(device) + "/replica.sqlite" }

  func at(_ device: String, _ arguments: String...) throws -> Ended {
    try start(device, arguments).finish()
  }

  /// By a machine whose clock shows another time.
  func at(_ device: String, clock: String, _ arguments: [String]) throws -> Ended {
    let words = ["FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", clock, Running.folder + "/djoliba"]
    return try Running("/usr/bin/env", words + arguments + ["--data", path(device)]).finish()
  }

  /// Ended by SIGKILL, unless it ends by itself before.
  func at(_ device: String, killedAfter seconds: Double, _ arguments: String...) throws -> Ended {
    let words = ["-s", "KILL", "\(seconds)", Running.folder + "/djoliba"]
    return try Running("/usr/bin/timeout", words + arguments + ["--data", path(device)]).finish()
  }

  func start(_ device: String, _ arguments: [String]) throws -> Running {
    try Running(program: "djoliba", arguments + ["--data", path(device)])
  }

  /// What tells a file from another one that got its name.
  func identity(of path: String) -> UInt64? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
  }

  /// Removes what rebuildings kept.
  func removeDamaged(_ device: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path(device))
    where name.hasPrefix("damaged-") {
      try FileManager.default.removeItem(atPath: path(device) + "/" + name)
    }
  }

  // MARK: Other programs

  /// Runs a Python script. It finds the replica's path in `replica`, what was given in `given`;
  /// `say(…)` tells the test something, `wait()` returns after `open()`.
  func python(_ device: String, _ script: String, _ given: String = "") throws -> Running {
    let ground = """
      import os, sqlite3, sys
      replica, gate, given = sys.argv[1:]
      def say(words): print(words, file=sys.stderr, flush=True)
      def wait(): open(gate).read()

      """
    return try Running("/usr/bin/python3", ["-c", ground + script, replica(device), gate, given])
  }

  private var gate: String { folder + "/gate" }

  /// Lets the script go on that waits.
  func open() throws { try FileHandle(forWritingTo: URL(filePath: gate)).close() }

  /// Runs SQL on a device's file as another program would.
  func sql(_ device: String, _ text: String) throws {
    let script = """
      db = sqlite3.connect(replica, timeout=60)
      db.executescript("BEGIN IMMEDIATE;" + given + ";COMMIT")
      """
    try python(device, script, text).finish().succeeding()
  }

  // MARK: What they hold

  func pending(_ device: String) throws -> Int? {
    try at(device, "status", "--json").json()["pending"].int
  }

  /// The names of the contacts, sorted: one for each record.
  func contacts(_ device: String) throws -> [String] {
    try at(device, "list", "contact", "--json").succeeding().jsonLines()
      .compactMap { $0["display_name"].text }.sorted()
  }

  /// Digests of the scopes that hold something; nil stands for the hub.
  func digests(_ device: String?) throws -> [String: String] {
    let status = try device.map { try at($0, "status", "--json") } ?? hub("status", "--json")
    return try status.json()["scopes"].members
      .compactMapValues { $0["records"].int == 0 ? nil : $0["digest"].text }
  }

  static func insert(_ name: String) -> String {
    """
    INSERT INTO contact(display_name, function_title, contact_type, base_code, relationship,
      consent_basis, status, scope)
    VALUES ('\(name)', 'Maire', 'media', 'GAO', 'ponctuelle', 'accord_oral', 'actif', 'mission');
    """
  }

  /// `count` contacts in one statement, named by `prefix` and a number from 0.
  static func insert(_ prefix: String, count: Int) -> String {
    """
    WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < \(count))
    INSERT INTO contact(display_name, function_title, contact_type, base_code, relationship,
      consent_basis, status, scope, locality)
    SELECT '\(prefix)' || n, 'Maire', 'media', 'GAO', 'ponctuelle', 'accord_oral', 'actif',
      'mission', hex(randomblob(60)) FROM c;
    """
  }

  static let contactFields = [
    "function_title=Maire", "contact_type=media", "base_code=GAO", "relationship=ponctuelle",
    "consent_basis=accord_oral", "scope=mission",
  ]
}

extension Ended {
  /// Sentences for people, without the lines of progress.
  var sentences: [String] { words.filter { !$0.hasPrefix("Sync  ") } }
  var wasKilled: Bool { code > 128 }

  /// Throws unless the program ended with 0.
  @discardableResult
  func succeeding() throws -> Ended {
    guard code == 0 else { throw Unexpected("\(command.prefix(200)): \(code) \(err)") }
    return self
  }
}
