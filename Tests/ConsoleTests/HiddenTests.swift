import Foundation
import Testing

@testable import Console
@testable import Shared
@testable import SyncServer
@testable import Work

/// What somebody may not read stands on no page that they can come to, and is not to be told from what
/// never was.
@Suite struct HiddenTests {
  private static let grant = Grant(
    read: [.mission, .base("GAO")], write: [.mission, .base("GAO")])

  private func hidden(_ stage: Stage) throws -> [Shared.Record] {
    try Schema.mission.types.flatMap { try stage.all($0.name) }.filter { record in
      record.scope.map { !Self.grant.mayRead($0) } ?? false
    }
  }

  @Test func `no page of a base holds a word of what others keep`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let foreign = try hidden(stage)
    try #require(foreign.count > 60)
    let own = try Schema.mission.types.flatMap { try stage.all($0.name) }
      .filter { record in !foreign.contains { $0.id == record.id } }
    // What a list offers, or the programs say, is nobody's own words.
    let offered = Schema.mission.types.flatMap(\.fields).flatMap { field -> [String] in
      switch field.kind {
      case .choice(let choices), .choices(let choices): choices.map(\.label.fr)
      default: []
      }
    }
    let known = (own.flatMap(\.values.values).compactMap(\.text) + offered)
      .joined(separator: "\n")
    let words = Set(try foreign.flatMap(texts)).filter { $0.count > 14 && !known.contains($0) }
      .map { HTML($0).text }
    try #require(words.count > 60)
    var (seen, waiting, count) = ([String: Int](), ["/"], 0)
    var leaks: Set<String> = []
    while let place = waiting.popLast() {
      let kind = place.replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "*")
        .replacing(#/=[^&]*/#, with: "=")
      seen[kind, default: 0] += 1
      // The first of each kind of page, so that the walk has an end.
      guard seen[kind] ?? 0 <= 6 else { continue }
      browser.get(place)
      count += 1
      #expect(browser.status == 200, "\(place) \(browser.status)")
      leaks.formUnion(words.filter(browser.page.contains).map { "\(kind): \($0)" })
      waiting += browser.page.matches(of: #/href="(/[^"]*)"/#)
        .map { String($0.1).replacing("&amp;", with: "&") }
        .filter { !$0.contains("langue") && !$0.contains(".css") && !$0.contains(".svg") }
    }
    #expect(leaks == [])
    #expect(count > 150, "\(count)")
  }

  /// What somebody wrote in their own words.
  private func texts(_ record: Shared.Record) throws -> [String] {
    let type = try #require(Schema.mission[type: record.type])
    return type.fields.compactMap { field in
      switch field.kind {
      case .text, .longtext: record.text(field.name)
      default: nil
      }
    }
  }

  @Test func `whatever the type, a hidden record is one that is not there`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    var types: Set<String> = []
    for record in try hidden(stage) where types.insert(record.type).inserted {
      let pages = [record.id, RecordID(high: 1, low: 2)].map { id in
        var answers: [String] = []
        for more in ["", "/modifier", "/historique", "/supprimer"] {
          browser.get("/fiches/\(record.type)/\(id)\(more)")
          answers.append("\(browser.status) \(browser.page)")
        }
        for place in [
          "/fiches/\(record.type)/\(id)/supprimer", "/seances/\(id)/etape", "/incidents/\(id)",
          "/packs/\(id)/signer",
        ] {
          browser.get("/fiches")
          browser.post(place, ["etape": "verify", "externe": "X", "mode": "ecran"])
          answers.append("\(browser.status) \(browser.location) \(browser.page)")
        }
        return answers
      }
      #expect(pages[0] == pages[1], "\(record.type)")
      #expect(
        pages[0].allSatisfy { $0.hasPrefix("404") || $0.hasPrefix("403") || $0.hasPrefix("303") })
    }
    #expect(types.count > 6, "\(types)")
    #expect(try hidden(stage).count > 60)
  }
}
