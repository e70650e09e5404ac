import Launching
import Logging
import ServiceLifecycle
import SyncServer

/// A hub that really listens on loopback, and `curl` to call it.
struct LiveHub: Sendable {
  let port: Int
  let scheme: String
  let group: ServiceGroup

  func url(_ path: String) -> String { "\(scheme)://127.0.0.1:\(port)\(path)" }

  /// Runs curl; the answer is head, empty line, body.
  func curl(_ path: String, _ arguments: String...) async throws -> Answer {
    let base = ["-sS", "-i", "--noproxy", "*", "--max-time", "600"]
    return Answer(try await terminal("curl", base + arguments + [url(path)]))
  }

  func post(_ path: String, _ arguments: String...) async throws -> Answer {
    let base = ["-sS", "-i", "--noproxy", "*", "--max-time", "600", "-H", "Expect:", "-X", "POST"]
    return Answer(try await terminal("curl", base + arguments + [url(path)]))
  }

  /// Serves while `body` runs, then stops in the ordinary way and waits for the end.
  static func run<T: Sendable>(
    _ service: FakeHub = FakeHub(), tls: ServerIdentity? = nil, behindProxy: Bool = false,
    shutdown: Duration = HTTPLimits.shutdown,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    body: @escaping @Sendable (LiveHub) async throws -> T
  ) async throws -> T {
    let (ports, ready) = AsyncStream<Int>.makeStream()
    let server = HubServer(
      service: service, listen: ("127.0.0.1", 0),
      tls: tls.map { ($0.certificatePEM, $0.keyPEM) }, logger: logger,
      behindProxy: behindProxy, shutdown: shutdown, onReady: { ready.yield($0) })
    let group = server.group()
    async let served: Void = {
      defer { ready.finish() }
      try await group.run()
    }()
    var result: Result<T, any Error> = .failure(NeverReady())
    for await port in ports {
      let hub = LiveHub(port: port, scheme: tls == nil ? "http" : "https", group: group)
      do { result = .success(try await body(hub)) } catch { result = .failure(error) }
      await group.triggerGracefulShutdown()
    }
    try await served
    return try result.get()
  }

  struct NeverReady: Error {}
}

/// An HTTP answer as curl printed it.
struct Answer: Sendable {
  let exit: Int32
  let head: String
  let body: [UInt8]

  init(_ finished: Finished) {
    exit = finished.status
    let end = finished.output.firstRange(of: Array("\r\n\r\n".utf8))
    head = String(decoding: finished.output[..<(end?.upperBound ?? 0)], as: UTF8.self)
    body = Array(finished.output[(end?.upperBound ?? 0)...])
  }

  var status: Int? { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
  var text: String { String(decoding: body, as: UTF8.self) }

  func header(_ name: String) -> String? {
    head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
      .map { $0.dropFirst(name.count + 1).drop { $0 == " " } }.map(String.init)
  }
}
