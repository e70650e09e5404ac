/// One request to the hub, whatever address it answers at.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  package var method: Method
  /// From the slash on: `/v1/sync`.
  package var path: String
  package var headers: [(String, String)]
  package var body: [UInt8]
  /// The most bytes of body an answer may have.
  package var responseLimit: Int
  /// Whether the beginning of a good answer is of use when the rest does not come, even if it is
  /// only to know what was paid for it.
  package var takesBeginning: Bool

  package init(
    method: Method = .post, path: String, headers: [(String, String)] = [], body: [UInt8] = [],
    responseLimit: Int, takesBeginning: Bool = false
  ) {
    precondition(path.hasPrefix("/"), "a path begins with a slash")
    precondition(method == .post || body.isEmpty, "only POST carries a body")
    precondition(responseLimit > 0, "an answer has at least a byte")
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
    self.responseLimit = responseLimit
    self.takesBeginning = takesBeginning
  }
}

/// What the hub answered, whatever its status, and what that cost.
package struct HTTPAnswer: Sendable, Equatable {
  package var status: Int
  package var contentType: String?
  /// Seconds that the hub asks to wait before the next request; 0 when it asks for nothing.
  package var retryAfter: Int
  package var body: [UInt8]
  /// Bytes given to and taken from the connection: headers included, TLS not.
  package var bytesSent: Int
  package var bytesReceived: Int
  /// How fast the link was. Both include one round trip, so that a handful of bytes is not
  /// taken for a fast link.
  package var bytesPerSecondUp: Double
  package var bytesPerSecondDown: Double
  /// Whether a connection had to be made for it.
  package var newConnection: Bool
  package var seconds: Double
  /// Whether all of the request has left, so that the hub may have it.
  package var isPosted: Bool
  /// Why the body is only the beginning of a good answer, or empty; nil when all is whole.
  package var cut: Problem?
  /// Until when the hub's certificate holds, in milliseconds since 1970; nil without one.
  package var certificateEnd: Int64?

  package init(
    status: Int, contentType: String? = nil, retryAfter: Int = 0, body: [UInt8] = [],
    bytesSent: Int = 0,
    bytesReceived: Int = 0, bytesPerSecondUp: Double = 0, bytesPerSecondDown: Double = 0,
    newConnection: Bool = false, seconds: Double = 0, isPosted: Bool = false, cut: Problem? = nil,
    certificateEnd: Int64? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.retryAfter = retryAfter
    self.body = body
    self.bytesSent = bytesSent
    self.bytesReceived = bytesReceived
    self.bytesPerSecondUp = bytesPerSecondUp
    self.bytesPerSecondDown = bytesPerSecondDown
    self.newConnection = newConnection
    self.seconds = seconds
    self.isPosted = isPosted
    self.cut = cut
    self.certificateEnd = certificateEnd
  }
}
