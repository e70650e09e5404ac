import Foundation
import Testing

@testable import Console
@testable import Shared
@testable import SyncServer
@testable import Work

@Suite struct SessionPageTests {
  @Test func `minutes are written, sent round, signed and closed`() throws {
    let stage = try Stage()
    let session = try stage.one("session", "title", "Comité de pilotage T2")
    let browser = try stage.person("nana", .coord_cadre, as: "Nana Démo")
    let place = "/seances/\(session.id)"
    browser.get(place)
    #expect(!browser.page.contains("Diffuser le PV"))
    browser.post(place + "/signer", ["externe": "Représentante A", "mode": "ecran"])
    #expect(browser.status == 422)
    browser.fill("/fiches/session/\(session.id)/modifier", ["minutes": "Deux <blocages> levés."])
    #expect(browser.location == place)
    browser.follow()
    #expect(browser.page.contains("Deux &lt;blocages&gt; levés."))
    browser.post(place + "/etape", ["etape": "close"])
    #expect(browser.status == 403)
    browser.get(place)
    browser.post(place + "/etape", ["etape": "share"])
    #expect(browser.status == 303)
    for _ in 0..<2 {
      browser.get(place)
      browser.post(
        place + "/signer",
        [
          "acte": "signe", "externe": "  Représentante   A ", "organisation": "DG-ECHO",
          "mode": "papier_scanne",
        ])
      #expect(browser.status == 303)
    }
    browser.follow()
    #expect(browser.page.contains("Déjà noté"))
    #expect(browser.page.contains("Représentante A (DG-ECHO), 15/07/2026, Papier scanné"))
    #expect(
      try stage.all("signature").count { $0["subject_id"] == .text(session.id.description) } == 1)
    browser.post(place + "/etape", ["etape": "close"])
    #expect(browser.status == 303)
    #expect(try stage.one("session", "title", "Comité de pilotage T2")["minutes_status"] == "signe")
    browser.fill("/fiches/session/\(session.id)/modifier", ["minutes": "Un blocage levé."])
    browser.get(place)
    #expect(browser.page.contains("Avaient signé un texte antérieur"))
    browser.get(place + "/imprimer")
    #expect(browser.page.contains("Un blocage levé.") && !browser.page.contains("<form"))
    #expect(!browser.page.contains("<a "), "paper leads nowhere")
  }

  @Test func `minutes that were corrected meanwhile are read before they are signed`() throws {
    let stage = try Stage()
    let browser = try stage.person("nana", .coord_cadre, as: "Nana Démo")
    let session = try stage.one("session", "title", "Réunion plénière n° 1").id
    let place = "/seances/\(session)"
    browser.get(place)
    let form = browser.shown.merging(["acte": "signe", "externe": "Délégué", "mode": "ecran"]) {
      $1
    }
    browser.fill("/fiches/session/\(session)/modifier", ["minutes": "Vote : 9 pour."])
    #expect(browser.status == 303, "\(browser.page)")
    let count = try stage.all("signature").count
    browser.post(place + "/signer", form)
    #expect(browser.status == 422 && browser.page.contains("Le texte a changé depuis"))
    #expect(browser.page.contains("Vote : 9 pour."))
    #expect(try stage.all("signature").count == count)
    browser.post(place + "/signer", browser.shown.merging(["acte": "signe"]) { $1 })
    #expect(browser.status == 303, "\(browser.page)")
    #expect(try stage.all("signature").count == count + 1)
  }

  @Test func `a witness is named, and the form keeps what was typed`() throws {
    let stage = try Stage()
    let session = try stage.one("session", "title", "REX braquage axe Tégourou")
    let browser = try stage.person("resp", .resp_base, base: "BDG")
    let place = "/seances/\(session.id)"
    browser.get(place)
    browser.post(
      place + "/signer",
      ["acte": "present", "externe": "Gardien <Un>", "mode": "oral_temoin", "temoin": " "])
    #expect(browser.status == 422)
    #expect(browser.page.contains("Témoin") && browser.page.contains("Gardien &lt;Un&gt;"))
    #expect(browser.page.contains(#"value="oral_temoin" selected"#))
    browser.post(place + "/signer", ["acte": "present", "externe": "", "mode": "ecran"])
    #expect(browser.status == 422)
  }

  @Test func `sessions are listed by kind, with what is owed`() throws {
    let stage = try Stage()
    stage.time.advance(8 * 86_400_000)
    let browser = try stage.person("nana", .coord_cadre)
    browser.get("/seances?kind=copil")
    #expect(browser.page.contains("Comité de pilotage T2") && browser.page.contains("en retard"))
    #expect(!browser.page.contains("Briefing nouveaux arrivants"))
    let gao = try stage.person("mariam", .resp_base, base: "GAO")
    gao.get("/seances")
    #expect(gao.page.contains("Comité de pilotage T2"))
    #expect(!gao.page.contains("Briefing nouveaux arrivants"))
    let foreign = try stage.one("session", "title", "Briefing nouveaux arrivants Kidal").id
    for more in ["", "/imprimer"] {
      gao.get("/seances/\(foreign)\(more)")
      #expect(gao.status == 404)
    }
  }
}

