import Shared
import Work

/// What stands around every page: a title that says nothing to a stranger, the way to the other
/// pages, and on a laptop what has not left yet.
extension Page {
  /// The name on the tab and in the history: nothing that draws a look at a checkpoint.
  static let neutralTitle = "Notes"

  func answer(
    _ title: String, _ body: HTML, current: String = "", status: Int = 200, isWide: Bool = false
  ) throws(Problem) -> ConsoleAnswer {
    let said = FlashWords.decoded(request.cookies["dit"])
    let flash: HTML = said.isEmpty ? .none : #"<p class="dit" role="status">\#(said)</p>"#
    let html: HTML = """
      \(Self.head(language))
      <body><a class="saut" href="#contenu">\(say("Aller au contenu", "Skip to content"))</a>
      <header>\(navigation(current))\(try standing())</header>
      <main id="contenu" class="\(isWide ? "large" : "")">\(flash)<h1>\(title)</h1>
      \(body)</main>
      <footer>\(footer)</footer></body></html>
      """
    var answer = ConsoleAnswer.page(html, status: status)
    if !said.isEmpty { answer.cookies.append((name: "dit", value: "")) }
    return answer
  }

  static func head(_ language: Language) -> HTML {
    """
    <!doctype html>
    <html lang="\(language.rawValue)"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(neutralTitle)</title>
    <link rel="icon" href="/icone.svg"><link rel="stylesheet" href="/console.css">
    <script src="/console.js" defer></script></head>
    """
  }

  private var places: [(path: String, label: Label)] {
    var places: [(String, Label)] = [
      ("", Label(fr: "Packs", en: "Packs")),
      ("alertes", Label(fr: "Alertes", en: "Alerts")),
      ("incidents", Label(fr: "Incidents", en: "Incidents")),
      ("interlocuteurs", Label(fr: "Interlocuteurs", en: "Contacts")),
      ("veille", Label(fr: "Veille", en: "Watch")),
      ("acces", Label(fr: "Accès", en: "Access")),
      ("seances", Label(fr: "Séances", en: "Sessions")),
      ("actions", Label(fr: "Actions", en: "Actions")),
      ("asaco", Label(fr: "ASACO", en: "ASACO")),
      ("achats", Label(fr: "Achats", en: "Supply")),
      ("cadre", Label(fr: "Cadre", en: "Cadre")),
      ("fiches", Label(fr: "Fiches", en: "Records")),
      ("conflits", Label(fr: "Conflits", en: "Conflicts")),
      ("synchro", Label(fr: "Synchronisation", en: "Sync")),
    ]
    if !isField, Self.readersOfTheBook.contains(sitter.role) {
      places.append(("journal", Label(fr: "Journal", en: "Log")))
    }
    return places
  }

  static let readersOfTheBook: Set<Role> = [.dp, .dp_adjoint, .referent_surete]

  private func navigation(_ current: String) -> HTML {
    let items = places.map { place -> HTML in
      let mark: HTML = place.path == current ? #" aria-current="page""# : ""
      let link = place.path.isEmpty ? Link(returningTo: "/") : Link(place.path)
      return #"<li><a href="\#(link)"\#(mark)>\#(say(place.label))</a></li>"#
    }
    let here = places.first { $0.path == current }.map { say($0.label) } ?? ""
    // A list on a wide screen, one line that opens on a narrow one: only one of them is ever shown.
    return """
      <nav aria-label="\(say("Pages", "Pages"))"><ul>\(items)</ul>\
      <details><summary>\(say("Menu", "Menu")) <strong>\(here)</strong></summary><ul>\(items)</ul></details></nav>
      """
  }

  /// On a laptop: what waits, how old the data are, and the button that sends.
  private func standing() throws(Problem) -> HTML {
    guard isField else { return .none }
    let overview = try desk.overview()
    let asOf = overview.asOf.map { Words.moment(milliseconds: $0, language) } ?? say(Words.never)
    let refused: HTML =
      overview.refused == 0
      ? .none
      : #" · <a href="/synchro#refus">\#(say("Refusés", "Refused")) : \#(overview.refused)</a>"#
    let conflicts: HTML =
      overview.openConflicts == 0
      ? .none
      : #" · <a href="/conflits">\#(say("Conflits", "Conflicts")) : \#(overview.openConflicts)</a>"#
    return """
      <div class="etat"><p><strong>\(say("Non envoyés", "Unsent")) : \(overview.unsent)</strong> · \
      \(say("Données au", "Data as of")) \(asOf)\(refused)\(conflicts)</p>\
      \(button(say("Synchroniser", "Sync"), to: Link("synchro"), style: "petit"))</div>
      """
  }

  private var footer: HTML {
    let other = language == .fr ? "en" : "fr"
    let leave = button(say("Sortir", "Sign out"), to: Link("sortie"), style: "lien")
    let password: HTML =
      isField
      ? .none : #" · <a href="/mot-de-passe">\#(say("Mot de passe", "Password"))</a>"#
    return """
      <p>\(sitter.name) · \(Words.role(sitter.role, schema, language)) · \
      <a href="\(Link("langue", query: [("a", other), ("vers", request.place)]))" hreflang="\(other)" \
      lang="\(other)">\(language == .fr ? "English" : "Français")</a> · \
      <a href="/pause" accesskey="q">\(say("Pause (touche Échap deux fois)", "Pause (Escape key twice)"))</a>\(password)</p>\
      \(leave)
      """
  }
}
