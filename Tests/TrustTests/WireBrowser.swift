import Foundation
import Launching
import Testing

@testable import Shared
@testable import SyncServer
@testable import Work

/// Somebody who is in at the console, and whose browser asks through the hub's port.
struct WireBrowser: Sendable {
  let role: Role
  /// Of its account.
  let name: String
  private let live: Live
  private let secret: String

  /// A page that is asked for, or a form that is sent.
  struct Asked: Sendable {
    let place: String
    var form: [FormField]?
  }

  struct Answer: Sendable {
    let status: Int
    let page: String
  }

  /// With an account of its own that has changed its first password.
  init(_ role: Role, base: String, _ live: Live) throws {
    self.role = role
    self.live = live
    name = role.rawValue.replacing("_", with: "-") + "." + base.lowercased()
    let offer = try live.office.add(name, fullName: name, role: role, base: base)
    let doors = OfficeDoors(live.office, language: .fr)
    secret = try doors.enter(.password(name: name, password: offer.password))
    try doors.changePassword(secret, from: offer.password, to: "quatre mots au fleuve")
  }

  func get(_ places: [String]) async throws -> [Answer] {
    try await ask(places.map { Asked(place: $0) })
  }

  /// Each after the other, over one connection, as fast as two at an address may.
  func ask(_ asked: [Asked]) async throws -> [Answer] {
    var answers: [Answer] = []
    for start in stride(from: 0, to: asked.count, by: Self.atOnce) {
      live.uptime.advance(60_000)
      let some = asked[start..<min(start + Self.atOnce, asked.count)]
      let script = live.folder.path + "/curl-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: script) }
      try Data(some.map(words).joined(separator: "next\n").utf8).write(to: URL(filePath: script))
      let text = try await Finished.apart(["curl", "-K", script]).text
      let parts = text.split(separator: Self.mark, omittingEmptySubsequences: false)
      try #require(parts.count == 2 * some.count + 1, "an answer to each")
      for index in some.indices.map({ 2 * ($0 - start) }) {
        answers.append(Answer(status: Int(parts[index + 1]) ?? 0, page: String(parts[index])))
      }
    }
    return answers
  }

  /// Half of what an address may ask for within a minute: another browser may be asking, too.
  private static let atOnce = 250
  private static let mark: Character = "\u{1E}"

  /// As curl reads it from a file.
  private func words(_ asked: Asked) -> String {
    var lines = [
      "silent", "noproxy = \"*\"", "max-time = 600", "cacert = \"\(live.authority)\"",
      "cookie = \"__Host-entree=\(secret)\"", "url = \"\(live.url(asked.place))\"",
      "write-out = \"\(Self.mark)%{http_code}\(Self.mark)\"",
    ]
    if let form = asked.form {
      let fields = form + [FormField(name: "_jeton", value: FormToken.of(secret))]
      lines.append("data = \"\(fields.map(\.encoded).joined(separator: "&"))\"")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

struct FormField: Hashable, Sendable {
  let name: String
  let value: String

  fileprivate var encoded: String {
    [name, value].map { text in
      text.utf8.map { byte in
        let isPlain =
          (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        return isPlain ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal
      }.joined()
    }.joined(separator: "=")
  }
}

/// A form of a page that sends something, as it stands there.
struct PageForm: Sendable {
  let place: String
  let fields: [FormField]

  /// What tells it from the page's other forms: where it goes, and which of its buttons it is.
  var key: String {
    let button = fields.filter { ["etape", "choix"].contains($0.name) }.map(\.value)
    return ([place] + button).joined(separator: " ")
  }

  static func all(in page: String) -> [PageForm] { FormReading().forms(in: page) }
}

/// How forms are found in a page. To read a pattern takes longer than to look for it: each is read once a
/// page.
private struct FormReading {
  private let form = #/<form method="post" action="([^"?]*)[^"]*"[^>]*>(.*?)<\/form>/#
    .dotMatchesNewlines()
  private let input = #/<input [^>]*>/#
  private let list = #/<select [^>]*name="([^"]+)"[^>]*>(.*?)<\/select>/#
  private let area = #/<textarea [^>]*name="([^"]+)"[^>]*>\n?([^<]*)<\/textarea>/#
  private let name = #/name="([^"]+)"/#
  private let ownValue = #/ value="([^"]*)"/#
  private let value = #/value="([^"]*)"/#
  private let chosen = #/value="([^"]*)" selected/#

  func forms(in page: String) -> [PageForm] {
    page.matches(of: form).map {
      PageForm(place: String($0.1), fields: fields(in: String($0.2)))
    }
  }

  private func fields(in inside: String) -> [FormField] {
    var fields: [FormField] = []
    for input in inside.matches(of: input) {
      let tag = String(input.0)
      guard !tag.contains(#"type="checkbox""#), let name = tag.firstMatch(of: name),
        name.1 != "_jeton"
      else { continue }
      let value = tag.firstMatch(of: ownValue).map { String($0.1) } ?? ""
      fields.append(FormField(name: String(name.1), value: value))
    }
    for list in inside.matches(of: list) {
      let chosen = String(list.2).firstMatch(of: chosen).map { String($0.1) }
      let last = String(list.2).matches(of: value).last.map { String($0.1) }
      fields.append(FormField(name: String(list.1), value: chosen ?? last ?? ""))
    }
    for area in inside.matches(of: area) {
      fields.append(FormField(name: String(area.1), value: String(area.2)))
    }
    return fields
  }
}
