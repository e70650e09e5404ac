import Foundation
import Testing

@testable import Console
@testable import Shared
@testable import SyncServer
@testable import Work

/// What an outsider, a tired hand or a broken program sends to every form and address.
@Suite struct RoughUseTests {
  static let rough = [
    "", "  ", "<script>alert(1)</script>", "'; DROP TABLE contact; --", "\" onfocus=alert(1) x=\"",
    "\u{0}\u{1B}[2J", "é\u{301}😀\u{202E}", String(repeating: "x", count: 90_000), "-1",
    "99999999999999999999", "../../etc/passwd", "%00%ff", "NaN", "2026-02-30",
  ]

  /// Answers that say what is wrong, or that it was taken; never that something broke.
  private static let fine: Set = [200, 303, 400, 401, 403, 404, 409, 413, 422]

  private func check(_ browser: Browser, _ place: String, _ text: String) {
    #expect(Self.fine.contains(browser.status), "\(place) \(text.prefix(20)) \(browser.status)")
    #expect(browser.status == 303 || browser.page.contains("<main"), "\(place) has no page")
    for mark in ["<script>alert", "onfocus=alert(1) x=\"\"", "\u{0}"] {
      #expect(!browser.page.contains(mark), "\(place) \(text.prefix(20))")
    }
  }

  private func posts(_ stage: Stage) throws -> [(place: String, form: [String])] {
    let pack = try stage.one("security_pack", "base_code", "GAO").id
    let session = try stage.one("session", "title", "Réunion plénière n° 1").id
    let incident = try stage.one("incident", "ref_no", "GAO-2026-012").id
    let sign = ["acte", "personne", "externe", "organisation", "mode", "temoin"]
    var all: [(String, [String])] = [
      ("/alertes", ["base", "niveau", "pourquoi", "consignes", "par"]),
      ("/packs/\(pack)/etape", ["etape", "resume"]), ("/packs/\(pack)/signer", sign),
      ("/seances/\(session)/etape", ["etape"]), ("/seances/\(session)/signer", sign),
      ("/incidents/\(incident)", ["etape"]), ("/conflits/1", ["choix"]), ("/refus/1", ["x"]),
      ("/cadre/vote", sign + ["sujet", "version"]), ("/synchro", []),
      ("/mot-de-passe", ["ancien", "nouveau", "encore"]), ("/journal", ["x"]),
      ("/incidents/signaler", Schema.mission[type: "incident"]?.fields.map(\.name) ?? []),
    ]
    for type in Schema.mission.types {
      guard let record = try stage.all(type.name).first else { continue }
      all.append(("/fiches/\(type.name)/\(record.id)/modifier", type.fields.map(\.name)))
    }
    return all
  }

