import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// What an attacker sends to the hub's port.
@Suite struct HostileTests {
  private func sync(_ live: Live, _ token: String, _ body: [UInt8]) async throws -> Int {
    let file = live.folder.path + "/body"
    try Data(body).write(to: URL(filePath: file))
    return try await live.curl(
      "/v1/sync",
      [
        "-H", "Authorization: Bearer \(token)",
        "-H", "Content-Type: application/vnd.djoliba.sync", "--data-binary", "@\(file)",
      ]
    ).status
  }

  @Test func `bodies that grow when they are opened are refused, and the hub goes on`()
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let bomb = Compression.compress([UInt8](repeating: 0, count: Limits.expandedBody + 1))
      #expect(bomb.count < 10_000)
      #expect(try await sync(live, laptop.token, bomb) == 413)
      let many = Compression.compress([1, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 1 << 20))
      #expect(try await sync(live, laptop.token, many) == 422)
      #expect(try await laptop.sync().complete)
    }
  }

  @Test func `deeply nested JSON is not understood, and the hub goes on`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let file = live.folder.path + "/nested"
      for letter in ["[", #"{"a":"#] {
        let text = String(repeating: letter, count: 60_000 / letter.utf8.count)
        try Data(text.utf8).write(to: URL(filePath: file))
        let json = ["-H", "Content-Type: application/json", "--data-binary", "@\(file)"]
        #expect(try await live.curl("/v1/enroll", json).status == 422)
        let token = ["-H", "Authorization: Bearer \(laptop.token)"]
        #expect(try await live.curl("/v1/token", json + token).status == 422)
      }
      #expect(try await laptop.sync().complete)
    }
  }

  @Test func `a token that is not known, was never one, or is an account's is answered alike`()
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let wrong = String(laptop.token.dropLast()) + (laptop.token.hasSuffix("0") ? "1" : "0")
      let unknown = String(repeating: "0", count: 64)
      var answers: [String] = []
      for token in [wrong, unknown, "x", String(repeating: "y", count: 4_000)] {
        let body = ["-H", "Content-Type: application/vnd.djoliba.sync", "-d", "x", "-i"]
        let answer = try await live.curl(
          "/v1/sync", ["-H", "Authorization: Bearer \(token)"] + body)
        answers.append("\(answer.status) \(answer.text)")
      }
      #expect(Set(answers).count == 1)
      #expect(answers[0].hasPrefix("401"))
    }
  }

  @Test(arguments: ["1.0", "1.1"])
  func `no TLS older than 1.2 is spoken`(version: String) async throws {
    try await Live.run { live in
      let old = ["--tlsv1.0", "--tls-max", version, "--ciphers", "DEFAULT@SECLEVEL=0"]
      let refused = try await live.curl("/v1/health", old).status
      let served = try await live.curl("/v1/health", ["--tls-max", "1.2"]).status
      #expect(refused == 0 && served == 200)
    }
  }

  @Test(arguments: [
    ("ALL:COMPLEMENTOFALL:!AESGCM:!CHACHA20@SECLEVEL=0", 0), ("ECDHE+AESGCM:!aNULL", 200),
    ("ECDHE+CHACHA20:!aNULL", 200),
  ])
  func `only suites that seal and keep nothing for later are spoken`(
    suites: String, status: Int
  ) async throws {
    try await Live.run { live in
      let own = ["--tls-max", "1.2", "--ciphers", suites]
      let answered = try await live.curl("/v1/health", own).status
      #expect(answered == status)
    }
  }

  @Test func `every page carries what keeps a browser to this place`() async throws {
    try await Live.run { live in
      let foreign = ["-H", "Sec-Fetch-Site: cross-site", "-d", "x=1"]
      var asked: [(path: String, words: [String], status: Int?)] = [
        ("/", [], nil), ("/entree", [], nil), ("/console.css", [], nil), ("/journal", [], nil),
        ("/nowhere", [], nil), ("/", ["-X", "DELETE"], 405),
      ]
      // Twenty times at the door, and then it closes.
      asked += Array(repeating: ("/entree", foreign, 403), count: 20)
      asked.append(("/entree", foreign, 429))
      for (path, words, status) in asked {
        let answer = try await live.curl(path, ["-i"] + words)
        #expect(status == nil || answer.status == status, "\(path)")
        let head = answer.text.lowercased()
        for line in [
          "content-security-policy: default-src 'none'", "x-content-type-options: nosniff",
          "referrer-policy: no-referrer", "strict-transport-security: max-age=31536000",
          "frame-ancestors 'none'",
        ] {
          #expect(head.contains(line), "\(path) \(line)")
        }
      }
    }
  }
}
