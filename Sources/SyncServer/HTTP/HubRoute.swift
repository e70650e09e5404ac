import Hummingbird
import NIOCore
import Shared

/// The routes of programs, and what each takes.
enum HubRoute: String, CaseIterable {
  case enroll = "/v1/enroll"
  case sync = "/v1/sync"
  case repair = "/v1/repair"
  case handOver = "/v1/handover"
  case wiped = "/v1/wiped"
  case token = "/v1/token"
  case keys = "/v1/keys"
  case health = "/v1/health"
  case metrics = "/metrics"

  var method: HTTPRequest.Method { [.health, .metrics].contains(self) ? .get : .post }

  /// Of the request's body and of the answer's.
  var mediaType: String {
    if self == .metrics { return "text/plain; version=0.0.4; charset=utf-8" }
    return isExchange ? "application/vnd.djoliba.sync" : "application/json"
  }

  var bodyLimit: Int { isExchange ? HTTPLimits.syncBody : HTTPLimits.enrollBody }

  /// Takes binary bodies.
  private var isExchange: Bool { [.sync, .repair, .handOver].contains(self) }

  /// The body, read only when its kind and its declared length are what this route takes.
  func body(of request: Request) async throws -> [UInt8] {
    let mediaType = request.headers[.contentType]?.split(separator: ";").first
    guard mediaType?.filter({ $0 != " " }).lowercased() == self.mediaType else {
      throw Problem(.unsupported_media)
    }
    if let declared = request.headers[.contentLength] {
      guard let length = Int(declared), length <= bodyLimit else { throw Problem(.too_large) }
    }
    let buffer = try await request.body.collect(upTo: bodyLimit)
    return Array(buffer: buffer)
  }

  /// - Parameter isNamed: whether the kind of the body is said. A device that takes parts knows what it
  ///   asked for, and pays for each byte.
  func response(_ body: [UInt8], isNamed: Bool) -> Response {
    guard !isNamed, body.count > HTTPLimits.record else {
      return Response(
        status: .ok, headers: isNamed ? [.contentType: mediaType] : [:],
        body: .init(byteBuffer: .init(bytes: body)))
    }
    // What is written at once becomes one TLS record, of which nothing can be read before its end.
    return Response(
      status: .ok,
      body: .init(contentLength: body.count) { writer in
        for start in stride(from: 0, to: body.count, by: HTTPLimits.record) {
          let end = min(start + HTTPLimits.record, body.count)
          try await writer.write(ByteBuffer(bytes: body[start..<end]))
        }
        try await writer.finish(nil)
      })
  }
}

extension Request {
  var language: Language { Language(accepting: headers[.acceptLanguage]) }

  /// Whether the device takes a long answer in parts: its media type is of version 2.
  var takesParts: Bool {
    (headers[.contentType] ?? "").split(separator: ";").dropFirst().contains {
      $0.filter { $0 != " " }.lowercased() == "v=2"
    }
  }

  /// The device's token from `Authorization: Bearer TOKEN`.
  func token() throws(Problem) -> String {
    let parts = (headers[.authorization] ?? "").split(separator: " ")
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Problem(.unauthorised) }
    return String(parts[1])
  }
}
