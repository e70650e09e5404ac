import Foundation
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import SyncServer
@testable import Work

/// What was typed stays, whatever happens to the record, the line or the browser meanwhile; and it
/// is written once.
@Suite struct NothingLostTests {
  private static let note = [
    "kind": "signal_faible", "title": "Pont <coupé>", "base_code": "GAO", "body": "Deux\nlignes",
  ]

  private func filled(_ stage: Stage, _ browser: Browser) throws -> [String: String] {
    let author = try stage.one("person", "full_name", "Mariam Exemple").id.description
    browser.get("/fiches/note/nouvelle")
    return browser.shown.merging(Self.note.merging(["author": author]) { $1 }) { $1 }
  }

  @Test func `a record that was deleted meanwhile is written again as a new one`() throws {
    let stage = try Stage()
    let one = try stage.person("un", .referent_surete)
    let two = try stage.person("claire", .dp, as: "Claire Exemple")
    let note = try stage.one("note", "title", "Prix du carburant et rumeurs à Gao").id
    let place = "/fiches/note/\(note)/modifier"
    one.get(place)
    let typed = one.shown.merging(["body": "Hausse de <40> %.", "title": "Prix"]) { $1 }
    two.get("/fiches/note/\(note)/supprimer")
    two.post("/fiches/note/\(note)/supprimer", [:])
    #expect(two.status == 303)
    one.post(place, typed)
    #expect(one.status == 404)
    #expect(one.page.contains("Quelqu&#39;un l&#39;a supprimée"))
    #expect(one.page.contains("Hausse de &lt;40&gt; %."))
    #expect(one.page.contains(#"action="/fiches/note/nouvelle?envoi=1""#))
    one.post("/fiches/note/nouvelle", one.shown)
    #expect(one.status == 303, "\(one.page)")
    let again = try stage.one("note", "title", "Prix")
    #expect(again.id != note && again["body"] == "Hausse de <40> %.")
    #expect(again["base_code"] == "GAO")
  }

  @Test func `on a laptop too, when a sync took the record away`() async throws {
    let stage = try Stage()
    let (browser, _, client) = try await stage.laptop("GAO", .resp_base)
    let chief = try stage.person("claire", .dp, as: "Claire Exemple")
    let contact = try stage.one("contact", "display_name", "Maire adjointe (fictive)").id
    let place = "/fiches/contact/\(contact)/modifier"
    browser.get(place)
    let typed = browser.shown.merging(["locality": "Quartier 8"]) { $1 }
    chief.get("/fiches/contact/\(contact)/supprimer")
    chief.post("/fiches/contact/\(contact)/supprimer", [:])
    _ = try await client.sync()
    browser.post(place, typed)
    #expect(browser.status == 404 && browser.page.contains(#"value="Quartier 8""#))
    browser.post("/fiches/contact/nouvelle", browser.shown)
    #expect(browser.status == 303, "\(browser.page)")
    #expect(try client.records(of: "contact").contains { $0["locality"] == "Quartier 8" })
  }

  @Test func `the answer is the same for what never was there`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let foreign = try stage.one("security_pack", "base_code", "KDL").id
    let pages = [foreign, RecordID(high: 1, low: 2)].map { id in
      browser.get("/fiches")
      browser.post("/fiches/security_pack/\(id)/modifier", ["title": "Plan"])
      #expect(browser.status == 404)
      return browser.page.replacing(#/name="_no" value="[^"]*"/#, with: "")
        .replacing(id.description, with: "")
    }
    #expect(pages[0] == pages[1])
    #expect(!pages[0].contains("Kidal ·"))
  }

