import Foundation
import GRDB
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer
@testable import Work

@Suite struct LaptopTests {
  private static let quick = [
    "occurred_on": "15/07/2026", "occurred_time": "≈ 10:30", "base_code": "GAO",
    "locality": "Axe Gao-Bourem",
    "place_kind": "axe_route", "category": "entrave_acces", "staff_safe": "oui",
    "summary": "Barrage, demi-tour.",
  ]

  @Test func `an incident is reported offline in two minutes and is counted as unsent`()
    async throws
  {
    let stage = try Stage()
    let (browser, link, client) = try await stage.laptop("GAO", .resp_base)
    link.cut(true)
    browser.get("/incidents/signaler")
    #expect(browser.page.contains("Ceci n&#39;est pas un canal d&#39;urgence"))
    let person = try stage.one("person", "full_name", "Mariam Exemple").id.description
    browser.post(
      "/incidents/signaler",
      browser.shown.merging(Self.quick.merging(["reported_by": person]) { $1 }) { $1 })
    #expect(browser.status == 303, "\(browser.page)")
    browser.follow()
    #expect(browser.page.contains("Non envoyés : 1"))
    #expect(browser.page.contains("Enregistré sur ce portable"))
    #expect(try client.records(of: "incident").contains { $0["ref_no"] == "GAO-2026-013" })
    await browser.console.board?.run()
    browser.get("/synchro")
    #expect(browser.page.contains("Rien n&#39;est perdu"))
    link.cut(false)
    await browser.console.board?.run()
    browser.get("/synchro")
    #expect(browser.page.contains("Non envoyés : 0"))
    #expect(browser.page.contains("Synchronisation terminée"))
    let incident = try stage.one("incident", "ref_no", "GAO-2026-013")
    #expect(incident["nature"] == "acces")
    #expect(incident["exposure"] == "flux")
    #expect(incident["severity"] == "2")
  }

  @Test func `harm to staff makes the report grave by itself`() async throws {
    let stage = try Stage()
    let (browser, _, client) = try await stage.laptop("GAO", .resp_base)
    let person = try stage.one("person", "full_name", "Mariam Exemple").id.description
    browser.get("/incidents/signaler")
    let harm = Self.quick.merging([
      "reported_by": person, "staff_injured": "1", "category": "attaque_armee",
    ]) { $1 }
    browser.post("/incidents/signaler", browser.shown.merging(harm) { $1 })
    #expect(browser.status == 303)
    #expect(
      try client.records(of: "incident").contains {
        $0["staff_injured"] == 1 && $0["severity"] == "3"
      })
  }

  @Test func `a sync is forced from the page`() async throws {
    let stage = try Stage()
    let (browser, _, _) = try await stage.laptop("GAO", .resp_base)
    browser.get("/")
    browser.post("/synchro", [:])
    #expect(browser.status == 303)
    #expect(browser.location == "/synchro")
  }

  @Test func `a conflict is shown with both values, and restored on the laptop`() async throws {
    let stage = try Stage()
    let (gao, _, client) = try await stage.laptop("GAO", .resp_base)
    let contact = try stage.one("contact", "display_name", "Maire adjointe (fictive)")
    let bamako = try stage.person("aissata", .referent_surete, as: "Aïssata Fictif")
    gao.fill("/fiches/contact/\(contact.id)/modifier", ["phone_orange": "+22370000111"])
    stage.time.advance(60_000)
    bamako.fill("/fiches/contact/\(contact.id)/modifier", ["phone_orange": "+22370000222"])
    _ = try await client.sync()
    gao.get("/conflits")
    for text in ["+22370000111", "+22370000222", "Aïssata Fictif", "Portable GAO", "15/07/2026"] {
      #expect(gao.page.contains(text), "\(text)")
    }
    bamako.get("/conflits")
    #expect(bamako.page.contains("+22370000111"))
    let number = try stage.hub.conflicts()[0].id
    bamako.post("/conflits/\(number)", ["choix": "retablir"])
    #expect(bamako.status == 303)
    // The second of two clicks.
    bamako.post("/conflits/\(number)", ["choix": "retablir"])
    #expect(bamako.status == 303)
    #expect(
      try stage.one("contact", "display_name", "Maire adjointe (fictive)")["phone_orange"]
        == "+22370000111")
    bamako.get("/conflits")
    #expect(bamako.page.contains("Rien à relire"))
  }

  @Test func `a refused change is shown with its reason, and corrected`() async throws {
    let stage = try Stage()
    let (browser, _, client) = try await stage.laptop("GAO", .resp_base)
    let contact = try stage.one("contact", "display_name", "Maire adjointe (fictive)").id
    // Written by another program, past the checks of the pages.
    try await client.replica.pool.write { db in
      try db.execute(
        sql: "UPDATE contact SET last_verified_on = '2031-01-01' WHERE id = ?",
        arguments: [contact.description])
    }
    _ = try await client.sync()
    browser.get("/synchro")
    #expect(browser.page.contains("Refusés par Bamako"))
    // Bamako sees that there is a refusal and why, and nothing of what was written.
    let chief = try stage.person("claire", .dp, as: "Claire Exemple")
    chief.get("/synchro")
    #expect(chief.page.contains("<li>1 : \(Problem.Code.invalid_value.text[.fr])</li>"))
    #expect(!chief.page.contains("2031") && !chief.page.contains("Maire adjointe"))
    let number = try client.refusals()[0].number
    browser.get("/refus/\(number)")
    browser.post(
      "/refus/\(number)", browser.shown.merging(["last_verified_on": "14/07/2026"]) { $1 })
    #expect(browser.status == 303, "\(browser.page)")
    _ = try await client.sync()
    #expect(try client.refusals().isEmpty)
    #expect(
      try stage.one("contact", "display_name", "Maire adjointe (fictive)")["last_verified_on"]
        == "2026-07-14")
  }

  @Test func `a laptop shows its base and nothing of the others`() async throws {
    let stage = try Stage()
    let (browser, _, _) = try await stage.laptop("GAO", .resp_base)
    browser.get("/")
    #expect(browser.page.contains("Gao") && browser.page.contains("Ansongo"))
    #expect(!browser.page.contains("base de Kidal"))
    let foreign = try stage.one("security_pack", "base_code", "KDL").id
    browser.get("/packs/\(foreign)")
    #expect(browser.status == 404)
    browser.get("/journal")
    #expect(browser.status == 404)
  }
}
