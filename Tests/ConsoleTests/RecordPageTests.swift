import Foundation
import GRDB
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer
@testable import Work

@Suite struct RecordPageTests {
  @Test func `every type has a list, a form, and a page for each record`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    for type in Schema.mission.types {
      browser.get("/fiches/\(type.name)")
      #expect(browser.status == 200, "\(type.name)")
      browser.get("/fiches/\(type.name)/nouvelle")
      #expect(browser.status == (type.writers.contains(.dp) ? 200 : 403), "\(type.name)")
      for record in try stage.all(type.name) {
        browser.get("/fiches/\(type.name)/\(record.id)")
        #expect(browser.status == 200)
        browser.get("/fiches/\(type.name)/\(record.id)/historique")
        #expect(browser.status == 200)
      }
    }
  }

  @Test(arguments: [
    "/", "/alertes", "/incidents", "/incidents/signaler", "/interlocuteurs",
    "/veille?periode=2026-07", "/actions", "/asaco",
    "/asaco/AS-BDG-01", "/cadre", "/fiches", "/conflits", "/synchro", "/journal",
    "/asaco/dhis2?periode=202605",
  ])
  func `every page answers in both languages, and is light`(place: String) throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    for language in Language.allCases {
      browser.language = language
      browser.get(place)
      #expect(browser.status == 200)
      #expect(browser.page.contains(#"<html lang="\#(language.rawValue)">"#))
      #expect(browser.page.contains("<title>Notes</title>"))
      #expect(!browser.page.contains("http://") && !browser.page.contains("https://"))
      let files = PackageResources.console_css.count + PackageResources.console_js.count
      #expect(files < 20_000)
      #expect(Gzip.compress(Array(browser.page.utf8)).count < 20_000)
    }
  }

  @Test func `a list that is longer than anybody counts says so, and goes on`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/fiches/note")
    #expect(browser.page.contains(" fiches</p>") && !browser.page.contains("plus de"))
    let store = try #require(stage.hub.store as? SQLiteHubStore)
    try store.pool.write { db in
      let fields = Schema.mission[type: "note"]!.fields.map { TypedTable.quote($0.name) }
      let columns = fields.joined(separator: ", ")
      try db.execute(
        sql: """
          WITH RECURSIVE copy(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM copy WHERE n < ?)
          INSERT INTO note(_handle, id, \(columns), _stamps, _seq, _entered, _deleted)
          SELECT 1000 + n, printf('00000000-0000-7000-8000-%012x', n), \(columns), _stamps, 1000 + n, _entered, 0
          FROM copy, (SELECT * FROM note WHERE NOT _deleted LIMIT 1)
          """, arguments: [Limits.counted + 20])
    }
    browser.get("/fiches/note")
    #expect(browser.page.contains("plus de 100 000 fiches"))
    #expect(browser.page.contains("page 1 <a") && browser.page.contains("Page suivante"))
    browser.get("/fiches/note?p=2002")
    #expect(browser.status == 200 && !browser.page.contains("Page suivante"))
  }

  @Test func `a form that is sent as it came changes nothing`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    for type in Schema.mission.types where type.writers.contains(.dp) {
      for record in try stage.all(type.name) {
        browser.fill("/fiches/\(type.name)/\(record.id)/modifier", [:])
        #expect(browser.status == 303, "\(type.name) \(record.values)")
        #expect(try stage.all(type.name).first { $0.id == record.id } == record)
      }
    }
  }

  private static let rough = [
    "", "   ", "<script>alert(1)</script>", "'; DROP TABLE contact; --", "\u{0}", "é\u{301}😀",
    String(repeating: "x", count: 90_000), "-1", "99999999999999999999", "NaN", "2026-02-30",
    "31/02/2026",
    "../../etc/passwd", "%00%ff",
  ]

  @Test(arguments: Schema.mission.types.map(\.name))
  func `every field filled wrongly is answered with words, and nothing is written`(name: String)
    throws
  {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let type = try #require(Schema.mission[type: name])
    let count = try stage.all(name).count
    for text in Self.rough {
      let form = Dictionary(uniqueKeysWithValues: type.fields.map { ($0.name, text) })
      browser.get("/fiches/\(name)/nouvelle")
      browser.post("/fiches/\(name)/nouvelle", form)
      #expect(browser.status == 422, "\(text.prefix(20))")
      #expect(browser.page.contains("Rien n&#39;est enregistré"))
      #expect(!browser.page.contains("<script>alert"))
    }
    #expect(try stage.all(name).count == count)
  }

  @Test func `what was typed stands in the form again, beside what is wrong with it`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.fill(
      "/fiches/contact/nouvelle",
      ["display_name": "Chef \"Ali\" <b>", "phone_orange": "70", "last_verified_on": "demain"])
    #expect(browser.status == 422)
    #expect(browser.page.contains("Chef &quot;Ali&quot; &lt;b&gt;"))
    #expect(browser.page.contains(#"value="demain""#))
    #expect(browser.page.contains("Écrivez le numéro avec son indicatif"))
    #expect(browser.page.contains("jj/mm/aaaa"))
    #expect(browser.page.contains(#"aria-invalid="true""#))
  }

  @Test func `two people on one form: different fields stay both, the same field is shown first`()
    throws
  {
    let stage = try Stage()
    let (one, two) = (try stage.person("un", .referent_surete), try stage.person("deux", .cz))
    let id = try stage.one("contact", "display_name", "Médecin-chef (fictif)").id
    let place = "/fiches/contact/\(id)/modifier"
    one.get(place)
    two.get(place)
    let (first, second) = (one.shown, two.shown)
    one.post(place, first.merging(["phone_orange": "+22370000001", "locality": "Nord"]) { $1 })
    #expect(one.status == 303)
    two.post(
      place, second.merging(["organisation": "CSRéf", "phone_orange": "+22370000002"]) { $1 })
    #expect(two.status == 422)
    #expect(two.page.contains("Quelqu&#39;un l&#39;a changé entre-temps"))
    #expect(two.page.contains("+22370000001"))
    two.post(place, two.shown)
    #expect(two.status == 303)
    let contact = try stage.all("contact").first { $0.id == id }
    #expect(contact?["phone_orange"] == "+22370000002")
    #expect(contact?["locality"] == "Nord")
    #expect(contact?["organisation"] == "CSRéf")
    #expect(try stage.hub.conflicts().isEmpty)
  }

  @Test func `every base sees the name of whoever wrote in Bamako`() async throws {
    let stage = try Stage()
    let browser = try stage.person("aissata", .referent_surete, as: "Aïssata Fictif")
    let contact = try stage.one("contact", "display_name", "Maire adjointe (fictive)")
    browser.fill("/fiches/contact/\(contact.id)/modifier", ["phone_orange": "+22370000009"])
    let (laptop, _, client) = try await stage.laptop("GAO", .resp_base)
    _ = try await client.sync()
    laptop.get("/fiches/contact/\(contact.id)/historique")
    #expect(laptop.page.contains("Aïssata Fictif"))
    #expect(try stage.hub.devices().map(\.name) == ["Portable GAO"])
  }

  @Test func `a record of another scope is not found, whatever is asked of it`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let foreign = try stage.one("security_pack", "base_code", "KDL")
    let strange = RecordID(high: 1, low: 2)
    var seen: Set<String> = []
    for id in [foreign.id, strange] {
      for place in [
        "/packs/\(id)", "/packs/\(id)/imprimer", "/fiches/security_pack/\(id)",
        "/fiches/security_pack/\(id)/modifier", "/fiches/security_pack/\(id)/historique",
      ] {
        browser.get(place)
        #expect(browser.status == 404)
        seen.insert(browser.page)
      }
      browser.get("/fiches")
      browser.post("/packs/\(id)/etape", ["etape": "archive"])
      #expect(browser.status == 404)
      seen.insert(browser.page)
    }
    #expect(seen.count == 1, "one is told apart from the other")
    for place in ["/", "/fiches/security_pack", "/fiches?q=Kidal", "/synchro"] {
      browser.get(place)
      #expect(!browser.page.contains("base de Kidal"))
    }
    #expect(try stage.all("security_pack").first { $0.id == foreign.id } == foreign)
  }

  @Test func `a role that may not write gets no form and cannot send one`() throws {
    let stage = try Stage()
    let browser = try stage.person("nana", .lecture)
    let contact = try stage.all("contact")[0]
    browser.get("/fiches/contact/\(contact.id)/modifier")
    #expect(browser.status == 403)
    browser.get("/fiches")
    browser.post("/fiches/contact/\(contact.id)/modifier", ["locality": "X"])
    #expect(browser.status == 403)
    browser.post("/fiches/contact/\(contact.id)/supprimer", [:])
    #expect(browser.status == 403)
    #expect(try stage.all("contact").contains(contact))
  }

  @Test func `a reference is found by a word of its name`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let notable = try stage.one("contact", "display_name", "Notable (fictif)")
    browser.fill(
      "/fiches/interaction/nouvelle",
      [
        "occurred_on": "14/07/2026", "kind": "appel", "contact_id": "notable", "base_code": "kidal",
        "perception": "acceptation", "summary": "Accord", "follow_up": "false",
        "recorded_by": "Aïssata",
      ])
    #expect(browser.status == 303, "\(browser.page)")
    let exchange = try stage.one("interaction", "summary", "Accord")
    #expect(exchange["contact_id"] == .text(notable.id.description))
    #expect(exchange["base_code"] == "KDL")
  }
}
