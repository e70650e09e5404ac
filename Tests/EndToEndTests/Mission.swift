import Foundation
import Testing

/// A laptop of every mission, linked and filled.
enum Laptop: String, CaseIterable {
  case gao, kidal, bandiagara, bamako

  var base: String {
    switch self {
    case .gao: "GAO"
    case .kidal: "KDL"
    case .bandiagara: "BDG"
    case .bamako: "BKO"
    }
  }

  var role: String {
    switch self {
    case .gao, .kidal: "resp_base"
    case .bandiagara: "cz"
    case .bamako: "referent_surete"
    }
  }
}

/// A hub that holds the demonstration files and four laptops that hold what is theirs, in a folder
/// that goes when the test ends. The work of making it is done once and copied.
final class Mission {
  let folder: String
  let port: HeldPort
  private var serving: Running?

  var address: String { "https://127.0.0.1:\(port.number)" }

  /// - Parameter serving: whether the hub runs from the start.
  convenience init(serving: Bool = true) throws {
    self.init(folder: Self.freshFolder())
    try FileManager.default.copyItem(atPath: try Self.made.get(), toPath: folder)
    try moveToPort()
    if serving { try startHub() }
  }

  /// An empty folder.
  static func empty() -> Mission {
    let mission = Mission(folder: freshFolder())
    try? FileManager.default.createDirectory(
      atPath: mission.folder, withIntermediateDirectories: true)
    return mission
  }

  private init(folder: String) {
    self.folder = folder
    port = HeldPort()
  }

  deinit {
    serving?.end()
    try? FileManager.default.removeItem(atPath: folder)
  }

  static func freshFolder() -> String { NSTemporaryDirectory() + "djoliba-\(UUID().uuidString)" }

  // MARK: The hub

  /// Returns once it listens.
  func startHub() throws {
    let hub = try Running(
      program: "djoliba-server", ["run", "--data", path("hub")])
    serving = hub
    try hub.wait(for: "listens on")
  }

  @discardableResult
  func stopHub() -> Ended? {
    defer { serving = nil }
    return serving?.end(SIGTERM)
  }

  @discardableResult
  func hub(_ arguments: String..., locale: String = "en_US.UTF-8") throws -> Ended {
    try Running(
      program: "djoliba-server", arguments + ["--data", path("hub")], locale: locale
    ).finish()
  }

  /// Makes one more laptop's invitation and returns its path.
  func invite(_ name: String, base: String, role: String) throws -> String {
    let file = path(name + ".invitation")
    try succeed(
      hub("invite", "--base", base, "--role", role, "--name", name, "--out", file))
    return file
  }

  // MARK: Laptops

  func path(_ name: String) -> String { folder + "/" + name }
  func replica(_ laptop: Laptop) -> String { path(laptop.rawValue) + "/replica.sqlite" }

  @discardableResult
  func at(
    _ laptop: Laptop, _ arguments: String..., locale: String = "en_US.UTF-8"
  ) throws -> Ended {
    try device(laptop.rawValue, arguments, locale: locale)
  }

  /// The same for a folder that is not one of the four.
  func device(
    _ name: String, _ arguments: [String], locale: String = "en_US.UTF-8"
  ) throws -> Ended {
    try Running(program: "djoliba", arguments + ["--data", path(name)], locale: locale).finish()
  }

  /// A whole sync, of which nothing is left over; gives its report.
  @discardableResult
  func sync(_ laptop: Laptop) throws -> JSON {
    let report = try succeed(at(laptop, "sync", "--json")).json()
    #expect(report["complete"] == true)
    #expect(report["digests_equal"] == true)
    #expect(report["pending"] == 0)
    return report
  }

  func status(_ laptop: Laptop) throws -> JSON {
    try succeed(at(laptop, "status", "--json")).json()
  }
  func pending(_ laptop: Laptop) throws -> Int? { try status(laptop)["pending"].int }

  /// The ids of the records that match.
  func ids(_ laptop: Laptop, _ type: String, where condition: String) throws -> [String] {
    try succeed(at(laptop, "list", type, "--where", condition, "--json")).jsonLines()
      .compactMap { $0["id"].text }
  }

  func id(_ laptop: Laptop, _ type: String, where condition: String) throws -> String {
    try #require(try ids(laptop, type, where: condition).first, "\(type) \(condition)")
  }

