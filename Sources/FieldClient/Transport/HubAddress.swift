import CCurl
import Shared

/// Where a hub listens: `https://HOST:PORT`, or `http://` on this machine's own loopback.
///
/// It is taken apart by libcurl, so that what is judged here is what is connected to.
struct HubAddress: Equatable, Sendable {
  /// Without a slash at the end.
  let text: String
  let isPlain: Bool

  /// Throws `.plain_http` for http beyond loopback, `.invitation_invalid` for what is no address.
  init(_ text: String) throws(Problem) {
    guard let parts = URLParts(text), !parts.hasMore else {
      throw Problem(.invitation_invalid, at: text, cause: "not an address of a hub")
    }
    isPlain = parts.scheme == "http"
    guard isPlain || parts.scheme == "https" else {
      throw Problem(.invitation_invalid, at: text, cause: "neither https nor http")
    }
    guard !isPlain || Self.isLoopback(parts.host) else { throw Problem(.plain_http, at: text) }
    self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let octets = host.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets.allSatisfy { UInt8($0) != nil } && octets[0] == "127"
  }
}

private struct URLParts {
  let scheme: String
  let host: String
  /// Names a user, a path or a query, none of which an address has.
  let hasMore: Bool

  init?(_ text: String) {
    guard let url = curl_url() else { return nil }
    defer { curl_url_cleanup(url) }
    guard curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK,
      let scheme = Self.part(CURLUPART_SCHEME, of: url),
      let host = Self.part(CURLUPART_HOST, of: url)
    else { return nil }
    self.scheme = scheme
    self.host = host
    hasMore =
      Self.part(CURLUPART_PATH, of: url) != "/"
      || Self.part(CURLUPART_QUERY, of: url) != nil
      || Self.part(CURLUPART_FRAGMENT, of: url) != nil
  }

  private static func part(_ what: CURLUPart, of url: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(url, what, &text, 0) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
