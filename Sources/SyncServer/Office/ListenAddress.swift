package import Shared

/// Where the hub listens: `HOST:PORT`, with an IPv6 host in brackets.
package struct ListenAddress: Hashable, Sendable {
  package let host: String
  /// 0 takes any free port.
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Throws `.usage` for anything but a host and a port from 0 to 65535.
  package init(_ text: String) throws(Problem) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { throw Problem(.usage, at: text) }
    let name = text[..<colon]
    let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
    let host = String(isBracketed ? name.dropFirst().dropLast() : name)
    guard let parsed = HubHost(host), isBracketed == parsed.isIPv6 else {
      throw Problem(.usage, at: text)
    }
    self.init(host: host, port: Int(port))
  }
}

extension HubHost {
  fileprivate var isIPv6: Bool { if case .ipv6 = self { true } else { false } }
}
