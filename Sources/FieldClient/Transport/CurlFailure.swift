import CCurl
import Shared

/// Why libcurl brought no answer.
struct CurlFailure: Error {
  let problem: Problem
  /// Whether the request had begun to leave, so that another address is not to be tried.
  let connected: Bool

  /// OpenSSL's words for a certificate of the right authority whose days have not begun, or are over.
  private static let outOfDate = [9, 10]

  /// - Parameters:
  ///   - verified: what OpenSSL said of the hub's certificate; 0 when it was good.
  ///   - cause: libcurl's own message.
  init(_ code: CURLcode, verified: Int, connected: Bool, cause: String) {
    var word = Self.word(for: code, connected: connected)
    if word == .untrusted_hub, Self.outOfDate.contains(verified) { word = .certificate_date }
    problem = Problem(word, cause: cause)
    self.connected = connected
  }

  private static func word(for code: CURLcode, connected: Bool) -> Problem.Code {
    switch code {
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_INVALIDCERTSTATUS:
      .untrusted_hub
    case CURLE_ABORTED_BY_CALLBACK: .interrupted
    case CURLE_WRITE_ERROR, CURLE_FILESIZE_EXCEEDED: .too_large
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      .not_understood
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT,
      CURLE_UNKNOWN_OPTION:
      .internal
    case CURLE_OPERATION_TIMEDOUT: connected ? .stalled : .offline
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      connected ? .interrupted : .offline
    default: .offline
    }
  }
}
