import Foundation
import Launching
import Logging
import ServiceLifecycle
import Shared
import SyncServer
import Testing

@Suite struct HubServerTests {
  @Test func `a device that pins the authority is served over TLS`() async throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(hubName: "Bamako")
    let pinned = try folder.write(authority.certificatePEM, "authority.pem")
    try await LiveHub.run(tls: try authority.issue(for: [])) { hub in
      let answer = try await hub.curl("/v1/health", "--cacert", pinned)
      #expect(answer.status == 200)
      // No HTTP/2, even when the device offers it.
      #expect(answer.head.hasPrefix("HTTP/1.1 "))
      let named = try await terminal(
        "curl", "-sS", "--noproxy", "*", "--cacert", pinned,
        "https://localhost:\(hub.port)/v1/health")
      #expect(named.text == "{}")
    }
  }

  @Test func `a device that pins another authority refuses the hub`() async throws {
    let folder = try TemporaryFolder()
    // The same name on purpose: it is the key that counts.
    let foreign = try folder.write(try Authority(hubName: "Bamako").certificatePEM, "other.pem")
    let identity = try Authority(hubName: "Bamako").issue(for: [])
    try await LiveHub.run(tls: identity) { hub in
      let pinned = try await hub.curl("/v1/health", "--cacert", foreign)
      #expect(pinned.exit == 60)
      let trusting = try await hub.curl("/v1/health")
      #expect(trusting.exit == 60)
    }
  }

  @Test func `a hub that is told to stop finishes the exchange in flight`() async throws {
    let gate = Gate()
    try await LiveHub.run(FakeHub(gate: gate)) { hub in
      async let exchange = hub.post(
        "/v1/sync", "-H", "Content-Type: application/vnd.djoliba.sync",
        "-H", "Authorization: Bearer abc", "-d", "x")
      await gate.waitUntilEntered()
      // Health has its own queue and answers meanwhile.
      #expect(try await hub.curl("/v1/health").status == 200)
      await hub.group.triggerGracefulShutdown()
      // 7: nobody listens any more, so the hub is stopping while the exchange is still inside.
      while try await hub.curl("/v1/health").exit != 7 {}
      gate.open()
      #expect(try await exchange.status == 200)
    }
  }

  /// Half a body, and nothing more for as long as the hub is there.
  private static let half = """
    exec 3<>/dev/tcp/127.0.0.1/$0
    printf 'POST /v1/sync HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer abc\\r\\n' >&3
    printf 'Content-Type: application/vnd.djoliba.sync\\r\\nContent-Length: 9\\r\\n\\r\\nx' >&3
    cat <&3
    """

  /// A body on which nothing moves is waited for longer than this test may take.
  @Test(.timeLimit(.minutes(1)))
  func `a body that does not come keeps no hub from stopping`() async throws {
    let (asked, head) = AsyncStream<Void>.makeStream()
    let slow = try await LiveHub.run(
      FakeHub(onHead: { head.yield() }), shutdown: .milliseconds(100)
    ) { hub in
      let slow = Task { try await terminal("bash", ["-c", Self.half, "\(hub.port)"]) }
      for await _ in asked { break }
      return slow
    }
    #expect(try await slow.value.text.isEmpty, "nobody answered it")
  }

  @Test func `an address in use is said`() async throws {
    try await LiveHub.run { hub in
      let second = HubServer(
        service: FakeHub(), listen: ("127.0.0.1", hub.port), tls: nil,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let problem = await #expect(throws: Problem.self) { try await second.group().run() }
      #expect(problem?.code == .already_running)
      #expect(problem?.place == "127.0.0.1:\(hub.port)")
    }
  }

  @Test(arguments: ["0.0.0.0", "192.0.2.1", "::", "hub.example"])
  func `plain HTTP beyond loopback is refused`(host: String) async throws {
    let server = HubServer(
      service: FakeHub(), listen: (host, 0), tls: nil,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await #expect(throws: Problem(.plain_http, at: host)) { try await server.run() }
  }

  @Test func `an address of another machine is refused with its text`() async throws {
    let server = HubServer(
      service: FakeHub(), listen: ("192.0.2.1", 0), tls: nil,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, behindProxy: true)
    let problem = await #expect(throws: Problem.self) { try await server.group().run() }
    #expect(problem?.code == .usage)
    #expect(problem?.place == "192.0.2.1:0")
  }

  @Test func `a certificate that is none is refused before listening`() async throws {
    let server = HubServer(
      service: FakeHub(), listen: ("127.0.0.1", 0), tls: ([1, 2], [3]),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let problem = await #expect(throws: Problem.self) { try await server.group().run() }
    #expect(problem?.code == .not_understood)
  }

  @Test func `one line says that the hub listens, and where`() async throws {
    let lines = Lines()
    let port = try await LiveHub.run(logger: lines.logger) { hub in
      _ = try await hub.curl("/v1/health")
      return hub.port
    }
    #expect(lines.all == ["The hub listens on http://127.0.0.1:\(port)"])
  }
}
