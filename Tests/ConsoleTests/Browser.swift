import Foundation

@testable import Console
@testable import Shared

/// What a browser does, without one: keeps cookies, follows nothing by itself, and sends forms with the
/// token of the last page.
final class Browser {
  let console: Console
  private(set) var cookies: [String: String] = [:]
  private(set) var page = ""
  private(set) var status = 0
  private(set) var location = ""
  var language = Language.fr
  private var token = ""

  init(_ console: Console) { self.console = console }

  func get(_ place: String) { send(request(place)) }

  func post(_ place: String, _ form: [String: String], token given: String? = nil) {
    var asked = request(place)
    asked.isPost = true
    let pairs = form.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    asked.form = FormWords(pairs + [("_jeton", given ?? token)])
    send(asked)
  }

  /// Goes where the last answer led.
  func follow() { get(location) }

  /// Sends the form of the page under this address as it stands, with these fields filled otherwise.
  func fill(_ place: String, _ form: [String: String]) {
    get(place)
    post(place, shown.merging(form) { $1 })
  }

  /// The names and values that the last page's form would send.
  var shown: [String: String] {
    var fields: [String: String] = [:]
    let inputs = page.matches(
      of: #/<input (?:id="[^"]*" )?(?:type="hidden" )?name="([^"]+)"[^>]*? ?value="([^"]*)"/#)
    for input in inputs where fields[String(input.1)] == nil {
      fields[String(input.1)] = Self.plain(String(input.2))
    }
    for area in page.matches(of: #/<textarea id="[^"]*" name="([^"]+)"[^>]*>\n([^<]*)<\/textarea>/#)
    {
      fields[String(area.1)] = Self.plain(String(area.2))
    }
    for list in page.matches(of: #/<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)<\/select>/#) {
      let chosen = String(list.2).firstMatch(of: #/value="([^"]*)" selected/#).map { String($0.1) }
      // What nobody chose is the first of the list.
      let first = String(list.2).firstMatch(of: #/value="([^"]*)"/#).map { String($0.1) }
      fields[String(list.1)] = Self.plain(chosen ?? first ?? "")
    }
    for box in page.matches(of: #/type="checkbox" name="([^"]+)" value="([^"]*)" checked/#) {
      let before = fields[String(box.1)] ?? ""
      fields[String(box.1)] = before.isEmpty ? String(box.2) : before + "+" + box.2
    }
    return fields
  }

  func signIn(_ name: String, _ password: String) {
    get("/")
    post("/entree", ["nom": name, "mdp": password, "_vers": "/"])
  }

  func forgetCookies() { cookies = [:] }

  private func request(_ place: String) -> ConsoleRequest {
    let sides = place.split(separator: "?", maxSplits: 1).map(String.init)
    return ConsoleRequest(
      isPost: false, path: (sides.first ?? "/").split(separator: "/").map { FormWords.decoded($0) },
      query: FormWords(encoded: sides.count > 1 ? sides[1] : ""), cookies: cookies,
      language: language, place: place)
  }

  private func send(_ request: ConsoleRequest) {
    let answer = console.answer(request)
    status = answer.status
    page = String(decoding: answer.body, as: UTF8.self)
    location = answer.location ?? ""
    for cookie in answer.cookies {
      cookies[cookie.name] = cookie.value.isEmpty ? nil : cookie.value
    }
    if let found = page.firstMatch(of: #/name="_jeton" value="([^"]+)"/#) {
      token = String(found.1)
    }
  }

  private static func plain(_ text: String) -> String {
    text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }
}
