package import Shared
package import Work

/// A pack made for paper: the whole plan on A4, or the one page that everybody carries.
extension Page {
  func printed(_ judged: JudgedPack, reflex: Bool) throws(Problem) -> ConsoleAnswer {
    try desk.note(.print, judged.pack)
    return .page(PackPaper(page: self, judged: judged).html(reflex: reflex))
  }
}

/// The same as a file of its own, which asks nothing of the console when it is opened.
package enum PackPrint {
  /// - Parameter reflex: the one page alone.
  package static func html(
    _ pack: RecordID, at desk: any Desk, reflex: Bool, _ language: Language
  ) throws(Problem) -> String {
    let request = ConsoleRequest(isPost: false, path: [], language: language)
    let visit = Visit(desk: desk, formToken: "", mustChangePassword: false)
    let page = Page(request: request, visit: visit, board: nil)
    let record = try desk.record("security_pack", pack)
    let judged = try PackRecords(page, only: record).judge(record, desk.sitter)
    try desk.note(.print, record)
    let sheet: HTML = "<style>\(HTML(asset: PackageResources.console_css))</style>"
    return PackPaper(page: page, judged: judged, sheet: sheet).html(reflex: reflex).text
  }
}

struct PackPaper {
  let page: Page
  let judged: JudgedPack
  /// How it looks: a link inside the console, the rules themselves in a file.
  var sheet: HTML =
    #"<link rel="icon" href="/icone.svg"><link rel="stylesheet" href="/console.css">"#

  private var language: Language { page.language }
  private var pack: Record { judged.pack }

  func html(reflex: Bool) -> HTML {
    """
    <!doctype html><html lang="\(language.rawValue)"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(Page.neutralTitle)</title>
    \(sheet)</head>
    <body><main id="contenu">\(reflex ? companion : plan)</main></body></html>
    """
  }

  private var cover: HTML {
    let due = judged.state.reviewDue.map { Words.day($0, language) } ?? "—"
    let approved = page.words(pack, "approved_on")
    return """
      <p>\(page.say("Version", "Version")) \(page.words(pack, "version_label")) · \(page.statusWords(judged.state.status)) · \
      \(page.say("validé le", "approved on")) \(approved.isEmpty ? "—" : approved) · \
      \(page.say("à réviser avant le", "review due before")) \(due)</p>
      <p>\(page.say("Imprimé le", "Printed on")) \(Words.day(page.sitter.today, language)). \
      \(page.say("À garder sous clé, à détruire à la version suivante.", "Keep it locked; destroy it with the next version."))</p>
      """
  }

  private var plan: HTML {
    let list = page.contactTable(judged, forPaper: true)
    // The list stands under the section that speaks of it, where there is one.
    let hasPlace = judged.content.section("contacts_urgence") != nil
    let sections = judged.content.sections.map { section -> HTML in
      let own = section.text("section_code") == "contacts_urgence" ? list : .none
      return """
        <section><h2>\(page.words(section, "heading"))</h2><div class="texte">\(section.text("body") ?? "")</div>\(own)</section>
        """
    }
    let rest: HTML =
      hasPlace
      ? .none
      : "<h2>\(page.say("Liste de contacts d'urgence", "Emergency contact list"))</h2>\(list)"
    return "<h1>\(page.words(pack, "title"))</h1>\(cover)\(sections)\(rest)"
  }

  /// The first numbers and the section written for it: one page, or it is not carried.
  private var companion: HTML {
    let body =
      judged.content.section("fiche_reflexe")?.text("body")
      ?? page.say("(à rédiger)", "(to be written)")
    let numbers = judged.content.contacts.prefix(5).map { contact -> HTML in
      let numbers = ["phone_orange", "phone_malitel", "phone_sat", "radio_callsign"].compactMap {
        field -> HTML? in
        contact.text(field).map { #"<span class="tel">\#($0)</span>"# }
      }.joined(by: " · ")
      return
        #"<tr><th scope="row">\#(page.words(contact, "role_label"))</th><td>\#(numbers)</td></tr>"#
    }
    return """
      <h1>\(page.say("Fiche réflexe", "Constant companion")) — \(page.baseName(pack))</h1>
      <div class="texte">\(body)</div><table><tbody>\(numbers)</tbody></table>
      <p>\(page.say("Version", "Version")) \(page.words(pack, "version_label"))</p>
      """
  }
}
