import FieldClient
import Glibc
import Shared
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TransportTests {
  @Test func `a request goes out with nothing the hub does not need`() async throws {
    let server = TransportServer { _ in .http("200 OK", [1, 2, 3]) }
    let answer = try await transport(server).send(
      HTTPRequest(
        path: "/v1/sync", headers: [("Authorization", "Bearer T")], body: Array("abc".utf8),
        responseLimit: 10))
    #expect(answer.status == 200)
    #expect(answer.body == [1, 2, 3])
    let expected = """
      POST /v1/sync HTTP/1.1\r
      Host: 127.0.0.1:\(server.port)\r
      User-Agent: djoliba\r
      Authorization: Bearer T\r
      Content-Length: 3\r
      \r
      abc
      """
    #expect(server.seen.requests.map { String(decoding: $0, as: UTF8.self) } == [expected])
  }

  @Test(arguments: [0, 1, 700, 70_000, 1 << 20])
  func `bytes are counted as the hub counts them`(size: Int) async throws {
    let body = [UInt8](repeating: 7, count: size)
    let server = TransportServer { _ in
      .http("200 OK", body, headers: ["Content-Type: application/octet-stream"])
    }
    let answer = try await transport(server).send(post(body, limit: 1 << 20))
    #expect(answer.body == body)
    #expect(answer.contentType == "application/octet-stream")
    #expect(answer.bytesSent == server.seen.received)
    #expect(answer.bytesReceived == server.seen.sent)
    #expect(answer.bytesPerSecondUp > 0 && answer.bytesPerSecondDown > 0)
  }

  @Test func `an answer in chunks is counted with its framing`() async throws {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    let server = TransportServer { _ in .init(bytes: Array(text.utf8)) }
    let answer = try await transport(server).send(post([]))
    #expect(answer.body == Array("ok".utf8))
    #expect(answer.bytesReceived == text.utf8.count)
  }

  @Test func `two exchanges share one connection`() async throws {
    let server = TransportServer { .http("200 OK", [UInt8($0)]) }
    let transport = try transport(server)
    let first = try await transport.send(post([1]))
    let second = try await transport.send(
      HTTPRequest(method: .get, path: "/v1/health", responseLimit: 10))
    let third = try await transport.send(post([]))
    #expect([first, second, third].map(\.newConnection) == [true, false, false])
    #expect([first, second, third].map(\.body) == [[1], [2], [3]])
    #expect(server.seen.connections == 1)
    #expect(second.bytesSent == server.seen.requests[1].count)
    #expect(String(decoding: server.seen.requests[1], as: UTF8.self).hasPrefix("GET /v1/health "))
  }

  @Test func `exchanges asked for at once are done one after the other`() async throws {
    let server = TransportServer { .http("200 OK", [UInt8($0)]) }
    let transport = try transport(server)
    let answers = try await withThrowingTaskGroup(of: UInt8.self) { group in
      for _ in 0..<8 { group.addTask { try await transport.send(self.post([1])).body[0] } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(answers == Set(1...8))
    #expect(server.seen.connections == 1)
  }

  @Test func `any status is an answer`() async throws {
    let server = TransportServer { _ in .http("503 Service Unavailable", Array("{}".utf8)) }
    let answer = try await transport(server).send(post([]))
    #expect(answer.status == 503)
    #expect(answer.body == Array("{}".utf8))
  }

  @Test func `progress ends at the sizes of both bodies`() async throws {
    let body = [UInt8](repeating: 1, count: 300_000)
    let server = TransportServer { _ in .http("200 OK", body) }
    let steps = Mutex<[TransferProgress]>([])
    _ = try await transport(server).exchange(post(body, limit: 1 << 20)) { step in
      steps.withLock { $0.append(step) }
    }
    let seen = steps.withLock { $0 }
    #expect(seen.map(\.bytesSent) == seen.map(\.bytesSent).sorted())
    #expect(
      seen.last
        == TransferProgress(
          bytesSent: 300_000, bytesExpectedToSend: 300_000, bytesReceived: 300_000,
          bytesExpectedToReceive: 300_000))
  }

  @Test func `the second address is used when the first refuses, and then kept`() async throws {
    let (refusing, port) = boundSocket()
    let server = TransportServer { _ in .http() }
    let transport = try transport("http://127.0.0.1:\(port)", server.address)
    #expect(try await transport.send(post([])).status == 200)
    // Were the first address asked again, this listener would answer by silence.
    #expect(listen(refusing, 1) == 0)
    #expect(try await transport.send(post([])).newConnection == false)
    close(refusing)
  }

  @Test func `cancelling ends the exchange`() async throws {
    let server = TransportServer { _ in .silence }
    let transport = try transport(server)
    let request = post([])
    let task = Task { await failure { try await transport.send(request) } }
    for await _ in server.arrivals { break }
    task.cancel()
    #expect(await task.value == .interrupted)
  }

  @Test func `a header cannot smuggle in another`() async throws {
    let server = TransportServer { _ in .http() }
    let transport = try transport(server)
    let request = HTTPRequest(
      path: "/", headers: [("Authorization", "a\r\nX: b")], responseLimit: 10)
    #expect(await failure { try await transport.send(request) } == .not_understood)
    #expect(server.seen.connections == 0)
  }

  private func post(_ body: [UInt8], limit: Int = 100) -> HTTPRequest {
    HTTPRequest(path: "/v1/sync", body: body, responseLimit: limit)
  }
}

func transport(_ server: TransportServer) throws(Problem) -> CurlTransport {
  try transport(server.address)
}

func transport(
  _ addresses: String..., authority: [UInt8]? = nil, stallSeconds: Int = 30,
  connectSeconds: Int = 30
) throws(Problem) -> CurlTransport {
  try CurlTransport(
    addresses: addresses, authorityPEM: authority, userAgent: "djoliba",
    stallSeconds: stallSeconds, connectSeconds: connectSeconds)
}

extension Transport {
  func send(_ request: HTTPRequest) async throws(Problem) -> HTTPAnswer {
    try await exchange(request, progress: { _ in })
  }
}

/// The code word of the problem `body` ends with; nil when it ends well or with anything else.
func failure(_ body: () async throws -> some Sendable) async -> Problem.Code? {
  do {
    _ = try await body()
    return nil
  } catch {
    return (error as? Problem)?.code
  }
}
