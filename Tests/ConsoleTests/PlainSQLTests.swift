import GRDB
import Testing

@testable import Console
@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import Work

/// What another program writes into a laptop's file past every page: the rules of the work hold.
@Suite struct PlainSQLTests {
  private static let sections = [
    "sop_transport", "sop_telecom", "sop_checkin", "gestion_crise",
  ]

  private func run(_ sql: String, on client: FieldClient) async throws {
    try await client.replica.pool.write { db in try db.execute(sql: sql) }
  }

  private func complete(_ pack: RecordID, on client: FieldClient) async throws {
    for (number, code) in Self.sections.enumerated() {
      try await run(
        """
        INSERT INTO pack_section(id, pack_id, order_no, section_code, heading, body, audience, mandatory)
        VALUES ('s\(number)', '\(pack)', \(number + 1), '\(code)', 'Titre', 'Texte', 'tous', 1);
        """, on: client)
    }
    try await run(
      """
      INSERT INTO emergency_contact(id, pack_id, rank, tier, role_label, phone_orange)
      VALUES ('c1', '\(pack)', 1, 'base', 'Radio', '+22370000001');
      """, on: client)
  }

  @Test func `a pack that is submitted before it is complete is before nobody until it is`()
    async throws
  {
    let stage = try Stage()
    let (base, _, client) = try await stage.laptop("BDG", .cz)
    let dp = try stage.person("claire", .dp, as: "Claire Exemple")
    let pack = try stage.one("security_pack", "base_code", "KRO").id
    let place = "/packs/\(pack)"
    try await run(
      "UPDATE security_pack SET status = 'soumis_dp' WHERE id = '\(pack)'", on: client)
    for isSent in [false, true] {
      if isSent { #expect(try await client.sync().refused == 0) }
      for browser in isSent ? [base, dp] : [base] {
        browser.get("/")
        #expect(browser.page.contains("soumis sans 5 rubriques"))
        browser.get(place)
        #expect(browser.page.contains("<strong>En revue CZ</strong>"))
      }
    }
    dp.get(place)
    #expect(!dp.page.contains("Valider cette version"))
    dp.post(place + "/etape", ["etape": "approve"])
    #expect(dp.status == 403)
    dp.get(place)
    dp.post(place + "/etape", ["etape": "submit"])
    #expect(dp.status == 409 && dp.page.contains("Il manque des rubriques obligatoires"))
    // The rest arrives, in whatever request: nobody has to submit it once more.
    try await complete(pack, on: client)
    #expect(try await client.sync().refused == 0)
    for browser in [base, dp] {
      browser.get(place)
      #expect(browser.page.contains("<strong>Soumis au DP</strong>"))
      #expect(!browser.page.contains("soumis sans"))
    }
    // And somebody takes a part out again.
    try await run(
      "DELETE FROM pack_section WHERE section_code = 'sop_telecom' AND pack_id = '\(pack)'",
      on: client)
    _ = try await client.sync()
    dp.get(place)
    #expect(dp.page.contains("<strong>En revue CZ</strong>"))
    try await complete(pack, on: client)
    _ = try await client.sync()
    dp.get(place)
    dp.post(place + "/etape", dp.shown.merging(["etape": "approve"]) { $1 })
    #expect(dp.status == 303, "\(dp.page)")
    #expect(try stage.one("security_pack", "base_code", "KRO")["status"] == "valide")
  }

  @Test func `a step that is not the base's is refused by the hub, and the base goes on`()
    async throws
  {
    let stage = try Stage()
    let (base, _, client) = try await stage.laptop("BDG", .resp_base)
    let pack = try stage.one("security_pack", "base_code", "KRO").id
    try await run(
      "UPDATE security_pack SET status = 'soumis_dp', title = 'Plan revu' WHERE id = '\(pack)'",
      on: client)
    #expect(try await client.sync().refused == 1)
    let refusal = try #require(client.refusals().first)
    #expect(refusal.code == "role_not_allowed" && refusal.field == "status")
    let standing = try stage.one("security_pack", "base_code", "KRO")
    #expect(standing["status"] == "brouillon" && standing["title"] == "Plan revu")
    base.get("/refus/\(refusal.number)")
    base.post("/refus/\(refusal.number)", base.shown.merging(["status": "en_revue_cz"]) { $1 })
    #expect(base.status == 303, "\(base.page)")
    #expect(try await client.sync().refused == 0)
    #expect(try stage.one("security_pack", "base_code", "KRO")["status"] == "en_revue_cz")
  }

  @Test func `an alert of another base is refused, corrected on the page, and sent`() async throws {
    let stage = try Stage()
    let (base, _, client) = try await stage.laptop("GAO", .saisie)
    let author = try stage.one("person", "full_name", "Mariam Exemple").id
    try await run(
      """
      INSERT INTO alert(id, kind, base_code, level_from, level_to, zone, title, message,
        effective_from, issued_by, status)
      VALUES ('a1', 'changement_niveau', 'KDL', 'jaune', 'rouge', 'Kidal', 'Kidal en rouge', 'Essai',
        '2026-07-15T08:00:00Z', '\(author)', 'active');
      """, on: client)
    #expect(try await client.sync().refused == 1)
    let refusal = try #require(client.refusals().first)
    #expect(refusal.code == "other_base")
    let bamako = try stage.person("claire", .dp, as: "Claire Exemple")
    bamako.get("/alertes")
    #expect(!bamako.page.contains("Kidal en rouge"))
    base.get("/refus/\(refusal.number)")
    #expect(base.page.contains("autre base"))
    // Once more wrong, and what was typed is still there.
    base.post("/refus/\(refusal.number)", base.shown.merging(["base_code": "TES"]) { $1 })
    #expect(base.status == 422 && base.page.contains("autre base"))
    base.post("/refus/\(refusal.number)", base.shown.merging(["base_code": "ANS"]) { $1 })
    #expect(base.status == 303, "\(base.page)")
    #expect(try await client.sync().refused == 0)
    #expect(try stage.one("alert", "title", "Kidal en rouge")["base_code"] == "ANS")
  }

  @Test func `the form of an alert takes no other base, and what others wrote stays`() async throws
  {
    let stage = try Stage()
    let (base, _, client) = try await stage.laptop("GAO", .resp_base)
    base.fill(
      "/fiches/alert/nouvelle",
      [
        "kind": "alerte_adhoc", "base_code": "KDL", "zone": "Kidal", "title": "Essai",
        "message": "Exercice", "effective_from": "15/07/2026 08:00",
        "issued_by": try stage.one("person", "full_name", "Mariam Exemple").id.description,
      ])
    #expect(base.status == 422 && base.page.contains("l&#39;affaire d&#39;une autre base"))
    let foreign = try stage.one("alert", "base_code", "BDG").id
    base.fill("/fiches/alert/\(foreign)/modifier", ["status": "levee"])
    #expect(base.status == 422 || base.status == 403)
    #expect(try client.status().pending == 0)
  }

  @Test func `an injury that is added to a report makes it grave, and a light one is said to be`()
    async throws
  {
    let stage = try Stage()
    let (base, _, client) = try await stage.laptop("GAO", .resp_base)
    let incident = try #require(
      try client.records(of: "incident").first {
        $0["severity"] == "2" && $0["staff_injured"] == 0 && $0["near_miss"] != 1
      })
    let place = "/fiches/incident/\(incident.id)/modifier"
    func severity() throws -> Value {
      try client.record("incident", incident.id.description)["severity"]
    }
    base.fill(place, ["staff_injured": " 1 "])
    #expect(base.status == 303, "\(base.page)")
    base.follow()
    #expect(base.page.contains("La gravité passe à « grave »"))
    #expect(try severity() == "3")
    base.fill(place, ["severity": "2"])
    #expect(try severity() == "2")
    base.fill(place, ["severity": "1"])
    #expect(base.status == 422)
    base.fill(place, ["summary": "Un mot de plus."])
    #expect(try severity() == "2")
  }
}