  @Test func `what a page could not take is shown, to be copied`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/fiches")
    browser.post(
      "/packs/\(RecordID(high: 1, low: 2))/signer",
      ["externe": "Gardien <Un>", "mdp": "secret", "etape": "close"])
    #expect(browser.status == 404)
    #expect(browser.page.contains("Gardien &lt;Un&gt;"))
    #expect(!browser.page.contains("secret") && !browser.page.contains("close"))
  }

  @Test func `a form whose answer was cut off is sent again and writes once`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let form = try filled(stage, browser)
    let count = try stage.all("note").count
    browser.post("/fiches/note/nouvelle", form)
    let first = browser.location
    browser.post("/fiches/note/nouvelle", form)
    #expect(browser.status == 303 && browser.location == first)
    browser.follow()
    #expect(browser.page.contains("Déjà enregistré."))
    #expect(try stage.all("note").count == count + 1)
    // The form of another visit to the page is another record.
    browser.post("/fiches/note/nouvelle", try filled(stage, browser))
    #expect(try stage.all("note").count == count + 2)
  }

  @Test func `the back button and other words correct the record, or make another if asked to`()
    throws
  {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let form = try filled(stage, browser)
    browser.post("/fiches/note/nouvelle", form)
    let count = try stage.all("note").count
    let id = try stage.one("note", "title", "Pont <coupé>").id
    // A word that was taken out is a change as well.
    let changed = form.merging(["title": "Gué coupé", "body": "Deux", "trend": ""]) { $1 }
    browser.post("/fiches/note/nouvelle", changed)
    #expect(browser.status == 422)
    #expect(browser.page.contains("Cette saisie est déjà enregistrée"))
    #expect(browser.page.contains("Déjà enregistré : « Pont &lt;coupé&gt; »."))
    #expect(browser.page.contains(#"formaction="/fiches/note/nouvelle?envoi=1""#))
    #expect(try !stage.all("note").contains { $0["title"] == "Gué coupé" })
    let again = browser.shown
    browser.post(try action(browser), again)
    #expect(browser.status == 303, "\(browser.page)")
    #expect(try stage.all("note").count == count)
    let note = try #require(try stage.all("note").first { $0.id == id })
    #expect(note["title"] == "Gué coupé" && note["body"] == "Deux")
    // The other button of the same page.
    browser.post("/fiches/note/nouvelle", again.merging(["title": "Bac arrêté"]) { $1 })
    #expect(browser.status == 303, "\(browser.page)")
    #expect(try stage.all("note").count == count + 1)
    #expect(try stage.all("note").contains { $0.id != id && $0["title"] == "Bac arrêté" })
  }

  @Test(arguments: Schema.mission.types.filter { $0.writers.contains(.dp) })
  func `going back to any form and saving other words makes no second record`(type: RecordType)
    throws
  {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let name = type.name
    let free = type.fields.filter { isFree($0, type) }
    let (model, field) = try #require(
      try stage.all(name).lazy.compactMap { record in
        free.first { !record[$0.name].isNull }.map { (record, $0) }
      }.first, "\(name)")
    browser.get("/fiches/\(name)/nouvelle")
    var form = browser.shown
    for field in type.fields where form[field.name] != nil && field.numbering == nil {
      form[field.name] = field.typed(model[field.name], .fr)
    }
    if !type.key.isEmpty {
      browser.post("/fiches/\(name)/\(model.id)/supprimer", [:])
      try #require(browser.status == 303, "\(name) \(browser.status)")
    }
    browser.post("/fiches/\(name)/nouvelle", form)
    try #require(browser.status == 303, "\(name) \(browser.page)")
    let count = try stage.all(name).count
    browser.post("/fiches/\(name)/nouvelle", form)
    #expect(browser.status == 303)
    #expect(try stage.all(name).count == count)
    form[field.name] = "Autres mots"
    browser.post("/fiches/\(name)/nouvelle", form)
    #expect(browser.status == 422, "\(name) \(field.name)")
    #expect(try stage.all(name).count == count, "\(name)")
    guard case .appendOnly = field.policy else {
      browser.post(try action(browser), browser.shown)
      #expect(browser.status == 303, "\(name) \(browser.page)")
      #expect(try stage.all(name).count == count, "\(name)")
      #expect(try stage.all(name).contains { $0[field.name] == "Autres mots" }, "\(name)")
      return
    }
  }

  /// Whether a field takes any words and does not say which record it is.
  private func isFree(_ field: Field, _ type: RecordType) -> Bool {
    switch field.kind {
    case .text, .longtext: break
    default: return false
    }
    return field.pattern == nil && field.numbering == nil && !type.key.contains(field.name)
      && field.maximumLength ?? 99 >= 11
  }

  /// Where the first form of the page is sent.
  private func action(_ browser: Browser) throws -> String {
    let main = browser.page.split(separator: "<main")[1]
    let place = try #require(main.firstMatch(of: #/<form method="post" action="([^"]+)">/#)).1
    return place.split(separator: "?")[0].description
  }

  @Test func `the back button to a change that was saved writes nothing over it`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let id = try stage.one("contact", "display_name", "Maire adjointe (fictive)").id
    let place = "/fiches/contact/\(id)/modifier"
    browser.get(place)
    let typed = browser.shown.merging(["locality": "Quartier 4"]) { $1 }
    browser.post(place, typed)
    let count = try stage.hub.history("contact", id.description).count
    browser.post(place, typed)
    #expect(browser.status == 303)
    browser.follow()
    #expect(browser.page.contains("Rien n&#39;a changé."))
    #expect(try stage.hub.history("contact", id.description).count == count)
  }

  @Test func `a report from a laptop that is sent twice is one incident`() async throws {
    let stage = try Stage()
    let (browser, _, client) = try await stage.laptop("GAO", .resp_base)
    let person = try stage.one("person", "full_name", "Mariam Exemple").id.description
    browser.get("/incidents/signaler")
    let form = browser.shown.merging([
      "base_code": "GAO", "locality": "Axe Gao-Bourem", "place_kind": "axe_route",
      "category": "entrave_acces", "staff_safe": "oui", "summary": "Barrage.",
      "reported_by": person,
    ]) { $1 }
    for _ in 0..<2 {
      browser.post("/incidents/signaler", form)
      #expect(browser.status == 303, "\(browser.page)")
    }
    #expect(try client.records(of: "incident").count { $0["summary"] == "Barrage." } == 1)
  }

  @Test func `a number that somebody made up tells nothing and takes nothing`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let foreign = try stage.one("incident", "ref_no", "KDL-2026-003")
    var form = try filled(stage, browser)
    let hidden = try #require(try stage.all("note").first { $0.scope == .base("KDL") }).id
    for number in [hidden.description, foreign.id.description, "x", ""] {
      form["_no"] = number
      form["title"] = "Avec \(number)"
      browser.post("/fiches/note/nouvelle", form)
      #expect(browser.status == 303, "\(browser.page)")
    }
    #expect(try stage.one("incident", "ref_no", "KDL-2026-003") == foreign)
    #expect(try stage.all("note").contains { $0.id == hidden && $0.scope == .base("KDL") })
  }
}