@Suite struct CoordinationPageTests {
  @Test func `a roadmap is carried by more than half of those who may vote, once each`() throws {
    let stage = try Stage()
    let browser = try stage.person("nana", .coord_cadre, as: "Nana Démo")
    browser.get("/cadre")
    #expect(browser.page.contains("FEUILLE-2026 1.0 : pas encore adoptée"))
    func vote(_ organisation: String, _ form: [String: String] = [:]) -> Int {
      let usual = [
        "sujet": "FEUILLE-2026", "version": "1.0", "acte": "vote_pour", "externe": "Une déléguée",
        "organisation": organisation, "mode": "ecran",
      ]
      browser.post("/cadre/vote", usual.merging(form) { $1 })
      return browser.status
    }
    #expect(vote("Agence onusienne fictive") == 422, "it is only invited")
    #expect(vote("Projet ARISE") == 422, "it has voted")
    #expect(vote("DG-ECHO", ["acte": "present"]) == 422)
    #expect(vote("DG-ECHO", ["externe": " "]) == 422)
    #expect(browser.page.contains(#"value="DG-ECHO""#))
    #expect(vote("DG-ECHO") == 303)
    #expect(vote("Ministère de la santé") == 422, "one name would be one voice")
    #expect(vote("Ministère de la santé", ["externe": "Un délégué"]) == 303)
    browser.get("/cadre")
    #expect(browser.page.contains("pas encore adoptée"))
    #expect(vote("ONG nationale fictive", ["externe": "Un autre délégué"]) == 303)
    browser.get("/cadre")
    #expect(browser.page.contains("FEUILLE-2026 1.0 : adoptée") && browser.page.contains("pour 5"))
    // Another version is another vote.
    #expect(vote("DG-ECHO", ["version": "2.0", "acte": "vote_contre"]) == 303)
    browser.get("/cadre")
    #expect(browser.page.contains("FEUILLE-2026 2.0 : pas encore adoptée"))
    #expect(browser.page.contains("FEUILLE-2026 1.0 : adoptée"))
    let clerk = try stage.person("oumou", .saisie, base: "BDG")
    clerk.get("/cadre")
    #expect(!clerk.page.contains("Noter une voix"))
    clerk.post("/cadre/vote", ["sujet": "FEUILLE-2026"])
    #expect(clerk.status == 403)
  }