  func show(_ laptop: Laptop, _ type: String, _ id: String) throws -> JSON {
    try succeed(at(laptop, "show", type, id, "--json")).json()
  }

  /// Adds a record and gives its id.
  func add(_ laptop: Laptop, _ type: String, _ values: [String]) throws -> String {
    let ended = try device(laptop.rawValue, ["add", type] + values + ["--json"])
    return try #require(try succeed(ended).json()["id"].text)
  }

  // MARK: Other programs

  /// What the `sqlite3` shell prints; the file is one of this folder.
  @discardableResult
  func sqlite(_ file: String, _ sql: String) throws -> String {
    let ended = try succeed(Running("/usr/bin/sqlite3", ["-bail", file, sql]).finish())
    return ended.out.trimmingCharacters(in: .newlines)
  }

  /// Runs a Python script; its arguments are in `sys.argv[1...]`.
  @discardableResult
  func python(_ script: String, _ arguments: String...) throws -> String {
    let ended = try Running("/usr/bin/python3", ["-c", script] + arguments).finish()
    return try succeed(ended).out.trimmingCharacters(in: .newlines)
  }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: path(name)))
    return path(name)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOf: URL(filePath: path(name)), encoding: .utf8)
  }
}

// MARK: Making it

extension Mission {
  static let examples = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Examples/demo").path

  /// The folder that the others are copied from.
  private static let made = Result { try make() }

  private static func make() throws -> String {
    let mission = empty()
    try succeed(mission.hub("init", "--address", mission.address))
    try succeed(mission.hub("load", examples))
    try mission.startHub()
    for laptop in Laptop.allCases {
      let file = try mission.invite(laptop.rawValue, base: laptop.base, role: laptop.role)
      try succeed(mission.at(laptop, "enroll", file))
    }
    mission.stopHub()
    let copy = freshFolder()
    try FileManager.default.moveItem(atPath: mission.folder, toPath: copy)
    atexit { Mission.removeMade() }
    return copy
  }

  private static func removeMade() {
    if case .success(let folder) = made { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// Every copy has a port of its own: the hub's addresses and those the laptops know are changed.
  private func moveToPort() throws {
    for file in ["hub/hub.json"] + Laptop.allCases.map({ $0.rawValue + "/device.json" }) {
      let text = try read(file).replacing(#/127\.0\.0\.1:\d+/#, with: "127.0.0.1:\(port.number)")
      try write(text, to: file)
    }
  }
}

// MARK: Expecting

/// Records a failure, and throws, when a program did not end with 0.
@discardableResult
func succeed(
  _ ended: Ended, _ location: SourceLocation = #_sourceLocation
) throws -> Ended {
  guard ended.code == 0 else {
    throw Unexpected("line \(location.line): \(ended.command): \(ended.code) \(ended.err)")
  }
  return ended
}

/// What a program says when it does not do what it was told: one sentence, then what to do next.
struct Sentence {
  let code: Int32
  let fr: (String, String)
  let en: (String, String)

  static let french = "fr_FR.UTF-8"
  static let english = "en_US.UTF-8"

  /// Runs a command in both languages and compares what it says. The place in parentheses after
  /// the sentence is left to the caller.
  func expect(
    at location: SourceLocation = #_sourceLocation, _ run: (_ locale: String) throws -> Ended
  ) throws {
    for (locale, (sentence, hint)) in [(Self.french, fr), (Self.english, en)] {
      expect(try run(locale), sentence, hint, location)
    }
  }

  /// The same of a command that cannot be run twice, in English.
  func expect(_ ended: Ended, at location: SourceLocation = #_sourceLocation) {
    expect(ended, en.0, en.1, location)
  }

  private func expect(
    _ ended: Ended, _ sentence: String, _ hint: String, _ location: SourceLocation
  ) {
    let words = ended.words.suffix(2)
    let whole = Comment(rawValue: "\(ended.command): \(ended.err)")
    #expect(ended.code == code, whole, sourceLocation: location)
    #expect(words.first?.hasPrefix(sentence) ?? false, whole, sourceLocation: location)
    #expect(words.last == hint, whole, sourceLocation: location)
    // A script that reads standard output finds JSON there or nothing.
    if ended.command.contains("--json") {
      #expect(throws: Never.self, whole, sourceLocation: location) { try ended.jsonLines() }
    }
  }
}
