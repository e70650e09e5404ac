import Foundation
import Glibc
import Synchronization

/// A TCP server on loopback that answers each request as the test says and counts what passes.
final class TransportServer: Sendable {
  /// What one request gets. No bytes and no close leaves it waiting until the client gives up.
  struct Reply: Sendable {
    var bytes: [UInt8] = []
    var close = false

    static let silence = Reply()

    static func http(
      _ status: String = "200 OK", _ body: [UInt8] = [], headers: [String] = []
    ) -> Reply {
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
      return Reply(bytes: Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }
  }

  struct Seen: Sendable {
    var connections = 0
    var received = 0
    var sent = 0
    var requests: [[UInt8]] = []
  }

  let port: UInt16
  /// One element for each whole request, when it has come in.
  let arrivals: AsyncStream<Void>
  private let listener: Int32
  private let work: Work

  var seen: Seen { work.seen.withLock { $0 } }
  var address: String { "http://127.0.0.1:\(port)" }

  init(_ script: @escaping @Sendable (_ request: Int) -> Reply) {
    (listener, port) = boundSocket()
    precondition(listen(listener, 16) == 0)
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    self.arrivals = arrivals
    work = Work(script: script, arrived: arrived)
    Thread.detachNewThread { [listener, work] in work.accept(on: listener) }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}

private final class Work: Sendable {
  let seen = Mutex(TransportServer.Seen())
  private let script: @Sendable (Int) -> TransportServer.Reply
  private let arrived: AsyncStream<Void>.Continuation

  init(
    script: @escaping @Sendable (Int) -> TransportServer.Reply,
    arrived: AsyncStream<Void>.Continuation
  ) {
    self.script = script
    self.arrived = arrived
  }

  func accept(on listener: Int32) {
    while true {
      let socket = Glibc.accept(listener, nil, nil)
      guard socket >= 0 else { return }
      seen.withLock { $0.connections += 1 }
      Thread.detachNewThread { self.serve(socket) }
    }
  }

  private func serve(_ socket: Int32) {
    defer { close(socket) }
    var pending: [UInt8] = []
    while let bytes = receive(socket) {
      seen.withLock { $0.received += bytes.count }
      pending += bytes
      while let length = requestLength(pending) {
        let request = Array(pending.prefix(length))
        pending.removeFirst(length)
        guard answer(request, on: socket) else { return }
      }
    }
  }

  /// False ends the connection.
  private func answer(_ request: [UInt8], on socket: Int32) -> Bool {
    let number = seen.withLock { seen in
      seen.requests.append(request)
      return seen.requests.count
    }
    let reply = script(number)
    seen.withLock { $0.sent += reply.bytes.count }
    arrived.yield()
    var sent = 0
    while sent < reply.bytes.count {
      let count = reply.bytes[sent...].withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return !reply.close
  }
}

/// A socket bound to a free port of 127.0.0.1; without `listen` it refuses every connection.
func boundSocket() -> (socket: Int32, port: UInt16) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      precondition(bind(descriptor, $0, length) == 0)
      precondition(getsockname(descriptor, $0, &length) == 0)
    }
  }
  return (descriptor, UInt16(bigEndian: address.sin_port))
}

private func receive(_ socket: Int32) -> [UInt8]? {
  var buffer = [UInt8](repeating: 0, count: 65_536)
  let count = recv(socket, &buffer, buffer.count, 0)
  return count > 0 ? Array(buffer.prefix(count)) : nil
}

/// The bytes of the first whole request, headers and body; nil while it is not all there.
private func requestLength(_ bytes: [UInt8]) -> Int? {
  let end = Array("\r\n\r\n".utf8)
  guard let range = bytes.firstRange(of: end) else { return nil }
  let head = String(decoding: bytes[..<range.lowerBound], as: UTF8.self)
  let line = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
  let body = line.flatMap { Int($0.dropFirst("Content-Length: ".count)) } ?? 0
  let length = range.upperBound + body
  return bytes.count >= length ? length : nil
}