  @Test func `access shows the last sheet of each route, and renews it`() throws {
    let stage = try Stage()
    stage.time.advance(86_400_000)
    let browser = try stage.person("cz", .cz, base: "BDG", as: "Boubacar Démo")
    browser.get("/acces")
    #expect(browser.page.contains("Koro ville") && browser.page.contains("périmée"))
    #expect(!browser.page.contains("Gao-Ansongo"))
    let link = try #require(
      browser.page.firstMatch(of: #/href="([^"]*name=Koro%20ville[^"]*)"/#).map { String($0.1) })
    browser.fill(link.replacing("&amp;", with: "&"), ["access_level": "ouvert"])
    #expect(browser.status == 303, "\(browser.page)")
    browser.get("/acces?base_code=KRO")
    #expect(!browser.page.contains("périmée") && browser.page.contains("Ouvert"))
    #expect(browser.page.contains("1 zone ou axe<"))
  }

  @Test func `pooled purchases show what is missing, and make it an action`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    browser.get("/achats")
    #expect(browser.page.contains("manque 20 ampoule"))
    #expect(browser.page.contains("1\u{202F}870\u{202F}000") || browser.page.contains("FCFA"))
    let link = try #require(
      browser.page.firstMatch(of: #/href="(\/fiches\/action_item\/nouvelle[^"]*)"/#).map {
        String($0.1)
      })
    browser.fill(
      link.replacing("&amp;", with: "&"),
      ["owner_org": "COLOG", "priority": "normale", "status": "a_faire"])
    #expect(browser.status == 303, "\(browser.page)")
    #expect(
      try stage.all("action_item").contains {
        $0["label"] == "Oxytocine 10 UI, amp. : manque 20 ampoule"
      })
  }

  @Test func `a value that was entered too late says so, on the grid and on its own page`() throws {
    let stage = try Stage()
    let browser = try stage.person("yacouba", .suivi_evaluation, as: "Yacouba Exemple")
    let asaco = try stage.one("asaco", "code", "AS-BDG-01").id
    let grid = "/asaco/AS-BDG-01?fin=202606"
    browser.get(grid)
    #expect(!browser.page.contains("tardif</span>"))
    for period in ["202604", "202606"] {
      browser.fill(
        "/fiches/asaco_value/nouvelle?asaco_code=\(asaco)&indicator_code=SRV01&period=\(period)",
        [
          "value_declared": "300", "verification_status": "declare", "data_source": "registre",
        ])
      #expect(browser.status == 303, "\(browser.page)")
      browser.follow()
      #expect(browser.page.contains("<dt>Saisie tardive</dt><dd>oui</dd>"))
    }
    browser.get(grid)
    #expect(browser.page.matches(of: #/tardif<\/span>/#).count == 2)
  }
}

@Suite struct LongListTests {
  @Test func `a long list comes by pages, the newest first, each record once`() throws {
    let stage = try Stage()
    let browser = try stage.person("claire", .dp, as: "Claire Exemple")
    let rows = (0..<120).map { number in
      LoadRow(
        type: "action_item", id: RecordID(high: 7, low: UInt64(number)),
        values: [
          "kind": "action", "label": .text("Révision n° \(number)"), "base_code": "GAO",
          "owner_org": "COLOG", "priority": "normale", "status": number < 60 ? "fait" : "a_faire",
        ])
    }
    #expect(try stage.hub.load(rows, language: .fr).refusals == [])
    func seen(_ place: String) -> [String] {
      browser.get(place)
      return browser.page.matches(of: #/Révision n° (\d+)/#).map { String($0.1) }
    }
    let pages = (1...4).map { seen("/fiches/action_item?q=revision&p=\($0)") }
    #expect(pages.map(\.count) == [50, 50, 20, 0])
    #expect(pages.flatMap(\.self) == (0..<120).reversed().map { "\($0)" })
    browser.get("/fiches/action_item?q=revision&p=2")
    #expect(browser.page.contains("120 fiches") && browser.page.contains("page 2 / 3"))
    #expect(seen("/fiches/action_item?q=revision&status=fait&p=2").count == 10)
    #expect(seen("/fiches/action_item?q=revision%2042") == ["42"])
    for wrong in ["-1", "0", "99999999999999999999", "x"] {
      browser.get("/fiches/action_item?p=\(wrong)")
      #expect(browser.status == 200)
    }
    let kidal = try stage.person("kidal", .resp_base, base: "KDL")
    kidal.get("/fiches/action_item?q=revision")
    #expect(kidal.page.contains("Aucune fiche."))
  }

  @Test func `a laptop's lists come by the same pages`() async throws {
    let stage = try Stage()
    let (browser, _, _) = try await stage.laptop("GAO", .resp_base)
    browser.get("/fiches/person?q=demo")
    #expect(browser.page.contains("4 fiches") && browser.page.contains("Oumou Démo"))
    browser.get("/fiches/base?p=2")
    #expect(browser.page.contains("13 fiches"))
  }
}
