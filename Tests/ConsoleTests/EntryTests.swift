import Foundation
import Testing

@testable import Console
@testable import Shared
@testable import SyncServer
@testable import Work

@Suite struct EntryTests {
  @Test func `nothing is shown to whoever is not in`() throws {
    let browser = Browser(try Stage().console)
    for place in [
      "/", "/fiches/contact", "/packs/x", "/journal", "/asaco/dhis2/json?periode=202605",
    ] {
      browser.get(place)
      #expect(browser.page.contains(#"name="mdp""#))
      #expect(!browser.page.contains("Bandiagara"))
    }
  }

  @Test func `the first sign-in asks for a password of one's own`() throws {
    let stage = try Stage(demo: false)
    let offer = try stage.office.add("awa", fullName: "Awa", role: .cz)
    let browser = Browser(stage.console)
    browser.signIn("awa", offer.password)
    browser.get("/fiches")
    #expect(browser.page.contains("Choisissez votre propre mot de passe"))
    browser.post(
      "/mot-de-passe", ["ancien": offer.password, "nouveau": "court", "encore": "court"])
    #expect(browser.status == 422)
    browser.post(
      "/mot-de-passe", ["ancien": "faux", "nouveau": Stage.password, "encore": Stage.password])
    #expect(browser.status == 422)
    browser.post(
      "/mot-de-passe",
      ["ancien": offer.password, "nouveau": Stage.password, "encore": Stage.password])
    #expect(browser.status == 303)
    browser.get("/fiches")
    #expect(browser.page.contains("Toutes les fiches"))
  }

