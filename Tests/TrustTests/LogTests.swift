import Foundation
import Launching
import Logging
import Synchronization
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What the hub's program writes to its log while it serves, which systemd's journal keeps.
@Suite struct LogTests {
  /// Stands in for a telephone, a name and whatever else may be in a record.
  private static let word = "Aissatou-70010203"

  @Test func `the hub's log holds no content and no secret, whatever goes wrong`() async throws {
    let log = HeardLog()
    let secrets = try await Live.run(logger: log.logger) { live in
      let laptop = try await live.laptop()
      try note(on: laptop)
      _ = try await laptop.sync()
      try await strange(live, laptop.token)
      let password = try await wrongPassword(live)

      let file = ["sqlite3", live.folder.path + "/hub.sqlite"]
      let obstacle = "CREATE TRIGGER obstacle BEFORE INSERT ON note BEGIN SELECT obstacle(); END"
      #expect(try await Finished.apart(file + [obstacle], said: true).text == "")
      try note(on: laptop)
      let met = await #expect(throws: Problem.self) { try await laptop.sync() }
      #expect(met?.code == .internal)
      #expect(try await Finished.apart(file + ["DROP TRIGGER obstacle"], said: true).text == "")
      #expect(try await laptop.sync().complete)
      return [laptop.token, password]
    }
    let lines = log.lines
    #expect(lines.contains { $0.hasPrefix("info") && $0.contains("listens") })
    #expect(lines.contains { $0.hasPrefix("error") && $0.contains("obstacle") })
    #expect(lines.contains { $0.hasPrefix("debug") && $0.contains("not_understood") })
    for secret in [Self.word] + secrets {
      #expect(!lines.contains { $0.contains(secret) })
    }
  }

  private func note(on laptop: FieldClient) throws {
    let title: [String: Value] = ["title": .text(Self.word), "body": .text(Self.word)]
    try laptop.write { writer in
      _ = try writer.add("note", Samples.note.merging(title) { $1 })
    }
  }

  /// Requests that hold the word wherever a request can hold one.
  private func strange(_ live: Live, _ token: String) async throws {
    let word = Self.word
    let asked = [
      ["-d", word], ["-d", "{\"code\":\"\(word)\""], ["-X", word, "-d", "x"],
      ["-H", "Authorization: Bearer \(word)", "-d", word],
      ["-H", "Authorization: Bearer \(token)", "-d", word],
      ["-H", "Authorization: Bearer \(token)", "-H", "Content-Type: \(word)", "-d", word],
      ["-H", "Content-Type: application/json", "-d", "{\"code\":\"\(word)\",\"token\":1}"],
    ]
    let paths = ["/v1/sync", "/v1/enroll", "/v1/repair", "/v1/\(word)", "/fiches?q=\(word)"]
    for path in paths {
      for arguments in asked { _ = try await live.curl(path, arguments) }
    }
  }

  private func wrongPassword(_ live: Live) async throws -> String {
    let offer = try live.office.add("awa", fullName: Self.word, role: .cz)
    for password in [Self.word, offer.password] {
      _ = try await live.curl("/entree", ["-d", "nom=awa&mdp=\(password)"])
      _ = try await live.curl("/entree?nom=\(Self.word)&mdp=\(password)")
    }
    return offer.password
  }
}

/// Every line that a logger was given, of every level, with all that belongs to it.
private final class HeardLog: Sendable {
  private let heard = Mutex<[String]>([])
  var lines: [String] { heard.withLock { $0 } }
  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(log: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let log: HeardLog
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      log.heard.withLock { lines in
        let more = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.append("\(event.level) \(event.message) \(more) \(event.error.map { "\($0)" } ?? "")")
      }
    }
  }
}
