import Foundation
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import SyncServer
@testable import Work

@Suite struct PackPageTests {
  /// The row of a base on the board.
  private func row(_ page: String, _ base: String) throws -> String {
    let rows = page.split(separator: "<tr>")
    return String(
      try #require(rows.first { $0.contains(">\(base)</a>") || $0.contains(#"row">\#(base)<"#) }))
  }

  @Test func `the board shows what each base lacks`() async throws {
    let stage = try Stage()
    for base in ["BDG", "GAO"] { _ = try await stage.laptop(base, .resp_base) }
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/")
    let ansongo = try row(browser.page, "Ansongo")
    #expect(ansongo.contains("Rouge") && ansongo.contains("révision échue depuis 40 jours"))
    let bandiagara = try row(browser.page, "Bandiagara")
    #expect(
      bandiagara.contains("un numéro non essayé depuis 181 jours")
        && bandiagara.contains("À réviser"))
    #expect(bandiagara.contains("7 % (3/42)") && bandiagara.contains("aujourd&#39;hui"))
    #expect(try row(browser.page, "Koro").contains("pas de pack valide"))
    let tessalit = try row(browser.page, "Tessalit")
    #expect(tessalit.contains("Gris") && tessalit.contains("jamais synchronisé"))
    #expect(try row(browser.page, "Bourem").contains("pas de pack valide"))
  }

  @Test func `a pack says which publics have read this version`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = try stage.one("security_pack", "base_code", "BDG")
    browser.get("/packs/\(pack.id)")
    let lines = ["Chauffeurs : 1 / 1", "Responsables : 1 / 1", "Équipes de terrain : 1 / 1"]
    for line in lines { #expect(browser.page.contains("<li>\(line)</li>"), "\(line)") }
    #expect(!browser.page.contains("<li>Cellule de crise"))
  }

  @Test func `a base that is silent for two weeks turns grey`() async throws {
    let stage = try Stage()
    _ = try await stage.laptop("GAO", .resp_base)
    stage.time.advance(15 * 86_400_000)
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/")
    #expect(try row(browser.page, "Gao").contains("sans nouvelles depuis 15 jours"))
    browser.get("/synchro")
    #expect(browser.page.contains("silence de 15 jours"))
  }

