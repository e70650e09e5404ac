import Foundation
import Testing

/// The protocol page keeps to what the tests show and to the vectors.
@Suite struct ProtocolTests {
  private static func page() throws -> ProtocolPage {
    ProtocolPage(try Checkout.text("docs/protocol.md"))
  }

  private struct Vector: Decodable {
    let name: String
    let kind: String
  }

  private static func vectors() throws -> [Vector] {
    try JSONDecoder().decode(
      [Vector].self, from: Data(Checkout.text("docs/protocol-vectors.json").utf8))
  }

  @Test func `every rule in capitals names the test that shows it`() throws {
    let page = try Self.page()
    #expect(page.rules.count > 20)
    let bare = page.rules.filter { $0.tests.isEmpty && !$0.isNotYet }.map(\.text)
    #expect(bare.isEmpty, "\(bare.joined(separator: "\n"))")
  }

  @Test func `every test that the protocol names exists`() throws {
    let known = try testNames()
    let unknown = try Self.page().tests.filter { !known.contains($0) }
    #expect(unknown.isEmpty, "\(unknown.joined(separator: "\n"))")
  }

  @Test func `every vector that the protocol names exists`() throws {
    let names = Set(try Self.vectors().map(\.name))
    let named = try Self.page().vectorNames
    #expect(named.count > 20)
    #expect(named.filter { !names.contains($0) }.isEmpty)
  }

  @Test func `every kind of vector is named in the protocol`() throws {
    let quoted = Set(try Self.page().quoted)
    let kinds = Set(try Self.vectors().map(\.kind))
    #expect(kinds.subtracting(quoted).isEmpty)
  }

  @Test func `a rule without a test is noticed`() {
    let page = ProtocolPage(
      """
      It MUST be so. [test: it is
      so] That it MUST. It MUST NOT here. [status: not yet]

      ```
      MUST in code
      ```
      A `varint 1` and a `stamp: of
      two lines`, no `word`.
      """)
    #expect(page.rules.map(\.tests) == [["it is so"], [], []])
    #expect(page.rules.map(\.isNotYet) == [false, false, true])
    #expect(page.vectorNames == ["varint 1", "stamp: of two lines"])
  }

  private func testNames() throws -> Set<String> {
    let names = try SourceFile.all(under: "Tests").flatMap { file in
      file.lines.flatMap { $0.matches(of: #/func `([^`]+)`\(/#).map { String($0.1) } }
    }
    return Set(names)
  }
}

/// What a page about the protocol promises.
struct ProtocolPage {
  /// From one MUST to the next, within a paragraph.
  struct Rule {
    let text: String
    let tests: [String]
    let isNotYet: Bool
  }

  private let paragraphs: [String]

  /// Fenced code is left out, and lines of a paragraph are joined.
  init(_ text: String) {
    var isCode = false
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isCode.toggle() }
      lines.append(isCode || line.hasPrefix("```") ? "" : String(line))
    }
    paragraphs = lines.split(separator: "").map { $0.joined(separator: " ") }
  }

  var rules: [Rule] {
    paragraphs.flatMap { paragraph in
      paragraph.components(separatedBy: "MUST").dropFirst().map { text in
        Rule(text: text, tests: Self.tests(in: text), isNotYet: text.contains("[status: not yet]"))
      }
    }
  }

  var tests: [String] { paragraphs.flatMap(Self.tests) }

  /// The paragraphs below these headings that promise something: those that begin with whom it is
  /// about, and those that name a test.
  func promises(under headings: Set<String>) -> [String] {
    var isUnder = false
    return paragraphs.filter { paragraph in
      if paragraph.hasPrefix("## ") { isUnder = headings.contains(String(paragraph.dropFirst(3))) }
      return isUnder && (paragraph.hasPrefix("**") || paragraph.contains("[test:"))
    }
  }

  /// Whatever stands between backticks.
  var quoted: [String] {
    paragraphs.flatMap { $0.matches(of: #/`([^`]+)`/#).map { String($0.1) } }
  }

  /// Quoted words that begin as the names of vectors do.
  var vectorNames: [String] {
    quoted.filter {
      $0.contains(
        #/^(varint|zigzag) -?[0-9]|^digest of |^(stamp|field stamps|uuid5|changeset|request|answer|compressed): /#
      )
    }
  }

  private static func tests(in text: String) -> [String] {
    text.matches(of: #/\[test: ([^\]]+)\]/#).map { String($0.1) }
  }
}
