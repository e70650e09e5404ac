import Foundation
import Launching
import Shared
import Testing

@testable import SyncServer

private let binary = "Content-Type: application/vnd.djoliba.sync"
private let json = "Content-Type: application/json"
private let token = "Authorization: Bearer abc"

@Suite struct RouteTests {
  @Test func `an exchange carries its bytes, its token and its language`() async throws {
    let folder = try TemporaryFolder()
    let bytes = (0...255).map { UInt8($0) }
    let file = try folder.write(bytes, "body")
    try await LiveHub.run { hub in
      let french = try await hub.post(
        "/v1/sync", "-H", binary, "-H", token, "--data-binary", "@\(file)")
      #expect(french.status == 200)
      #expect(french.body == Array("abc".utf8) + [0, 1] + bytes)
      let english = try await hub.post(
        "/v1/sync", "-H", binary, "-H", token, "-H", "Accept-Language: en", "-d", "x")
      #expect(english.body == Array("abc".utf8) + [0, 2] + Array("x".utf8))
    }
  }

  @Test func `the head of an answer is 83 bytes`() async throws {
    try await LiveHub.run { hub in
      let answer = try await hub.post("/v1/sync", "-H", binary, "-H", token, "-d", "12345")
      let expected =
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.djoliba.sync\r\n"
        + "Content-Length: 10\r\n\r\n"
      #expect(answer.head == expected)
      #expect(answer.head.utf8.count == 83)
    }
  }

  @Test func `enrolment and health speak JSON`() async throws {
    try await LiveHub.run { hub in
      let enrolled = try await hub.post(
        "/v1/enroll", "-H", "Content-Type: Application/JSON; charset=utf-8", "-d", "{}")
      #expect(enrolled.status == 200)
      #expect(enrolled.header("content-type") == "application/json")
      #expect(enrolled.text == #"{"language":"fr","bytes":2}"#)
      let health = try await hub.curl("/v1/health")
      #expect(health.status == 200)
      #expect(health.text == "{}")
    }
  }

  @Test(arguments: [
    (nil, "fr"), ("", "fr"), ("de", "fr"), ("*", "fr"), ("en", "en"), ("en-GB,fr;q=0.9", "en"),
    ("fr-ML, en;q=0.8", "fr"), ("en;q=0.5, fr", "fr"), ("de, en;q=0.1", "en"), ("en;q=0", "fr"),
    ("en;q=x", "fr"), (";,;q=1,", "fr"),
  ])
  func `the language is the one preferred, French by default`(
    header: String?, language: String
  ) async throws {
    try await LiveHub.run { hub in
      let answer = try await hub.post(
        "/v1/enroll", "-H", json, "-d", "{}", "-H", "Accept-Language: \(header ?? "")")
      #expect(answer.text.contains(#""language":"\#(language)""#))
    }
  }
}

@Suite struct RefusalTests {
  @Test func `a problem says what, why and where in the request's language`() async throws {
    let hub = FakeHub(problem: Problem(.scope_not_granted, at: "base:GAO", cause: "not for them"))
    try await LiveHub.run(hub) { hub in
      let answer = try await hub.post(
        "/v1/sync", "-H", binary, "-H", token, "-H", "Accept-Language: en", "-d", "x")
      #expect(answer.header("content-type") == "application/problem+json")
      #expect(
        answer.text == #"{"code":"scope_not_granted","#
          + #""detail":"Ask Bamako for access, or drop the change.","place":"base:GAO","#
          + #""status":403,"title":"This scope is not granted to this device.","#
          + #""type":"urn:djoliba:problem:scope_not_granted"}"#)
    }
  }

  @Test(arguments: Problem.Code.allCases)
  func `every problem of the hub reaches the device under its status`(
    code: Problem.Code
  ) async throws {
    try await LiveHub.run(FakeHub(problem: Problem(code))) { hub in
      let answer = try await hub.post("/v1/enroll", "-H", json, "-d", "{}")
      let heard = Problem(code).asDevicesHear.code
      let told = heard == .wipe_ordered ? .revoked : heard
      #expect(answer.text.contains(#""wipe":true"#) == (heard == .wipe_ordered))
      let status = told == .untrusted_hub ? 403 : told.httpStatus
      #expect(answer.status == status)
      #expect(try problem(answer).status == status)
      #expect(try problem(answer).code == told.rawValue)
      #expect(try problem(answer).title == told.text[.fr])
      #expect((answer.header("retry-after") != nil) == [429, 503].contains(status))
      #expect(answer.header("www-authenticate") == (status == 401 ? "Bearer" : nil))
    }
  }

