import Shared
import Work

/// « Interlocuteurs » : found without accents, by language and zone, and those whose number nobody
/// checked for too long.
extension Page {
  func contacts() throws(Problem) -> ConsoleAnswer {
    let type = try type("contact")
    var met: [String: Day] = [:]
    for exchange in try records("interaction") {
      guard let id = exchange.text("contact_id"), let day = exchange.day("occurred_on") else {
        continue
      }
      met[id] = max(met[id] ?? day, day)
    }
    let words = Folding.words(request.query["q"] ?? "")
    let (base, spoken, due) = (
      request.query["base_code"] ?? "", request.query["langue"] ?? "", request.query["suivi"] ?? ""
    )
    let found = try records("contact").filter { contact in
      if !base.isEmpty && contact.text("base_code") != base { return false }
      if !spoken.isEmpty && !contact.choices("languages").contains(spoken) { return false }
      if !due.isEmpty && due != name(care(contact, met).due) { return false }
      return words.isEmpty || Folding.holds(words, in: contact.values.values.compactMap(\.text))
    }
    return try answer(
      say("Interlocuteurs", "Contacts"),
      """
      \(addContact(type))\(searchForm(Link("interlocuteurs"), request.query["q"] ?? "", more: try contactFilters()))
      \(contactList(found.map { ($0, care($0, met)) }))
      """, current: "interlocuteurs", isWide: true)
  }

  private func care(_ contact: Record, _ met: [String: Day]) -> ContactCare {
    ContactCare(contact, met: met[contact.id.description], today: sitter.today)
  }

  private func addContact(_ type: RecordType) -> HTML {
    guard sitter.mayWrite(type) else { return .none }
    return """
      <p><a class="ajout" href="\(Link("fiches", "contact", "nouvelle"))">\(say("Ajouter un interlocuteur", "Add a contact"))</a> \
      <a href="\(Link("fiches", "interaction", "nouvelle"))">\(say("Noter un échange", "Note an exchange"))</a></p>
      """
  }

  private func contactFilters() throws(Problem) -> HTML {
    var languages: [(String, String)] = []
    if case .choices(let choices) = schema[type: "contact"]?[field: "languages"]?.kind {
      languages = choices.map { ($0.value, $0.label[language]) }
    }
    let bases = try records("base").map { ($0.text("code") ?? "", words($0, "name")) }
    let dues = [ContactCare.Due.verify, .archive, .erase].map { (name($0), words($0)) }
    return choose("base_code", say("Zone", "Area"), bases)
      + choose("langue", say("Langue parlée", "Language spoken"), languages)
      + choose("suivi", say("Suivi", "Care"), dues)
  }

  private func name(_ due: ContactCare.Due?) -> String {
    switch due {
    case .verify: "verifier"
    case .archive: "archiver"
    case .erase: "effacer"
    case nil: ""
    }
  }

  private func words(_ due: ContactCare.Due) -> String {
    switch due {
    case .verify: say("à revérifier", "to be checked")
    case .archive: say("à archiver (24 mois)", "to archive (24 months)")
    case .erase: say("à effacer (36 mois)", "to erase (36 months)")
    }
  }

  private func contactList(_ found: [(Record, ContactCare)]) -> HTML {
    let columns = [
      say("Nom", "Name"), say("Fonction", "Function"), say("Zone", "Area"),
      say("Numéros", "Numbers"), say("Langues", "Languages"), say("Vérifié le", "Checked"),
    ]
    let rows = found.prefix(100).map { contact, care -> HTML in
      let numbers = ["phone_orange", "phone_malitel", "phone_sat"].compactMap { field -> HTML? in
        contact.text(field).map { #"<span class="tel">\#($0)</span>"# }
      }.joined(by: "<br>")
      let due: HTML = care.due.map { #"<span class="marque">\#(words($0))</span>"# } ?? .none
      let organisation = contact.text("organisation") ?? ""
      return row(
        anchorTo(contact, contact.text("display_name") ?? "—"),
        [
          "\(contact.text("function_title") ?? "")<br>\(organisation)",
          HTML(words(contact, "base_code")), numbers, HTML(orDash(words(contact, "languages"))),
          "\(orDash(words(contact, "last_verified_on"))) \(due)",
        ], under: columns)
    }
    let more: HTML =
      found.count > 100
      ? "<p>\(say("Les 100 premiers : précisez la recherche.", "The first 100: narrow the search."))</p>"
      : .none
    return """
      <p>\(count(found.count, Label(fr: "interlocuteur", en: "contact"), Label(fr: "interlocuteurs", en: "contacts")))</p>\(more)\(cards(columns, rows))
      """
  }
}
