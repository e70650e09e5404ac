package import Shared

/// What the pages need of an HTTP request; they know records, not sockets.
package struct ConsoleRequest: Sendable {
  package var isPost: Bool
  /// The path's parts, decoded.
  package var path: [String]
  package var query: FormWords
  package var form: FormWords
  package var cookies: [String: String]
  package var language: Language
  /// The path and query as they came, for returning after the sign-in.
  package var place: String

  package init(
    isPost: Bool, path: [String], query: FormWords = FormWords(), form: FormWords = FormWords(),
    cookies: [String: String] = [:], language: Language = .fr, place: String = "/"
  ) {
    self.isPost = isPost
    self.path = path
    self.query = query
    self.form = form
    self.cookies = cookies
    self.language = language
    self.place = place
  }
}

extension ConsoleRequest {
  /// Reads the lines of an HTTP request as they came; what is no word of ours is passed over.
  ///
  /// - Parameters:
  ///   - path: percent-encoded.
  ///   - prefix: what the console's own cookies begin with.
  package init(
    isPost: Bool, path: String, query: String?, place: String, cookies header: String?,
    prefix: String, accepting languages: String?
  ) {
    let cookies = Self.cookies(header ?? "", prefix: prefix)
    self.init(
      isPost: isPost,
      path: path.split(separator: "/").map { FormWords.decoded($0.replacing("+", with: "%2B")) },
      query: FormWords(encoded: query ?? ""), cookies: cookies,
      language: cookies["langue"].flatMap { Language(rawValue: $0) }
        ?? Language(accepting: languages),
      place: place)
  }

  private static func cookies(_ header: String, prefix: String) -> [String: String] {
    var cookies: [String: String] = [:]
    for part in header.split(separator: ";") {
      let sides = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, sides[0].hasPrefix(prefix) else { continue }
      cookies[String(sides[0].dropFirst(prefix.count))] = String(sides[1])
    }
    return cookies
  }
}

/// What a form or an address brings: names with one or more values, in order.
package struct FormWords: Sendable, Hashable {
  package private(set) var pairs: [Pair]

  package struct Pair: Sendable, Hashable {
    package let name: String
    package let value: String
  }

  package init(_ pairs: [(String, String)] = []) {
    self.pairs = pairs.map { Pair(name: $0.0, value: $0.1) }
  }

  package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  package func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// Reads `application/x-www-form-urlencoded`; what is not UTF-8 is replaced, never refused.
  package init(encoded text: some StringProtocol) {
    pairs = text.split(separator: "&").prefix(Self.most).map { part in
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Pair(
        name: Self.decoded(sides[0]), value: sides.count > 1 ? Self.decoded(sides[1]) : "")
    }
  }

  /// No form of the console has half as many fields.
  private static let most = 1_000

  package static func decoded(_ text: some StringProtocol) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "+") {
        out.append(UInt8(ascii: " "))
      } else if byte == UInt8(ascii: "%"), place + 1 < bytes.count,
        let high = digit(bytes[place]), let low = digit(bytes[place + 1])
      {
        out.append(high << 4 | low)
        place += 2
      } else {
        out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}

/// An answer before it is put on the wire.
package struct ConsoleAnswer: Sendable {
  package var status = 200
  package var mediaType = "text/html; charset=utf-8"
  package var body: [UInt8] = []
  /// Where to go instead.
  package var location: String?
  /// Name and value; an empty value removes the cookie.
  package var cookies: [(name: String, value: String)] = []
  /// Stays the same for ever under this address.
  package var isLasting = false
  /// A file to be kept under this name.
  package var fileName: String?

  package init() {}

  package static func page(_ html: HTML, status: Int = 200) -> ConsoleAnswer {
    var answer = ConsoleAnswer()
    answer.status = status
    answer.body = Array(html.text.utf8)
    return answer
  }

  /// After a form was taken: the browser asks anew, so that going back or reloading writes nothing twice.
  package static func see(_ link: Link) -> ConsoleAnswer {
    var answer = ConsoleAnswer()
    answer.status = 303
    answer.location = link.text
    return answer
  }

  package static func file(_ text: String, _ mediaType: String, name: String) -> ConsoleAnswer {
    var answer = ConsoleAnswer()
    answer.mediaType = mediaType
    answer.body = Array(text.utf8)
    answer.fileName = name
    return answer
  }
}