  @Test func `the old password is no easier to guess at a page that was left open`() throws {
    let stage = try Stage(demo: false)
    let browser = try stage.person("awa", .cz)
    func change(_ old: String) -> Int {
      let new = "six mots au bord"
      browser.get("/mot-de-passe")
      browser.post("/mot-de-passe", ["ancien": old, "nouveau": new, "encore": new])
      return browser.status
    }
    for _ in 0..<5 { #expect(change("faux") == 422) }
    #expect(change(Stage.password) == 422)
    #expect(browser.page.contains("Trop d&#39;essais"))
    stage.time.advance(15 * 60_000)
    #expect(change(Stage.password) == 303)
  }

  @Test(arguments: ["motdepasse12", "Password1234", "aaaaaaaaaaaa", "awa.exemple12", "onze lettre"])
  func `a password that everybody would try is refused`(password: String) {
    #expect(!PasswordHash.isStrong(password, name: "awa.exemple"))
  }

  @Test func `a password is kept as a salted hash that reads back`() throws {
    let one = PasswordHash("quatre mots", salt: [UInt8](repeating: 1, count: 16))
    let two = PasswordHash("quatre mots", salt: [UInt8](repeating: 2, count: 16))
    #expect(one.text != two.text)
    let read = try #require(PasswordHash(text: one.text))
    #expect(read == one)
    #expect(read.matches("quatre mots"))
    #expect(!read.matches("quatre mot"))
    #expect(PasswordHash(text: "plain$quatre mots") == nil)
  }

  @Test func `five wrong passwords close the account for a quarter of an hour`() throws {
    let stage = try Stage(demo: false)
    let offer = try stage.office.add("awa", fullName: "Awa", role: .cz)
    let browser = Browser(stage.console)
    for _ in 0..<5 {
      browser.signIn("awa", "faux")
      #expect(browser.status == 401)
    }
    browser.signIn("awa", offer.password)
    #expect(browser.page.contains("Trop d&#39;essais"))
    stage.time.advance(15 * 60_000)
    browser.signIn("awa", offer.password)
    #expect(browser.status == 303)
  }

  @Test func `a name that nobody has is answered like a wrong password`() throws {
    let stage = try Stage(demo: false)
    _ = try stage.office.add("awa", fullName: "Awa", role: .cz)
    let browser = Browser(stage.console)
    browser.signIn("awa", "faux")
    let known = browser.page
    browser.signIn("personne", "faux")
    #expect(browser.page == known)
  }

  @Test func `a name that nobody has is closed as an account is`() throws {
    let stage = try Stage(demo: false)
    _ = try stage.office.add("awa", fullName: "Awa", role: .cz)
    func pages(_ name: String) -> [String] {
      let browser = Browser(stage.console)
      return (0..<7).map { _ in
        browser.signIn(name, "faux")
        return "\(browser.status) \(browser.page)"
      }
    }
    let known = pages("awa")
    #expect(known.last?.contains("Trop d&#39;essais") == true)
    #expect(pages("personne") == known)
    #expect(try stage.office.accounts().first?.lockedUntil == stage.time.now + 15 * 60_000)
    let book = try stage.office.book(limit: 99)
    #expect(!book.contains { $0.name.contains("personne") })
    _ = try stage.office.resetPassword("awa")
    #expect(try stage.office.accounts().first?.lockedUntil == nil)
  }

  @Test func `a new password and a closed account put out whoever is in`() throws {
    let stage = try Stage(demo: false)
    let browser = try stage.person("awa", .cz)
    _ = try stage.office.resetPassword("awa")
    browser.get("/fiches")
    #expect(browser.page.contains(#"name="mdp""#))
    let other = try stage.person("oumou", .cz)
    try stage.office.setDisabled(true, "oumou")
    other.get("/fiches")
    #expect(other.page.contains(#"name="mdp""#))
    other.signIn("oumou", Stage.password)
    #expect(other.status == 401)
    try stage.office.setDisabled(false, "oumou")
    other.signIn("oumou", Stage.password)
    #expect(other.status == 303)
  }

  @Test func `a visit ends after two hours without a page, and after twelve whatever happens`()
    throws
  {
    let stage = try Stage(demo: false)
    let browser = try stage.person("awa", .cz)
    for _ in 0..<7 {
      stage.time.advance(100 * 60_000)
      browser.get("/fiches")
      #expect(browser.page.contains("Toutes les fiches"))
    }
    stage.time.advance(30 * 60_000)
    browser.get("/fiches")
    #expect(browser.page.contains(#"name="mdp""#))
    browser.signIn("awa", Stage.password)
    stage.time.advance(2 * 3_600_000)
    browser.get("/fiches")
    #expect(browser.page.contains(#"name="mdp""#))
  }

  @Test func `a session that ended in mid-form loses nothing typed`() throws {
    let stage = try Stage()
    let browser = try stage.person("awa", .referent_surete)
    browser.get("/fiches/note/nouvelle")
    let author = try stage.one("person", "full_name", "Aïssata Fictif").id.description
    let typed = browser.shown.merging([
      "kind": "signal_faible", "title": "Pont <coupé> & \"gué\"", "base_code": "GAO",
      "body": "Première ligne\nSeconde", "author": author,
    ]) { $1 }
    stage.time.advance(3 * 3_600_000)
    browser.post("/fiches/note/nouvelle", typed)
    #expect(browser.page.contains("Votre saisie est gardée"))
    var kept = browser.shown
    kept["nom"] = "awa"
    kept["mdp"] = "faux"
    browser.post("/entree", kept)
    kept = browser.shown
    kept["nom"] = "awa"
    kept["mdp"] = Stage.password
    browser.post("/entree", kept)
    #expect(browser.page.contains("Votre saisie est là"))
    let count = try stage.all("note").count
    browser.post("/fiches/note/nouvelle", browser.shown)
    #expect(browser.status == 303)
    #expect(try stage.all("note").count == count + 1)
    let note = try stage.one("note", "title", "Pont <coupé> & \"gué\"")
    #expect(note["body"] == "Première ligne\nSeconde")
  }

  @Test func `a form without the visit's token writes nothing and loses nothing`() throws {
    let stage = try Stage()
    let browser = try stage.person("awa", .referent_surete)
    browser.get("/fiches/note/nouvelle")
    let count = try stage.all("note").count
    browser.post("/fiches/note/nouvelle", ["title": "Étranger"], token: "")
    #expect(browser.page.contains("Rien n&#39;est encore enregistré"))
    #expect(browser.page.contains("Étranger"))
    #expect(try stage.all("note").count == count)
  }

  @Test func `the laptop's link lets in once`() async throws {
    let stage = try Stage()
    let (browser, _, _) = try await stage.laptop("GAO", .resp_base)
    browser.get("/")
    #expect(browser.page.contains("Non envoyés"))
    let other = Browser(browser.console)
    other.get("/entree?code=sesame")
    #expect(other.status == 401)
    other.get("/")
    #expect(other.page.contains("djoliba open"))
  }

  @Test func `the book says who saw, wrote and exported, and holds no content`() throws {
    let stage = try Stage()
    let browser = try stage.person("awa", .referent_surete, as: "Aïssata Fictif")
    let contact = try stage.one("contact", "display_name", "Notable (fictif)").id
    browser.get("/fiches/contact/\(contact)")
    browser.fill("/fiches/contact/\(contact)/modifier", ["locality": "Aguelhok"])
    browser.get("/asaco/dhis2/csv?periode=202605")
    let book = try stage.office.book(limit: 100)
    #expect(Set(book.map(\.act)).isSuperset(of: [.enter, .read, .write, .export]))
    #expect(book.contains { $0.act == .write && $0.record == contact.description })
    browser.get("/journal")
    #expect(browser.page.contains("a exporté"))
    #expect(!browser.page.contains("Aguelhok"))
    let clerk = try stage.person("oumou", .saisie)
    clerk.get("/journal")
    #expect(clerk.status == 404)
  }

  @Test func `the book says in people's words what somebody was refused`() throws {
    let stage = try Stage()
    let pack = try stage.one("security_pack", "status", "valide").id
    let clerk = try stage.person("oumou", .saisie)
    clerk.post("/packs/\(pack)/etape", ["etape": "archive"])
    #expect(clerk.status == 403)
    clerk.post("/packs/\(pack)/etape", ["etape": "Zanzibarite"])
    #expect(clerk.status == 404)
    for base in ["GAO", "KDL", "ZZZ"] {
      let level = ["base": base, "niveau": "rouge", "pourquoi": "Essai"]
      try stage.person("nina-" + base.lowercased(), .lecture, base: "GAO").post("/alertes", level)
    }
    let alerts = try stage.office.book(limit: 99).filter { $0.type == "alert" }.map(\.detail)
    #expect(
      alerts == [
        "changeLevel not_found", "changeLevel scope_not_granted", "changeLevel role_not_allowed",
      ])
    let known: [Attempt] =
      PackStep.allCases.map { .step($0) } + MinutesStep.allCases.map { .step($0) }
      + IncidentFlow.Step.allCases.map { .step($0) }
      + [.create("contact"), .update("contact"), .delete("contact"), .settle, .changeLevel]
    let reader = try stage.person("awa", .referent_surete)
    reader.get("/journal")
    #expect(reader.page.contains("oumou"))
    #expect(reader.page.contains("archivage · Ce rôle"))
    #expect(!reader.page.contains("Zanzibarite"))
    for attempt in known {
      try stage.hub.noteRefusal(of: attempt, .role_not_allowed, by: "account:oumou")
    }
    reader.get("/journal")
    for attempt in known {
      #expect(!reader.page.contains("aide\">\(attempt.verb) ·"), "\(attempt)")
    }
  }
}
