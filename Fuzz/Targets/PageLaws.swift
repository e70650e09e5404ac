import Console
import Shared
import Work

// A browser's request, from its lines to the page. What the form says also stands in the records that
// the pages read, so that one input is both what somebody types and what somebody else had written.

extension FuzzTarget {
  /// `GET` or `POST` and an address; cookies; languages; and from the fourth line on the form.
  func checkPage(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4, let space = lines[0].firstIndex(of: " ") else { return false }
    let isPost = lines[0][..<space] == "POST"
    let place = lines[0][space...].dropFirst()
    let sides = place.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let form = FormWords(encoded: lines[3])
    try checkWords(form)

    let notes = WriteCount()
    let desk = ImaginedDesk(holding: form, notes: notes)
    var request = ConsoleRequest(
      isPost: isPost, path: String(sides[0]), query: sides.count > 1 ? String(sides[1]) : nil,
      place: String(place), cookies: String(lines[1]), prefix: "__Host-",
      accepting: String(lines[2]))
    if isPost { request.form = form }
    let answer = Console(doors: ImaginedDoors(desk: desk)).answer(request)

    try law("a page without the visit's word writes", notes.isZero || desk.mayWrite(request))
    try law("an answer of status \(answer.status)", Self.statuses.contains(answer.status))
    if let place = answer.location { try checkPlace(place) }
    for cookie in answer.cookies {
      try law(
        "a cookie that ends in a header's line",
        cookie.value.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: ";") })
    }
    if let name = answer.fileName {
      try law(
        "a file's name that ends in a header's line",
        name.utf8.allSatisfy { (32...126).contains($0) && $0 != UInt8(ascii: "\"") })
    }
    if answer.mediaType.hasPrefix("text/html") {
      if let fault = PageMarkup.fault(in: answer.body) {
        throw BrokenLaw("markup that is not the console's: \(fault)")
      }
    }
    return answer.status == 200
  }

  private static let statuses: Set = [
    200, 303, 400, 401, 403, 404, 405, 409, 410, 413, 422, 423, 429, 500, 503, 507,
  ]

  /// What is sent to a browser comes back from it.
  private func checkWords(_ form: FormWords) throws(BrokenLaw) {
    let link = Link(query: form.pairs.map { ($0.name, $0.value) })
    let again = FormWords(encoded: link.text.drop { $0 != "?" }.dropFirst())
    try law(
      "a form comes back with other words",
      areSame(
        form.pairs.flatMap { [$0.name, $0.value] }, as: again.pairs.flatMap { [$0.name, $0.value] })
    )
  }

  private func checkPlace(_ place: String) throws(BrokenLaw) {
    try law(
      "an answer leads out of the console", place.hasPrefix("/") && !place.hasPrefix("//"))
    try law(
      "an address that ends in a header's line", place.utf8.allSatisfy { (33...126).contains($0) })
  }
}

/// Whether a page's bytes are markup that the console writes, and nothing of what was typed became any.
enum PageMarkup {
  /// What is not, in a few words; nil for a page as it should be.
  static func fault(in body: [UInt8]) -> String? {
    var rest = body[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      rest = rest[(start + 1)...]
      if rest.starts(with: "!doctype html>".utf8) { continue }
      if rest.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
      let name = word(&rest)
      guard tags.contains(name) else { return "<\(name)" }
      while rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: "\n") {
        rest = rest.dropFirst()
        if let fault = attribute(&rest) { return "<\(name) \(fault)" }
      }
      if rest.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
      guard rest.first == UInt8(ascii: ">") else { return "<\(name) without an end" }
    }
    return nil
  }

  private static func word(_ rest: inout ArraySlice<UInt8>) -> String {
    let end = rest.firstIndex { !isLetter($0) } ?? rest.endIndex
    defer { rest = rest[end...] }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"): true
    default: false
    }
  }

  private static func attribute(_ rest: inout ArraySlice<UInt8>) -> String? {
    let name = word(&rest)
    guard !name.hasPrefix("on"), name != "style" else { return name }
    guard rest.starts(with: "=\"".utf8) else {
      return rest.first == UInt8(ascii: "=") ? "\(name) without quotes" : nil
    }
    rest = rest.dropFirst(2)
    guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return "\(name) without an end" }
    let value = rest[..<end]
    rest = rest[(end + 1)...]
    let leads = ["href", "src", "action", "formaction"].contains(name)
    let isOwn =
      [UInt8(ascii: "/"), UInt8(ascii: "#")].contains(value.first)
      && !value.starts(with: "//".utf8)
    return leads && !isOwn ? "\(name) that leads elsewhere" : nil
  }

  private static let tags: Set = [
    "html", "head", "meta", "link", "title", "script", "style", "body", "header", "nav", "main",
    "footer", "section", "article", "h1", "h2", "h3", "p", "a", "br", "span", "strong", "code",
    "ul", "li", "dl", "dt", "dd", "div", "table", "thead", "tbody", "tr", "th", "td", "form",
    "label", "input", "textarea", "select", "option", "datalist", "button", "fieldset", "legend",
    "details", "summary", "ins", "del", "svg", "path", "rect", "circle", "polyline",
  ]
}
