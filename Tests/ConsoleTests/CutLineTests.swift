import Dispatch
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared

/// A line that is cut while a form is on its way, over a real socket.
@Suite struct CutLineTests {
  @Test func `half a form writes nothing, and the next one finds the pages as they were`()
    async throws
  {
    let stage = try Stage()
    let (browser, _, client) = try await stage.laptop("GAO", .resp_base)
    let form = try filled(stage, browser)
    let (ports, ready) = AsyncStream<Int>.makeStream()
    let server = LoopbackServer(
      console: browser.console, port: 0, logger: Logger(label: "test"), onReady: { ready.yield($0) }
    )
    let group = server.group()
    async let served: Void = group.run()
    let port = try #require(await ports.first { _ in true })
    let request = Self.request(form, cookies: browser.cookies, port: port)
    let count = try client.records(of: "note").count
    let answers = try await Self.apart { try Self.talk(request, port) }
    for answer in answers { #expect(answer.hasPrefix("HTTP/1.1 303"), "\(answer)") }
    #expect(try client.records(of: "note").count == count + 1)
    await group.triggerGracefulShutdown()
    try await served
  }

  /// Cuts three lines, then sends the whole form over two more and returns their answers.
  private static func talk(_ request: [UInt8], _ port: Int) throws -> [String] {
    for part in [request.count - 1, request.count / 2, 40] {
      let line = try Line(port: port)
      line.send(Array(request.prefix(part)))
      line.close()
    }
    return try (0..<2).map { _ in
      let line = try Line(port: port)
      defer { line.close() }
      line.send(request)
      return line.answer()
    }
  }

  /// Off the threads that the server needs.
  private static func apart<T: Sendable>(
    _ work: @escaping @Sendable () throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
    }
  }

  private func filled(_ stage: Stage, _ browser: Browser) throws -> [String: String] {
    let author = try stage.one("person", "full_name", "Mariam Exemple").id.description
    browser.get("/fiches/note/nouvelle")
    let note = [
      "kind": "signal_faible", "title": "Pont coupé", "base_code": "GAO", "body": "Crue",
      "author": author,
    ]
    return browser.shown.merging(note) { $1 }
  }

  private static func request(
    _ form: [String: String], cookies: [String: String], port: Int
  ) -> [UInt8] {
    let body = form.map { name, value in
      Link(name).text.dropFirst() + "=" + Link(value).text.dropFirst()
    }.joined(separator: "&")
    let jar = cookies.map { "djoliba-\($0)=\($1)" }.joined(separator: "; ")
    let head = """
      POST /fiches/note/nouvelle HTTP/1.1\r
      Host: 127.0.0.1:\(port)\r
      Cookie: \(jar)\r
      Connection: close\r
      Content-Type: application/x-www-form-urlencoded\r
      Content-Length: \(body.utf8.count)\r
      \r

      """
    return Array((head + body).utf8)
  }

  /// A socket to a port of this machine.
  private struct Line {
    private let file: Int32

    init(port: Int) throws {
      file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = in_port_t(port).bigEndian
      place.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
      let done = withUnsafePointer(to: &place) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      try #require(done == 0)
    }

    func send(_ bytes: [UInt8]) {
      _ = Glibc.send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
    func close() { Glibc.close(file) }

    func answer() -> String {
      var bytes = [UInt8](repeating: 0, count: 4_096)
      let count = recv(file, &bytes, bytes.count, 0)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }
}
