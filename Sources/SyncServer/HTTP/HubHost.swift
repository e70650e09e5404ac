import Foundation

/// A machine as an address names it: by a name, or by an IP address.
package enum HubHost: Hashable, Sendable {
  case name(String)
  /// Four bytes.
  case ipv4([UInt8])
  /// Sixteen bytes.
  case ipv6([UInt8])

  /// Reads `gao.example`, `192.168.8.2` or `fe80::1` (without brackets); nil for anything else.
  package init?(_ text: String) {
    if let bytes = Self.packed(text, family: AF_INET, count: 4) {
      self = .ipv4(bytes)
    } else if let bytes = Self.packed(text, family: AF_INET6, count: 16) {
      self = .ipv6(bytes)
    } else if Self.isName(text) {
      self = .name(text.lowercased())
    } else {
      return nil
    }
  }

  package static let loopback: [HubHost] = [
    .name("localhost"), .ipv4([127, 0, 0, 1]), .ipv6([UInt8](repeating: 0, count: 15) + [1]),
  ]

  /// Whether packets for it never leave this machine.
  package var isLoopback: Bool {
    if case .ipv4(let bytes) = self { return bytes[0] == 127 }
    return Self.loopback.contains(self)
  }

  private static func packed(_ text: String, family: Int32, count: Int) -> [UInt8]? {
    // A zero byte would end the C string early, and the rest would go unread.
    guard !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return inet_pton(family, text, &bytes) == 1 ? bytes : nil
  }

  /// A DNS name in letters, digits and hyphens. One that ends in a number is a mistyped IPv4
  /// address, which some resolvers would read as another address.
  private static func isName(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 253, let last = labels.last else { return false }
    return labels.allSatisfy(isLabel) && !last.utf8.allSatisfy(isDigit)
  }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
}

extension HubHost: CustomStringConvertible {
  /// As an address writes it: IPv6 in brackets.
  package var description: String {
    switch self {
    case .name(let name): name
    case .ipv4(let bytes): bytes.map(String.init).joined(separator: ".")
    case .ipv6(let bytes): "[\(Self.text(ipv6: bytes))]"
    }
  }

  private static func text(ipv6 bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    precondition(inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
