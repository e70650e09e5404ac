import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import Console
@testable import Shared
@testable import SyncServer

/// The console as a browser meets it: headers, cookies, and what is turned away at the door.
@Suite struct ResponderTests {
  private let stage: Stage
  private let responder: ConsoleResponder

  init() throws {
    stage = try Stage()
    responder = ConsoleResponder(stage.console, isSecure: true)
  }

  private func ask(
    _ path: String, _ method: HTTPRequest.Method = .get, _ fields: HTTPFields = [:],
    body: String = "", host: String = "bamako.example", by other: ConsoleResponder? = nil
  ) async throws -> Response {
    let head = HTTPRequest(
      method: method, scheme: "https", authority: host, path: path, headerFields: fields)
    let request = Request(head: head, body: .init(buffer: ByteBuffer(string: body)))
    let context = BasicRequestContext(
      source: ApplicationRequestContextSource(
        channel: EmbeddedChannel(), logger: Logger(label: "test")))
    return try await (other ?? responder).respond(to: request, context: context)
  }

  private func form(_ words: [String: String]) -> String {
    words.map { name, value in
      Link(name).text.dropFirst() + "=" + Link(value).text.dropFirst()
    }.joined(separator: "&")
  }

  @Test func `a page runs nothing foreign, is framed by nobody, and is not kept`() async throws {
    let headers = try await ask("/").headers
    let policy = try #require(headers[.contentSecurityPolicy])
    #expect(policy.hasPrefix("default-src 'none'"))
    #expect(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"))
    #expect(!policy.contains("unsafe") && !policy.contains("http"))
    #expect(headers[.xContentTypeOptions] == "nosniff")
    #expect(headers[HTTPFields.Element.Name("Referrer-Policy")!] == "no-referrer")
    #expect(headers[.cacheControl] == "no-store")
    #expect(headers[.strictTransportSecurity] != nil)
  }

  @Test func `the visit's cookie is bound to this host and no script reads it`() async throws {
    let offer = try stage.office.add("awa", fullName: "Awa", role: .cz)
    let answer = try await ask(
      "/entree", .post, [:], body: form(["nom": "awa", "mdp": offer.password, "_vers": "/"]))
    #expect(answer.status == .seeOther)
    let cookie = try #require(answer.headers[.setCookie])
    #expect(cookie.hasPrefix("__Host-entree="))
    for word in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
      #expect(cookie.contains(word))
    }
    let secret = cookie.prefix { $0 != ";" }
    let page = try await ask("/fiches", .get, [.cookie: String(secret)])
    #expect(page.status == .ok)
    // Without the prefix a neighbour's page could have set it.
    let plain = try await ask(
      "/fiches", .get, [.cookie: String(secret.dropFirst("__Host-".count))])
    #expect(try #require(plain.headers[.contentLength].flatMap { Int($0) }) < 2_000)
  }

  @Test func `a form of another site is turned away before it is read`() async throws {
    let site = HTTPFields.Element.Name("Sec-Fetch-Site")!
    for origin in ["cross-site", "same-site"] {
      #expect(try await ask("/entree", .post, [site: origin], body: "nom=x").status == .forbidden)
    }
    #expect(
      try await ask("/entree", .post, [site: "same-origin"], body: "nom=x").status == .unauthorized)
  }

  @Test func `an older browser's word on where a form comes from is taken`() async throws {
    for (origin, status) in [
      ("https://piege.example", HTTPResponse.Status.forbidden),
      ("https://bamako.example:8443", .forbidden),
      ("https://bamako.example", .unauthorized), ("null", .unauthorized),
    ] {
      let answer = try await ask("/entree", .post, [.origin: origin], body: "nom=x")
      #expect(answer.status == status, "\(origin)")
    }
  }

  @Test func `a laptop answers to its own names alone`() async throws {
    let laptop = ConsoleResponder(stage.console, isSecure: false, hosts: ["127.0.0.1:8088"])
    #expect(try await ask("/", host: "127.0.0.1:8088", by: laptop).status == .ok)
    for host in ["piege.example:8088", "127.0.0.1:8089", "127.0.0.1"] {
      let turned = try await ask("/", host: host, by: laptop)
      #expect(turned.status == .misdirectedRequest)
      #expect(turned.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
    }
  }

  @Test func `what is too large, or no method of ours, is refused`() async throws {
    let large = String(repeating: "a", count: ConsoleLimits.form + 1)
    let refused = try await ask("/entree", .post, [:], body: large)
    #expect(refused.status == .contentTooLarge)
    #expect(refused.headers[.contentLength].flatMap { Int($0) } ?? 0 > 300)
    let answer = try await ask("/", .put)
    #expect(answer.status == .methodNotAllowed)
    #expect(answer.headers[.allow] == "GET, HEAD, POST")
  }

  @Test func `who is not in sends a short form, and what was typed is not lost`() async throws {
    let offer = try stage.office.add("awa", fullName: "Awa", role: .cz)
    let short = "note=" + String(repeating: "a", count: 60_000)
    let long = "note=" + String(repeating: "%", count: 70_000)
    // It comes back with the sign-in, to be sent after it.
    let kept = try await ask("/fiches/contact/nouvelle", .post, [:], body: short)
    #expect(kept.status == .ok)
    #expect(try #require(kept.headers[.contentLength].flatMap { Int($0) }) > 60_000)
    #expect(
      try await ask("/fiches/contact/nouvelle", .post, [:], body: long).status == .contentTooLarge)
    #expect(
      try await ask("/x", .post, [.cookie: "__Host-entree=none"], body: long).status
        == .contentTooLarge)
    let answer = try await ask(
      "/entree", .post, [:], body: form(["nom": "awa", "mdp": offer.password, "_vers": "/"]))
    let cookie = String(try #require(answer.headers[.setCookie]).prefix { $0 != ";" })
    let read = try await ask("/fiches/contact/nouvelle", .post, [.cookie: cookie], body: long)
    #expect(read.status != .contentTooLarge)
  }

  @Test func `a page is compressed for whoever takes it`() async throws {
    let plain = try await ask("/console.css")
    let small = try await ask("/console.css", .get, [.acceptEncoding: "gzip, br"])
    #expect(plain.headers[.contentEncoding] == nil)
    #expect(small.headers[.contentEncoding] == "gzip")
    func size(_ answer: Response) -> Int { answer.headers[.contentLength].flatMap { Int($0) } ?? 0 }
    #expect(size(small) * 2 < size(plain))
  }

  @Test func `a browser's language is taken, and French otherwise`() async throws {
    func title(_ language: String) async throws -> Int? {
      try await ask("/", .get, [.acceptLanguage: language]).headers[.contentLength].flatMap {
        Int($0)
      }
    }
    let (french, english) = (try await title("fr"), try await title("en"))
    #expect(french != english)
    #expect(try await title("de-DE,en;q=0.5") == english)
    #expect(try await title("bm, fr;q=0.8, en;q=0.7") == french)
    #expect(try await title("bm") == french)
  }
}