  @Test func `every form of Bamako answers whatever it is sent`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    for (place, fields) in try posts(stage) {
      for text in Self.rough {
        browser.get("/fiches")
        browser.post(place, Dictionary(uniqueKeysWithValues: fields.map { ($0, text) }))
        check(browser, place, text)
      }
    }
  }

  @Test func `every form of a laptop answers whatever it is sent`() async throws {
    let stage = try Stage()
    let (browser, link, _) = try await stage.laptop("GAO", .resp_base)
    link.cut(true)
    for (place, fields) in try posts(stage) {
      for text in Self.rough {
        browser.get("/fiches")
        browser.post(place, Dictionary(uniqueKeysWithValues: fields.map { ($0, text) }))
        check(browser, place, text)
      }
    }
  }

  @Test func `every address answers whatever is asked of it`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = try stage.one("security_pack", "base_code", "GAO").id
    let asked = [
      "periode", "fin", "q", "p", "de", "a", "moi", "kind", "niveau", "base_code", "suivi", "vers",
      "langue", "code", "status",
    ]
    let places = [
      "/", "/packs/\(pack)/versions", "/alertes", "/incidents", "/interlocuteurs", "/veille",
      "/acces", "/seances", "/actions", "/asaco", "/asaco/AS-BDG-01", "/asaco/dhis2", "/achats",
      "/cadre", "/fiches", "/fiches/contact", "/fiches/contact/nouvelle", "/conflits", "/synchro",
      "/journal", "/langue", "/entree", "/pause",
    ]
    for text in Self.rough {
      let encoded = String(Link(text).text.dropFirst())
      let query = asked.map { "\($0)=\(encoded)" }.joined(separator: "&")
      for place in places {
        browser.get(place + "?" + query)
        check(browser, place, text)
      }
      for place in ["/\(encoded)", "/packs/\(encoded)", "/seances/\(encoded)", "/asaco/\(encoded)"]
      where !text.allSatisfy({ "./ ".contains($0) }) {
        browser.get(place)
        #expect([200, 404].contains(browser.status), "\(place.prefix(40)) \(browser.status)")
      }
    }
  }

  @Test func `figures and versions that fit nowhere end no page`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    var places = ["/", "/seances", "/asaco", "/achats", "/cadre", "/acces", "/actions", "/veille"]
    for extreme in [1.0, -1] {
      for type in Schema.mission.types {
        for (index, record) in try stage.all(type.name).enumerated() {
          let values = type.extremes(index.isMultiple(of: 2) ? extreme : -extreme)
          guard !values.isEmpty else { continue }
          // As a device may have sent it: nothing that the schema refuses.
          let row = LoadRow(
            type: type.name, id: record.id, values: record.values.merging(values) { $1 })
          let report = try stage.hub.load([row], overwrite: true, language: .fr)
          #expect(report.refusals == [], "\(type.name)")
          places.append("/fiches/\(type.name)/\(record.id)")
          if type.name == "asaco" { places.append("/asaco/\(record.text("code") ?? "")") }
        }
      }
      for place in places {
        browser.get(place)
        #expect(browser.status == 200, "\(place)")
      }
    }
    let pack = try stage.one("security_pack", "base_code", "GAO").id
    let last = LoadRow(
      type: "security_pack", id: pack,
      values: [
        "version_label": .text("1.\(Int.max)"), "status": .text("valide"),
        "change_summary": .text("x"),
      ])
    #expect(try stage.hub.load([last], overwrite: true, language: .fr).refusals == [])
    browser.get("/packs/\(pack)")
    browser.post("/packs/\(pack)/etape", ["etape": "newVersion", "resume": "x"])
    #expect(browser.status == 303)
  }

  @Test func `a level's reason that is too long comes back, and nothing is changed`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let person = try stage.one("person", "full_name", "Claire Exemple").id.description
    let count = try stage.all("alert").count
    browser.get("/alertes")
    let why = "Tirs au marché. " + String(repeating: "x", count: 1_000)
    browser.post("/alertes", ["base": "GAO", "niveau": "rouge", "pourquoi": why, "par": person])
    #expect(browser.status == 422)
    #expect(browser.page.contains("Tirs au marché.") && browser.page.contains("Trop long"))
    #expect(try stage.all("alert").count == count)
  }

  @Test func `no level is changed that nobody chose`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let person = try stage.one("person", "full_name", "Claire Exemple").id.description
    let count = try stage.all("alert").count
    browser.get("/alertes")
    #expect(browser.shown["niveau"] == "" && browser.shown["base"] == "")
    browser.post(
      "/alertes", ["base": "", "niveau": "", "pourquoi": "Tirs <au> marché", "par": person])
    #expect(browser.status == 422 && browser.page.contains("Choisissez la base et le niveau."))
    #expect(browser.page.contains("Tirs &lt;au&gt; marché"))
    #expect(try stage.all("alert").count == count)
  }

  @Test func `nobody decides, votes or is raised by being the first of a list`() async throws {
    let stage = try Stage()
    let (laptop, _, _) = try await stage.laptop("GAO", .resp_base)
    laptop.get("/alertes")
    #expect(laptop.shown["par"] == "" && laptop.shown["base"] == "GAO")
    // The level of another base is not this base's to raise.
    #expect(laptop.page.contains(#"<option value="ANS""#))
    #expect(!laptop.page.contains(#"<option value="KDL""#))
    let person = try stage.one("person", "full_name", "Mariam Exemple").id.description
    laptop.post("/alertes", ["base": "KDL", "niveau": "rouge", "pourquoi": "Tirs", "par": person])
    #expect(laptop.status == 422 && laptop.page.contains("Choisissez la base"))
    let browser = try stage.person("nana", .coord_cadre, as: "Nana Démo")
    browser.get("/cadre")
    #expect(browser.shown["acte"] == "")
    let votes = try stage.all("signature").count
    browser.post(
      "/cadre/vote",
      browser.shown.merging(["externe": "Déléguée", "organisation": "DG-ECHO"]) { $1 })
    #expect(browser.status == 422 && browser.page.contains("quelle voix"))
    #expect(try stage.all("signature").count == votes)
  }

  @Test func `a form that is sent twice writes once`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = try stage.one("security_pack", "base_code", "GAO").id
    browser.get("/packs/\(pack)")
    for _ in 0..<2 {
      browser.post("/packs/\(pack)/etape", ["etape": "newVersion", "resume": "Axes revus"])
      #expect(browser.status == 303 && browser.location == "/packs/\(pack)")
    }
    #expect(try stage.one("security_pack", "base_code", "GAO")["version_label"] == "5.1")
    // Other words are no second click.
    browser.post("/packs/\(pack)/etape", ["etape": "newVersion", "resume": "Autre chose"])
    #expect(browser.status == 403 && browser.page.contains("Autre chose"))
  }

  @Test func `a second click on any button is no error and does nothing`() async throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let session = try stage.one("session", "title", "Réunion plénière n° 1").id
    let incident = try #require(try stage.all("incident").first { $0["status"] == "signale" }).id
    let note = try stage.one("note", "title", "Prix du carburant et rumeurs à Gao").id
    for (place, form) in [
      ("/seances/\(session)/etape", ["etape": "takeBack"]),
      ("/incidents/\(incident)", ["etape": "verify"]), ("/fiches/note/\(note)/supprimer", [:]),
    ] {
      browser.get("/fiches")
      browser.post(place, form)
      #expect(browser.status == 303, "\(place) \(browser.page)")
      let lines = try stage.hub.audit(limit: 1).first?.number
      browser.post(place, form)
      #expect(browser.status == 303, "\(place) \(browser.page)")
      #expect(try stage.hub.audit(limit: 1).first?.number == lines)
    }
  }

  @Test func `a session that ended loses nothing of any form`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = try stage.one("security_pack", "base_code", "GAO").id
    for (place, form) in [
      ("/alertes", ["base": "GAO", "niveau": "rouge", "pourquoi": "Tirs <au> marché"]),
      ("/packs/\(pack)/etape", ["etape": "newVersion", "resume": "Tirs <au> marché"]),
      ("/packs/\(pack)/signer", ["externe": "Tirs <au> marché", "mode": "ecran"]),
      ("/incidents/signaler", ["summary": "Tirs <au> marché"]),
    ] {
      stage.time.advance(3 * 3_600_000)
      browser.post(place, form)
      #expect(browser.page.contains("Votre saisie est gardée"))
      browser.post(
        "/entree", browser.shown.merging(["nom": "claire", "mdp": Stage.password]) { $1 })
      #expect(browser.page.contains("Tirs &lt;au&gt; marché"))
      #expect(browser.page.contains(#"action="\#(place)""#))
      #expect(browser.shown.filter { !$0.key.hasPrefix("_") } == form)
    }
  }

  @Test func `what another base holds is not found on any page of its own`() throws {
    let stage = try Stage()
    let browser = try stage.person("mariam", .resp_base, base: "GAO")
    let pack = try stage.one("security_pack", "base_code", "KDL").id
    let incident = try stage.one("incident", "ref_no", "KDL-2026-003").id
    for place in ["/packs/\(pack)/versions", "/packs/\(pack)/fiche-reflexe", "/asaco/AS-BDG-01"] {
      browser.get(place)
      #expect(browser.status == 404, "\(place)")
    }
    for place in ["/packs/\(pack)/signer", "/incidents/\(incident)"] {
      browser.get("/fiches")
      browser.post(place, ["etape": "verify", "externe": "X", "mode": "ecran"])
      #expect(browser.status == 404, "\(place)")
    }
    browser.get("/acces")
    #expect(!browser.page.contains(">Tessalit</a>"))
  }
}

extension RecordType {
  /// The largest or smallest value that the schema lets each number be, where it names none itself.
  fileprivate func extremes(_ sign: Double) -> [String: Value] {
    var values: [String: Value] = [:]
    for field in fields {
      let value: Value? =
        switch field.kind {
        case .int: .int(sign > 0 ? .max : .min)
        case .real: .real(sign * Double.greatestFiniteMagnitude)
        default: nil
        }
      if let value, field.check(value, today: "9999-12-31") == nil { values[field.name] = value }
    }
    return values
  }
}
