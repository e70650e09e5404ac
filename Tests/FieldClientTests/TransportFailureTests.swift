import FieldClient
import Glibc
import Shared
import Testing

/// What the link does wrong, and the word each wrong has.
@Suite(.timeLimit(.minutes(1)))
struct TransportFailureTests {
  private let request = HTTPRequest(path: "/v1/sync", body: [1], responseLimit: 100)

  @Test func `a refused connection is offline, with libcurl's own reason`() async throws {
    let (refusing, port) = boundSocket()
    defer { close(refusing) }
    let transport = try transport("http://127.0.0.1:\(port)")
    let problem = await #expect(throws: Problem.self) { try await transport.send(request) }
    #expect(problem?.code == .offline)
    #expect(problem?.cause?.contains("port \(port)") == true)
  }

  @Test func `an answer cut in its body is interrupted`() async throws {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this"
    #expect(await code(answeredBy: text, close: true) == .interrupted)
  }

  @Test func `an answer cut in a chunk is interrupted`() async throws {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nonly this"
    #expect(await code(answeredBy: text, close: true) == .interrupted)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Len", "HTTP/1.1 200 OK\r\nX: y\r\n",
  ])
  func `an answer cut in its headers is interrupted`(text: String) async throws {
    #expect(await code(answeredBy: text, close: true) == .interrupted)
  }

  @Test func `a connection closed without a word is interrupted`() async throws {
    #expect(await code(answeredBy: "", close: true) == .interrupted)
  }

  @Test(arguments: [
    "hello, I am not HTTP at all\r\n\r\n",
    "<html>Bienvenue</html>",
    "HTTP/9.7 200 OK\r\n\r\n",
    "HTTP/1.1 abc\r\n\r\n",
  ])
  func `an answer that is not HTTP is not understood`(text: String) async throws {
    #expect(await code(answeredBy: text, close: true) == .not_understood)
  }

  @Test func `an answer that declares more than the limit is too large`() async throws {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"
    #expect(await code(answeredBy: text) == .too_large)
  }

  @Test func `an answer that grows beyond the limit is too large`() async throws {
    let chunk = "40\r\n" + String(repeating: "x", count: 64) + "\r\n"
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk
    #expect(await code(answeredBy: text) == .too_large)
  }

  @Test func `an answer of exactly the limit is whole`() async throws {
    let server = TransportServer { _ in .http("200 OK", [UInt8](repeating: 1, count: 100)) }
    #expect(try await transport(server).send(request).body.count == 100)
  }

  // libcurl measures this second with its own clock, over its average of the last few.
  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"])
  func `an answer that stops moving has stalled`(text: String) async throws {
    let server = TransportServer { _ in .init(bytes: Array(text.utf8)) }
    let transport = try transport(server.address, stallSeconds: 1)
    #expect(await failure { try await transport.send(request) } == .stalled)
  }

  @Test func `after a cut the next exchange makes a new connection`() async throws {
    let server = TransportServer { number in
      number == 1 ? .init(bytes: Array("HTTP/1.1 200 OK\r\n".utf8), close: true) : .http()
    }
    let transport = try transport(server)
    #expect(await failure { try await transport.send(request) } == .interrupted)
    #expect(try await transport.send(request).newConnection)
  }

  /// libcurl sends again by itself what a used connection took with it.
  @Test func `a request that takes the beginning of an answer leaves once, not again by itself`()
    async throws
  {
    let server = TransportServer { $0 % 2 == 1 ? .http() : .init(close: true) }
    let transport = try transport(server)
    var once = request
    once.takesBeginning = true
    #expect(try await transport.send(once).cut == nil)
    let cut = try await transport.send(once)
    #expect(cut.cut?.code == .interrupted && cut.isPosted && cut.bytesReceived == 0)
    #expect(cut.bytesSent == server.seen.requests[1].count)
    #expect((server.seen.requests.count, server.seen.connections) == (2, 1))
    #expect(try await transport.send(once).newConnection)
    // Others go again, and arrive.
    #expect(try await transport.send(request).status == 200)
    #expect((server.seen.requests.count, server.seen.connections) == (5, 3))
  }

  @Test(arguments: [
    "http://192.168.1.10:8443", "http://127.0.0.1.example.org", "http://localhost.example.org",
    "http://127.example.org", "http://[2001:db8::1]:80", "http://hub.example.org",
  ])
  func `plain http is for loopback only`(address: String) {
    let problem = #expect(throws: Problem.self) { try transport(address) }
    #expect(problem?.code == .plain_http)
  }

  @Test(arguments: [
    "", "hub", "ftp://127.0.0.1", "file:///etc/passwd", "https://hub/path", "https://hub?x",
    "https://user@hub", "http://127.0.0.1@hub.example.org", "https://", "https://hub#f",
  ])
  func `what is no address of a hub is refused`(address: String) {
    let problem = #expect(throws: Problem.self) { try transport(address) }
    #expect(problem?.code == .invitation_invalid)
  }

  @Test(arguments: [
    "http://127.0.0.1:80", "http://127.9.8.7", "http://localhost:8080/", "http://[::1]:80",
    "https://hub.example.org:8443", "https://[2001:db8::1]",
  ])
  func `loopback and https are allowed`(address: String) throws {
    _ = try transport(address)
  }

  private func code(answeredBy text: String, close: Bool = false) async -> Problem.Code? {
    let server = TransportServer { _ in .init(bytes: Array(text.utf8), close: close) }
    return await failure { try await transport(server).send(request) }
  }
}