  @Test func `a pack goes from draft to approval, each step by its own role`() throws {
    let stage = try Stage()
    let pack = try stage.one("security_pack", "base_code", "KRO")
    let place = "/packs/\(pack.id)"
    let (cz, dp) = (
      try stage.person("cz", .cz, base: "BDG"),
      try stage.person("claire", .dp, as: "Claire Exemple")
    )
    let head = try stage.person("resp", .resp_base, base: "BDG")
    head.get(place)
    head.post(place + "/etape", ["etape": "approve"])
    #expect(head.status == 403)
    head.post(place + "/etape", ["etape": "review"])
    #expect(head.status == 303)
    cz.get(place)
    #expect(cz.page.contains("Manque avant de soumettre"))
    cz.post(place + "/etape", ["etape": "submit"])
    #expect(cz.status == 409)
    #expect(cz.page.contains("SOP Transport"))
    try complete(pack, cz)
    cz.post(place + "/etape", ["etape": "submit"])
    #expect(cz.status == 303)
    dp.get(place)
    dp.post(place + "/etape", ["etape": "approve"])
    #expect(dp.status == 303)
    let approved = try stage.one("security_pack", "base_code", "KRO")
    #expect(approved["status"] == "valide")
    #expect(approved["approved_on"] == "2026-07-15")
    #expect(approved["review_due_on"] == "2027-01-15")
    #expect(
      approved["approved_by"]
        == .text(try stage.one("person", "full_name", "Claire Exemple").id.description))
    dp.get(place)
    #expect(dp.page.contains("<strong>Validé</strong>"))
    // A later change of a number turns it, whoever makes it.
    let contact = try #require(
      stage.all("emergency_contact").first { $0["pack_id"] == .text(pack.id.description) })
    head.fill("/fiches/emergency_contact/\(contact.id)/modifier", ["phone_orange": "+22370000077"])
    #expect(head.status == 303)
    dp.get(place)
    #expect(dp.page.contains("<strong>À réviser</strong>"))
    #expect(dp.page.contains("a changé depuis la validation"))
    #expect(try stage.office.book(limit: 50).contains { $0.act == .approve })
  }

  @Test func `two versions of a pack are compared, also what was taken out of it`() throws {
    let stage = try Stage()
    let pack = try stage.one("security_pack", "base_code", "BDG")
    let dp = try stage.person("claire", .dp, as: "Claire Exemple")
    let place = "/packs/\(pack.id)/versions"
    dp.get(place)
    #expect(dp.page.contains("3.1 (25/02/2026)"))
    #expect(dp.page.contains("Rien n&#39;a changé"))
    stage.time.advance(1000)
    let section = try stage.one("pack_section", "heading", "SOP Télécommunications")
    dp.fill(
      "/fiches/pack_section/\(section.id)/modifier",
      ["body": "Ordre : HF, Orange, Malitel, Thuraya. <b>Essai</b> radio à 8 h et 17 h."])
    #expect(dp.status == 303)
    let contact = try stage.one("emergency_contact", "role_label", "COLOG")
    dp.get("/fiches/emergency_contact/\(contact.id)/supprimer")
    dp.post("/fiches/emergency_contact/\(contact.id)/supprimer", [:])
    #expect(dp.status == 303)
    dp.get(place)
    #expect(dp.page.contains("<del>VHF,</del><ins>HF,</ins>"))
    #expect(dp.page.contains("<ins>&lt;b&gt;Essai&lt;/b&gt;</ins>"))
    #expect(dp.page.contains(#"COLOG · Permanence logistique <span class="marque">retiré"#))
    dp.get("/packs/\(pack.id)")
    dp.post("/packs/\(pack.id)/etape", ["etape": "newVersion", "resume": "HF d'abord"])
    for step in ["review", "submit", "approve"] {
      dp.post("/packs/\(pack.id)/etape", ["etape": step])
      #expect(dp.status == 303)
    }
    dp.get(place)
    #expect(dp.page.contains("3.2 (15/07/2026)"))
    #expect(dp.page.contains("Rien n&#39;a changé") && !dp.page.contains("attention"))
    dp.get(place + "?de=3.1&a=3.2")
    #expect(dp.page.contains("<ins>HF,</ins>") && dp.page.contains("HF d&#39;abord"))
  }

  private func complete(_ pack: Record, _ browser: Browser) throws {
    for (order, code) in PackContent.requiredSections.enumerated() {
      browser.fill(
        "/fiches/pack_section/nouvelle?pack_id=\(pack.id)",
        [
          "pack_id": pack.id.description, "order_no": "\(order + 1)", "section_code": code,
          "heading": code,
          "body": "Consignes.", "audience": "tous", "mandatory": "true",
        ])
      #expect(browser.status == 303, "\(browser.page)")
    }
    browser.fill(
      "/fiches/emergency_contact/nouvelle?pack_id=\(pack.id)",
      [
        "pack_id": pack.id.description, "rank": "1", "tier": "base", "role_label": "Base",
        "phone_orange": "+223 70 00 00 70",
      ])
    #expect(browser.status == 303, "\(browser.page)")
    browser.get("/packs/\(pack.id)")
  }

  @Test func `staff sign the current version, by hand, by name, or before a witness`() async throws
  {
    let stage = try Stage()
    let (browser, _, client) = try await stage.laptop("GAO", .resp_base)
    let pack = try stage.one("security_pack", "base_code", "GAO")
    let place = "/packs/\(pack.id)"
    browser.get(place)
    browser.post(place + "/signer", ["externe": "Gardien Un", "mode": "oral_temoin", "temoin": ""])
    #expect(browser.status == 409)
    #expect(browser.page.contains("Témoin"))
    browser.post(
      place + "/signer",
      ["externe": "Gardien Un", "mode": "oral_temoin", "temoin": "Awa, en sonrhaï"])
    #expect(browser.status == 303)
    browser.follow()
    #expect(browser.page.contains("Gardien Un") && browser.page.contains("Awa, en sonrhaï"))
    browser.post(
      place + "/signer",
      ["externe": "Gardien Un", "mode": "oral_temoin", "temoin": "Awa, en sonrhaï"])
    browser.follow()
    #expect(browser.page.contains("Déjà émargé"))
    #expect(try client.records(of: "signature").count { $0["subject_version"] == "5.0" } == 2)
  }

  @Test func `a pack prints whole, and its companion is one page`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = try stage.one("security_pack", "base_code", "BDG")
    browser.get("/packs/\(pack.id)/imprimer")
    #expect(browser.page.contains("SOP Transport") && browser.page.contains("+22300000106"))
    #expect(!browser.page.contains("<nav") && !browser.page.contains("<form"))
    #expect(browser.page.matches(of: #/<h2>Liste de contacts d&#39;urgence/#).count == 1)
    browser.get("/packs/\(pack.id)/fiche-reflexe")
    #expect(
      browser.page.contains("Mettre l&#39;équipe à l&#39;abri")
        && !browser.page.contains("SOP Transport"))
    #expect(browser.page.contains("Fiche réflexe — Bandiagara</h1>"))
    let desk = HubDesk.ofTheHub(stage.hub, now: stage.time.now, .fr)
    let file = try PackPrint.html(pack.id, at: desk, reflex: false, .fr)
    #expect(file.contains("<style>") && !file.contains("console.css"))
    #expect(file.contains("À réviser"))
  }

  @Test func `a level is raised by the base and lowered by the Country Director alone`()
    async throws
  {
    let stage = try Stage()
    let (gao, _, client) = try await stage.laptop("GAO", .resp_base)
    let person = try stage.one("person", "full_name", "Mariam Exemple").id.description
    gao.get("/alertes")
    gao.post(
      "/alertes", ["base": "GAO", "niveau": "orange", "pourquoi": "Tirs au marché", "par": person])
    #expect(gao.status == 303, "\(gao.page)")
    _ = try await client.sync()
    gao.get("/alertes")
    gao.post("/alertes", ["base": "GAO", "niveau": "jaune", "pourquoi": "Calme", "par": person])
    #expect(gao.status == 422)
    #expect(gao.page.contains("Seul le Directeur Pays"))
    let dp = try stage.person("claire", .dp, as: "Claire Exemple")
    dp.get("/")
    #expect(
      try row(dp.page, "Gao").hasSuffix("Orange</span></td></tr>")
        || row(dp.page, "Gao").contains("Orange"))
    let director = try stage.one("person", "full_name", "Claire Exemple").id.description
    stage.time.advance(60_000)
    dp.get("/alertes")
    dp.post("/alertes", ["base": "GAO", "niveau": "jaune", "pourquoi": "Calme", "par": director])
    #expect(dp.status == 303)
    #expect(try stage.one("base", "code", "GAO")["alert_level"] == "jaune")
  }

  @Test func `naming the Country Director lowers no level, and their laptop does`() async throws {
    let stage = try Stage()
    let (gao, _, client) = try await stage.laptop("GAO", .resp_base)
    let director = try stage.one("person", "full_name", "Claire Exemple").id.description
    func level(_ browser: Browser) throws -> String {
      browser.get("/alertes")
      let row = try #require(browser.page.firstMatch(of: #/>Ansongo<\/th>(.*?)<\/tr>/#))
      return String(row.1).replacing(#/<[^>]*>/#, with: "")
    }
    #expect(try level(gao) == "Orange")
    gao.fill(
      "/fiches/alert/nouvelle",
      [
        "kind": "levee", "base_code": "ANS", "level_to": "vert", "zone": "Ansongo",
        "title": "Retour au calme", "message": "Rien à signaler.", "issued_by": director,
        "instructions": "Reprise.", "effective_from": "15/07/2026 11:00", "status": "active",
        "channels": "radio",
      ])
    #expect(gao.status == 303, "\(gao.page)")
    _ = try await client.sync()
    #expect(try level(gao) == "Orange")
    let (laptop, _, _) = try await stage.laptop("BKO", .dp)
    let other = try stage.one("person", "full_name", "Mariam Exemple").id.description
    #expect(try level(laptop) == "Orange")
    let form = ["base": "ANS", "niveau": "jaune", "pourquoi": "Calme"]
    laptop.post("/alertes", form.merging(["par": other]) { $1 })
    #expect(laptop.status == 422 && laptop.page.contains("choisissez le Directeur Pays"))
    laptop.post("/alertes", form.merging(["par": director]) { $1 })
    #expect(laptop.status == 303, "\(laptop.page)")
    #expect(try level(laptop) == "Jaune")
  }

  @Test func `nobody approves, signs or submits a text that changed under their eyes`() throws {
    let stage = try Stage()
    let dp = try stage.person("claire", .dp, as: "Claire Exemple")
    let base = try stage.person("boubacar", .cz, base: "BDG", as: "Boubacar Démo")
    let pack = try stage.one("security_pack", "base_code", "BDG").id
    let place = "/packs/\(pack)"
    dp.get(place)
    dp.post(place + "/etape", ["etape": "newVersion", "resume": "Pointage"])
    for step in ["review", "submit"] { dp.post(place + "/etape", ["etape": step]) }
    dp.get(place)
    let seen = try #require(dp.shown["_vu"])
    let section = try #require(
      try stage.all("pack_section").first {
        $0.text("pack_id") == pack.description && $0["section_code"] == "sop_checkin"
      })
    base.fill("/fiches/pack_section/\(section.id)/modifier", ["body": "Pointage au retour."])
    #expect(base.status == 303, "\(base.page)")
    dp.post(place + "/etape", ["etape": "approve", "_vu": seen])
    #expect(dp.status == 409 && dp.page.contains("Le texte a changé depuis"))
    #expect(dp.page.contains("Pointage au retour."))
    #expect(try stage.one("security_pack", "base_code", "BDG")["status"] == "soumis_dp")
    dp.post(place + "/etape", dp.shown.merging(["etape": "approve"]) { $1 })
    #expect(dp.status == 303, "\(dp.page)")
    dp.get(place)
    dp.post(place + "/signer", ["externe": "Gardien Un", "mode": "ecran", "_vu": "3.1"])
    #expect(dp.status == 409 && dp.page.contains("Le texte a changé depuis"))
  }

  @Test func `a pack is approved by its step, not by writing that it is`() throws {
    let stage = try Stage()
    let dp = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = try stage.one("security_pack", "base_code", "BKS")
    let place = "/fiches/security_pack/\(pack.id)/modifier"
    dp.get(place)
    #expect(dp.shown["title"] != nil && dp.shown["status"] == nil && dp.shown["approved_on"] == nil)
    dp.fill(
      place, ["title": "Plan revu", "status": "valide", "approved_on": "15/07/2026"])
    #expect(dp.status == 303, "\(dp.page)")
    let after = try stage.one("security_pack", "base_code", "BKS")
    #expect(after["title"] == "Plan revu")
    #expect(after["status"] == "soumis_dp" && after["approved_on"] == .null)
  }

  @Test func `contacts are found without accents, by language, and when they are due`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/interlocuteurs?q=medecin")
    #expect(browser.page.contains("Médecin-chef") && !browser.page.contains("Notable (fictif)"))
    browser.get("/interlocuteurs?langue=tamasheq")
    #expect(browser.page.contains("Notable (fictif)") && !browser.page.contains("Médecin-chef"))
    browser.get("/interlocuteurs?suivi=verifier")
    #expect(browser.page.contains("1 interlocuteur<"))
  }

  @Test func `the grid shows what was declared and verified, and what is locked`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/asaco/AS-BDG-01?fin=202605")
    #expect(browser.page.contains(#"412 [405]</a> <span class="aide">fermé"#))
    #expect(browser.page.contains("286\u{202F}500 [282\u{202F}000]"))
    let link = try #require(browser.page.firstMatch(of: #/href="([^"]+)">412/#)).1
    browser.get(String(link))
    #expect(browser.page.contains("<h1>AS-BDG-01 · SRV01 · 202605</h1>"))
    browser.get("/asaco")
    #expect(browser.page.contains("échue") && browser.page.contains("pas de convention"))
    browser.get("/asaco/dhis2/json?periode=202605")
    #expect(browser.page.contains(#""value":"405""#))
    browser.get("/asaco/dhis2?periode=2026Q9")
    #expect(browser.status == 422 && browser.page.contains("Écrivez un mois (202605)"))
    #expect(browser.page.contains(#"value="2026Q9" required"#))
  }

  @Test func `a review is put together from what the bases wrote, each from what it may read`()
    throws
  {
    let stage = try Stage()
    // A day later Koro's sheet is thirty-one days old.
    stage.time.advance(86_400_000)
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/veille?periode=2026-W27")
    #expect(browser.page.contains("29/06/2026 – 05/07/2026"))
    for text in ["Tessalit en rouge", "KDL-2026-003", "Revue contextuelle semaine 27"] {
      #expect(browser.page.contains(text) || text == "\(text)")
    }
    #expect(!browser.page.contains("Écrire la synthèse"))
    #expect(browser.page.contains("périmée") && browser.page.contains("Koro ville"))
    browser.get("/veille?periode=2026-W29")
    #expect(browser.page.contains("Écrire la synthèse"))
    let gao = try stage.person("mariam", .resp_base, base: "GAO")
    gao.get("/veille?periode=2026-W27")
    #expect(gao.page.contains("Tessalit en rouge") && !gao.page.contains("KDL-2026-003"))
  }
}
