package import Shared

/// Where devices find the hub: `https://HOST:PORT`, and nothing more.
package struct HubAddress: Hashable, Sendable {
  package enum Scheme: String, Sendable {
    case http, https
  }

  package static let defaultPort = 8443

  package let scheme: Scheme
  package let host: HubHost
  /// 1 to 65535.
  package let port: Int

  /// Reads `https://hub.example:8443`, `http://127.0.0.1`, `https://[::1]:9000`. A user, a path, a
  /// query or anything else is `usage`: an address goes into invitations and certificates.
  package init(_ text: String) throws(Problem) {
    guard
      let (scheme, rest) = Self.cutScheme(text),
      let (host, port) = Self.hostAndPort(rest)
    else { throw Problem(.usage, at: text) }
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  package var isLoopback: Bool { host.isLoopback }

  private static func cutScheme(_ text: String) -> (Scheme, Substring)? {
    let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].hasSuffix(":"), parts[1].isEmpty,
      let scheme = Scheme(rawValue: parts[0].dropLast().lowercased())
    else { return nil }
    return (scheme, parts[2])
  }

  private static func hostAndPort(_ text: Substring) -> (HubHost, Int)? {
    let end = text.hasPrefix("[") ? text.firstIndex(of: "]").map(text.index(after:)) : nil
    let hostEnd = end ?? text.firstIndex(of: ":") ?? text.endIndex
    guard let host = host(text[..<hostEnd]), let port = port(text[hostEnd...]) else { return nil }
    return (host, port)
  }

  private static func host(_ text: Substring) -> HubHost? {
    let bracketed = text.hasPrefix("[") && text.hasSuffix("]")
    guard let host = HubHost(String(bracketed ? text.dropFirst().dropLast() : text)) else {
      return nil
    }
    if case .ipv6 = host { return bracketed ? host : nil }
    return bracketed ? nil : host
  }

  private static func port(_ text: Substring) -> Int? {
    if text.isEmpty { return defaultPort }
    let digits = text.dropFirst()
    guard text.hasPrefix(":"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = Int(digits), (1...65535).contains(port)
    else { return nil }
    return port
  }
}

extension HubAddress: CustomStringConvertible {
  package var description: String { "\(scheme.rawValue)://\(host):\(port)" }
}
