import Foundation
import GRDB
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer
@testable import Work

/// What somebody who works by ear or by keyboard needs of each page, at the hub and on a base.
@Suite struct AccessibilityTests {
  static let everywhere = [
    "/", "/alertes", "/incidents", "/incidents/signaler", "/interlocuteurs",
    "/veille?periode=2026-07",
    "/acces", "/seances", "/actions", "/asaco", "/asaco/dhis2?periode=202605", "/achats", "/cadre",
    "/fiches", "/fiches?q=base", "/conflits", "/synchro",
  ]

  private func check(_ browser: Browser, _ place: String, hasPlaces: Bool = true) {
    for language in Language.allCases {
      browser.language = language
      browser.get(place)
      #expect(browser.status < 300 || browser.status == 404, "\(place) \(browser.status)")
      let faults = Markup(browser.page).faults(hasPlaces: hasPlaces)
      #expect(faults == [], "\(place) \(language)")
      // The first page's limit holds for that page with its style and script.
      #expect(Gzip.compress(Array(browser.page.utf8)).count < 25_000, "\(place)")
    }
    browser.language = .fr
  }

  private func checkRecords(_ browser: Browser, _ records: [Shared.Record], _ type: RecordType)
    throws
  {
    check(browser, "/fiches/\(type.name)")
    guard let record = records.first else { return }
    let place = "/fiches/\(type.name)/\(record.id)"
    for more in ["", "/historique"] { check(browser, place + more) }
    for form in ["/fiches/\(type.name)/nouvelle", place + "/modifier"] {
      browser.get(form)
      if browser.status == 200 { check(browser, form) }
    }
  }

  @Test func `every page of Bamako is one to be heard and walked by keyboard`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = "/packs/" + (try stage.one("security_pack", "base_code", "BDG").id.description)
    let session =
      "/seances/" + (try stage.one("session", "title", "Comité restreint n° 1").id.description)
    for place in Self.everywhere + [
      "/journal", "/asaco/AS-BDG-01", pack, pack + "/versions", session,
    ] {
      check(browser, place)
    }
    for type in Schema.mission.types { try checkRecords(browser, stage.all(type.name), type) }
    let bare = [
      pack + "/imprimer", pack + "/fiche-reflexe", session + "/imprimer", "/pause", "/rien",
      "/mot-de-passe",
    ]
    for place in bare { check(browser, place, hasPlaces: false) }
    check(Browser(stage.console), "/", hasPlaces: false)
  }

  @Test func `every page of a base too`() async throws {
    let stage = try Stage()
    let (browser, link, client) = try await stage.laptop("GAO", .resp_base)
    link.cut(true)
    let pack = "/packs/" + (try stage.one("security_pack", "base_code", "GAO").id.description)
    for place in Self.everywhere + [pack, pack + "/versions"] { check(browser, place) }
    for type in Schema.mission.types {
      try checkRecords(browser, client.records(of: type.name), type)
    }
    check(Browser(browser.console), "/", hasPlaces: false)
    for place in [pack + "/imprimer", pack + "/fiche-reflexe"] {
      check(browser, place, hasPlaces: false)
    }
  }

  @Test func `a form with faults, a conflict and a refusal are no exception`() async throws {
    let stage = try Stage()
    let (gao, _, client) = try await stage.laptop("GAO", .resp_base)
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let contact = try stage.one("contact", "display_name", "Maire adjointe (fictive)").id
    browser.get("/fiches/contact/nouvelle")
    browser.post("/fiches/contact/nouvelle", ["phone_orange": "70", "last_verified_on": "x"])
    #expect(browser.status == 422)
    #expect(Markup(browser.page).faults(hasPlaces: true) == [])
    gao.fill("/fiches/contact/\(contact)/modifier", ["phone_orange": "+22370000111"])
    stage.time.advance(60_000)
    browser.fill("/fiches/contact/\(contact)/modifier", ["phone_orange": "+22370000222"])
    // Written by another program, past the checks of the pages.
    try await client.replica.pool.write { db in
      try db.execute(sql: "UPDATE contact SET last_verified_on = '2031-01-01'")
    }
    _ = try await client.sync()
    for one in [browser, gao] { check(one, "/conflits") }
    check(gao, "/synchro")
    check(gao, "/refus/\(try #require(client.refusals().first).number)")
  }

  @Test func `what has the keyboard is seen to have it`() {
    let style = String(decoding: PackageResources.console_css, as: UTF8.self)
    for part in ["a", "button", "input", "select", "textarea", "summary", "[tabindex]"] {
      #expect(style.contains("\(part):focus-visible"))
    }
    #expect(style.contains(#/:focus-visible\{outline:3px solid/#))
    #expect(!style.contains("outline:0") && !style.contains("outline:none"))
  }

  @Test func `the check finds what is wrong`() {
    let bad = """
      <html><main id="x"><h1>A</h1><h3>B</h3><input id="a"><label for="b">C</label>\
      <table><tr><td>1</td></tr></table><div tabindex="2" onclick="x"></div><svg></svg></main></html>
      """
    let faults = Markup(bad).faults(hasPlaces: true)
    #expect(faults.count > 12, "\(faults)")
  }
}
