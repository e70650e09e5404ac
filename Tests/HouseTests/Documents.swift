import Foundation

/// A Markdown page of the checkout.
struct Document {
  /// From the root of the checkout.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func all(under folder: String = "") throws -> [Document] {
    try Checkout.files(under: folder, ending: ".md")
      .map { Document(path: $0, text: try Checkout.text($0)) }
  }

  /// The lines outside of fenced code, each with its number.
  private var prose: [(number: Int, text: String)] {
    var isCode = false
    return lines.enumerated().compactMap { index, line in
      if line.drop(while: \.isWhitespace).hasPrefix("```") {
        isCode.toggle()
        return nil
      }
      return isCode ? nil : (index + 1, line)
    }
  }

  /// The headings of the second level, in order.
  var sections: [String] {
    prose.map(\.text).filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
  }

  /// Where its links to this checkout lead, as paths from the root.
  private var links: [(line: Int, path: String)] {
    let link = #/\]\(([^)\s#]+)(?:#[^)\s]*)?(?:\s+"[^"]*")?\)/#
    return prose.flatMap { number, text in
      text.matches(of: link).map(\.1)
        .filter { !$0.contains(":") }
        .map { (number, resolved(String($0))) }
    }
  }

  private func resolved(_ target: String) -> String {
    if target.hasPrefix("/") { return String(target.dropFirst()) }
    let folder = path.split(separator: "/").dropLast()
    var parts = folder.map(String.init)
    for part in (target.removingPercentEncoding ?? target).split(separator: "/") where part != "." {
      if part == ".." && !parts.isEmpty { parts.removeLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }

  /// Links that lead nowhere.
  func brokenLinks(exists: (String) -> Bool = Checkout.exists) -> [Finding] {
    links.filter { !exists($0.path) }.map {
      Finding(path: path, line: $0.line, sentence: "no file \($0.path); correct the link")
    }
  }
}
