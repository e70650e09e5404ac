// Pages are string literals, and what stands between them is escaped by its type: a literal of
// the program is markup, a `String` never is. There is no other way to make markup: literals come
// in as `StaticString`, which nothing that was read or received can become. What the compiler
// cannot see, the interpolation traps on: an attribute without quotes, and text as an address.

/// Markup.
package struct HTML: Sendable, Hashable {
  package private(set) var text: String

  /// Plain text, escaped.
  package init(_ plain: String) { text = Self.escaped(plain) }

  private init(markup: String) { text = markup }

  /// A file that is built into this program.
  init(asset bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  package static let none: HTML = ""

  package var isEmpty: Bool { text.isEmpty }

  package static func + (a: HTML, b: HTML) -> HTML { HTML(markup: a.text + b.text) }
  package static func += (a: inout HTML, b: HTML) { a.text += b.text }

  static func escaped(_ plain: String) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(plain.utf8.count + 16)
    for byte in plain.utf8 {
      switch byte {
      case UInt8(ascii: "&"): out += "&amp;".utf8
      case UInt8(ascii: "<"): out += "&lt;".utf8
      case UInt8(ascii: ">"): out += "&gt;".utf8
      case UInt8(ascii: "\""): out += "&quot;".utf8
      case UInt8(ascii: "'"): out += "&#39;".utf8
      // HTML has no place for them, and a browser would call the page broken.
      case 0..<9, 11, 12, 14..<32: out += "\u{FFFD}".utf8
      default: out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension HTML: ExpressibleByStringInterpolation {
  package init(stringLiteral value: StaticString) { text = value.description }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    private var last = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 24)
    }

    package mutating func appendLiteral(_ literal: StaticString) {
      last = literal.description
      text += last
    }

    package mutating func appendInterpolation(_ plain: String) {
      precondition(!last.hasSuffix("="), "an attribute's value stands in quotes")
      let isAddress = ["href=\"", "action=\"", "src=\""].contains { last.hasSuffix($0) }
      precondition(!isAddress, "an address is a Link")
      append(HTML.escaped(plain))
    }

    package mutating func appendInterpolation(_ number: Int) { append("\(number)") }
    package mutating func appendInterpolation(_ markup: HTML) { append(markup.text) }
    package mutating func appendInterpolation(_ link: Link) { append(HTML.escaped(link.text)) }

    package mutating func appendInterpolation(_ parts: [HTML]) {
      for part in parts { append(part.text) }
    }

    private mutating func append(_ markup: String) {
      text += markup
      last = ""
    }
  }
}

extension Sequence<HTML> {
  package func joined(by separator: HTML) -> HTML {
    var all = HTML.none
    for (index, part) in enumerated() { all += index == 0 ? part : separator + part }
    return all
  }
}

/// An address inside the console; nothing that was typed can lead out of it.
package struct Link: Sendable, Hashable {
  package let text: String

  /// - Parameter path: parts without slashes; each is percent-encoded.
  package init(_ path: String..., query: [(String, String)] = []) {
    let place = "/" + path.map(Self.encoded).joined(separator: "/")
    let words = query.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }
    text = words.isEmpty ? place : place + "?" + words.joined(separator: "&")
  }

  package static func record(_ type: String, _ id: String, _ more: String...) -> Link {
    Link(pathParts: ["fiches", type, id] + more)
  }

  private init(pathParts: [String]) {
    text = "/" + pathParts.map(Self.encoded).joined(separator: "/")
  }

  /// The same with one more question.
  func asking(_ name: String, _ value: String) -> Link {
    let mark = text.contains("?") ? "&" : "?"
    return Link(place: text + mark + Self.encoded(name) + "=" + Self.encoded(value))
  }

  static func path(_ parts: [String], query: [(String, String)]) -> Link {
    let words = query.map { "\(encoded($0.0))=\(encoded($0.1))" }
    return Link(
      place: "/" + parts.map(encoded).joined(separator: "/") + "?" + words.joined(separator: "&"))
  }

  private init(place: String) { text = place }

  /// A place that a form carried through the sign-in: one of this console, or its beginning.
  package init(returningTo place: String) {
    let isOwn =
      place.hasPrefix("/") && !place.hasPrefix("//")
      && place.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: "\\") }
    text = isOwn ? place : "/"
  }

  private static func encoded(_ part: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in part.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        out.append(byte)
      default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