  @Test(arguments: [
    (Problem.Code.disk_full, Problem.Code.hub_unable), (.cannot_write, .hub_unable),
    (.busy, .overloaded), (.internal, .internal),
  ])
  func `what ails the hub is told as the hub's, without its paths`(
    code: Problem.Code, told: Problem.Code
  ) async throws {
    let hub = FakeHub(problem: Problem(code, at: "/srv/djoliba/hub.sqlite", cause: "SQLite"))
    try await LiveHub.run(hub) { hub in
      let answer = try await hub.post("/v1/enroll", "-H", json, "-d", "{}")
      #expect(try problem(answer).code == told.rawValue)
      #expect(!answer.text.contains("srv") && !answer.text.contains("SQLite"))
    }
  }

  @Test(arguments: [
    "X-None: 1", "Authorization: Basic abc", "Authorization: Bearer", "Authorization: Bearer a b",
  ])
  func `an exchange without a token is 401`(header: String) async throws {
    try await LiveHub.run { hub in
      let answer = try await hub.post("/v1/sync", "-H", binary, "-H", header, "-d", "x")
      #expect(answer.status == 401)
      #expect(answer.header("www-authenticate") == "Bearer")
      #expect(try problem(answer).code == "unauthorised")
    }
  }

  @Test func `an unknown route is 404 and a wrong method 405`() async throws {
    try await LiveHub.run { hub in
      for path in ["/", "/v1", "/v1/sync/x", "/v2/sync", "/%00", "/v1/health%2f"] {
        let answer = try await hub.curl(path, "-X", "POST")
        #expect([404, 405].contains(answer.status), "\(path)")
        let code = try problem(answer).code
        #expect(["no_route", "wrong_method"].contains(code), "\(path)")
      }
      let wrong = try await hub.curl("/v1/sync")
      #expect(wrong.status == 405)
      #expect(wrong.header("allow") == "POST")
      #expect(try problem(wrong).code == "wrong_method")
      let head = try await hub.curl("/v1/health", "--head")
      #expect(head.status == 405)
      #expect(head.header("allow") == "GET")
      #expect(head.body.isEmpty)
    }
  }

  @Test func `another kind of content is 415`() async throws {
    try await LiveHub.run { hub in
      for kind in ["application/json", "text/plain", ""] {
        let answer = try await hub.post(
          "/v1/sync", "-H", "Content-Type: \(kind)", "-H", token, "-d", "x")
        #expect(answer.status == 415)
        #expect(try problem(answer).code == "unsupported_media")
      }
    }
  }

  @Test(arguments: [("/v1/sync", binary, 2 << 20), ("/v1/enroll", json, 64 << 10)])
  func `a body is taken up to its limit, declared or not`(
    path: String, kind: String, limit: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let largest = try folder.write([UInt8](repeating: 65, count: limit), "largest")
    let larger = try folder.write([UInt8](repeating: 65, count: limit + 1), "larger")
    try await LiveHub.run { hub in
      for extra in [["X-Mode: declared"], ["Transfer-Encoding: chunked"]] {
        let headers = ["-H", kind, "-H", token, "-H", extra[0]]
        let taken = try await hub.post(path, headers, "@\(largest)")
        #expect(taken.status == 200, "\(extra)")
        let refused = try await hub.post(path, headers, "@\(larger)")
        #expect(refused.status == 413, "\(extra)")
        #expect(try problem(refused).code == "too_large")
      }
    }
  }

  @Test func `a declared length over the limit is refused before a byte of it`() async throws {
    try await LiveHub.run { hub in
      for length in ["2097153", "99999999999999999999"] {
        let answer = try await hub.post(
          "/v1/sync", "-H", binary, "-H", token, "-H", "Content-Length: \(length)", "-d", "x")
        #expect([413, 400].contains(answer.status), "\(length)")
      }
    }
  }

  @Test func `a head over the limit is refused and the hub goes on`() async throws {
    try await LiveHub.run { hub in
      let long = String(repeating: "a", count: 20_000)
      let answer = try await hub.curl("/v1/health", "-H", "X-Long: \(long)")
      #expect(answer.status == 400)
      #expect(try await hub.curl("/v1/health").status == 200)
    }
  }
}

private struct ProblemBody: Decodable {
  let type, title, code, detail: String
  let status: Int
}

private func problem(_ answer: Answer) throws -> ProblemBody {
  try JSONDecoder().decode(ProblemBody.self, from: Data(answer.body))
}

extension LiveHub {
  fileprivate func post(_ path: String, _ headers: [String], _ file: String) async throws -> Answer
  {
    let base = ["-sS", "-i", "--noproxy", "*", "--max-time", "60", "-H", "Expect:"]
    return Answer(
      try await terminal("curl", base + headers + ["--data-binary", file, url(path)]))
  }
}
