import FieldClient
import Foundation
import Glibc
import Launching
import Shared
import Testing

/// A hub is believed for its own authority's signature and for nothing else.
@Suite(.timeLimit(.minutes(1)))
struct TransportTrustTests {
  private let request = HTTPRequest(method: .get, path: "/", responseLimit: 1 << 16)

  @Test func `a certificate of the pinned authority is believed`() async throws {
    let hub = try TLSServer()
    let transport = try transport("https://127.0.0.1:\(hub.port)", authority: hub.authority)
    let answer = try await transport.send(request)
    #expect(answer.status == 200)
    #expect(!answer.body.isEmpty)
    let end = try #require(answer.certificateEnd) / 1000
    let tomorrow = Int64(Date().timeIntervalSince1970) + 86_400
    #expect((tomorrow...tomorrow + 86_400).contains(end))
    #expect(
      try await transport.send(request).certificateEnd == end * 1000, "on the same connection")
  }

  @Test(arguments: ["2020-01-01", "2099-01-01"])
  func `a certificate of another time is no stranger's`(day: String) async throws {
    let hub = try TLSServer(made: day)
    let stranger = try TLSServer()
    let dated = "https://127.0.0.1:\(hub.port)"
    let alone = try transport(dated, authority: hub.authority)
    #expect(await failure { try await alone.send(request) } == .certificate_date)
    for order in [
      [dated, "https://127.0.0.1:\(stranger.port)"], ["https://127.0.0.1:\(stranger.port)", dated],
    ] {
      let both = try transport(order[0], order[1], authority: hub.authority)
      #expect(await failure { try await both.send(request) } == .untrusted_hub)
    }
  }

  @Test func `a certificate of another authority is not`() async throws {
    let hub = try TLSServer()
    let other = try TLSServer()
    let transport = try transport("https://127.0.0.1:\(hub.port)", authority: other.authority)
    #expect(await failure { try await transport.send(request) } == .untrusted_hub)
  }

  @Test func `a certificate for another host is not`() async throws {
    let hub = try TLSServer()
    let transport = try transport("https://localhost:\(hub.port)", authority: hub.authority)
    #expect(await failure { try await transport.send(request) } == .untrusted_hub)
  }

  @Test(arguments: [nil, Array("not a certificate".utf8)])
  func `without an authority no hub is believed`(authority: [UInt8]?) async throws {
    let hub = try TLSServer()
    let transport = try transport("https://127.0.0.1:\(hub.port)", authority: authority)
    #expect(await failure { try await transport.send(request) } == .untrusted_hub)
  }

  @Test func `a stranger at the first address does not hide the hub at the second`() async throws {
    let hub = try TLSServer()
    let stranger = try TLSServer()
    let transport = try transport(
      "https://127.0.0.1:\(stranger.port)", "https://127.0.0.1:\(hub.port)",
      authority: hub.authority)
    #expect(try await transport.send(request).status == 200)
  }

  // libcurl measures this second with its own clock.
  @Test func `a server that never shakes hands is offline`() async throws {
    let server = TransportServer { _ in .silence }
    let transport = try transport("https://127.0.0.1:\(server.port)", connectSeconds: 1)
    #expect(await failure { try await transport.send(request) } == .offline)
  }
}

/// `openssl s_server` with a certificate for 127.0.0.1 and an authority of its own.
private final class TLSServer {
  let port: Int
  let authority: [UInt8]
  private let server: Launched
  private let output = SpokenPipe()
  private let folder: URL

  /// - Parameter day: when the certificates were made; today, when nil.
  init(made day: String? = nil) throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "djoliba-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Self.makeCertificates(in: folder, day: day)
    authority = Array(try Data(contentsOf: folder.appending(path: "ca.pem")))
    server = try Launched(
      Self.openssl("s_server -accept 127.0.0.1:0 -cert hub.pem -key hub.key -www"),
      in: folder.path, out: output.end)
    output.closeEnd()
    port = try #require(Self.port(from: output))
  }

  deinit {
    server.end()
    try? FileManager.default.removeItem(at: folder)
  }

  private static func makeCertificates(in folder: URL, day: String?) throws {
    let clock = day.map { ["faketime", $0] } ?? []
    let key = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    let names = "-addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE"
    for command in [
      "\(key) -keyout ca.key -out ca.pem -subj /CN=authority",
      "\(key) -keyout hub.key -out hub.pem -subj /CN=hub -CA ca.pem -CAkey ca.key \(names)",
    ] {
      #expect(try Launched(clock + openssl(command), in: folder.path).wait() == 0)
    }
  }

  private static func openssl(_ command: String) -> [String] {
    ["openssl"] + command.split(separator: " ").map(String.init)
  }

  /// It says `ACCEPT 127.0.0.1:PORT` when it listens.
  private static func port(from output: SpokenPipe) -> Int? {
    guard output.wait(for: "ACCEPT ") != nil, let text = output.wait(for: "\n") else { return nil }
    return text.split(whereSeparator: \.isNewline).last?.split(separator: ":").last
      .flatMap { Int($0) }
  }
}
