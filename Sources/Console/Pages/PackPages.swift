import Shared
import Work

/// One pack: its sections, whom to call, who has read it, and what can be done with it next.
extension Page {
  func packs(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    guard let id = path.first else { return .see(Link(returningTo: "/")) }
    let pack = try record(try type("security_pack"), id)
    let judged = try PackRecords(self, only: pack).judge(pack, sitter)
    switch path.dropFirst().first {
    case nil: return try packPage(judged)
    case "etape": return try take(judged)
    case "signer": return try sign(judged)
    case "versions": return try packVersions(judged)
    case "imprimer": return try printed(judged, reflex: false)
    case "fiche-reflexe": return try printed(judged, reflex: true)
    default: throw Problem(.not_found)
    }
  }

  private func packPage(_ judged: JudgedPack, wrong: HTML = .none) throws(Problem) -> ConsoleAnswer
  {
    let pack = judged.pack
    let reasons = judged.freshness.reasons.map { reason -> HTML in
      "<li>\(light(reason.light)) \(words(reason.reason))</li>"
    }
    let changes = judged.state.reasons.map { reason -> HTML in "<li>\(words(reason))</li>" }
    let why: HTML =
      changes.isEmpty
      ? .none
      : "<p>\(say("À réviser parce que :", "To be revised because:"))</p><ul>\(changes)</ul>"
    let due = judged.state.reviewDue.map { Words.day($0, language) } ?? "—"
    return try answer(
      heading(pack),
      """
      \(wrong)<p>\(light(judged.freshness.light)) · <strong>\(statusWords(judged.state.status))</strong> · \
      \(say("validé le", "approved on")) \(orDash(words(pack, "approved_on"))) · \(say("à réviser avant le", "review due before")) \(due)</p>
      <ul class="raisons">\(reasons)</ul>\(why)
      \(steps(judged))\(packLinks(pack))
      \(try sections(judged))\(contacts(judged))\(try readers(judged))\(signForm(judged))
      """, current: "", status: wrong.isEmpty ? 200 : 409)
  }

  private func packLinks(_ pack: Record) -> HTML {
    let id = pack.id.description
    let links: [(Link, String)] = [
      (
        .record("security_pack", id, "modifier"), say("Modifier la page de garde", "Edit the cover")
      ),
      (Link("packs", id, "versions"), say("Ce qui a changé", "What changed")),
      (.record("security_pack", id, "historique"), say("Historique", "History")),
      (Link("packs", id, "imprimer"), say("Imprimer", "Print")),
      (Link("packs", id, "fiche-reflexe"), say("Fiche réflexe", "Constant companion")),
    ]
    let items = links.map { link, text -> HTML in #"<a href="\#(link)">\#(text)</a>"# }
    return #"<p class="suite">\#(items.joined(by: " · "))</p>"#
  }

  // MARK: Content

  private func sections(_ judged: JudgedPack) throws(Problem) -> HTML {
    let id = judged.pack.id.description
    let missing = judged.content.missing.map { code -> HTML in "<li>\(sectionName(code))</li>" }
    let gaps: HTML =
      missing.isEmpty
      ? .none
      : #"<div class="attention"><p>\#(say("Manque avant de soumettre au DP :", "Missing before it goes to the Country Director:"))</p><ul>\#(missing)</ul></div>"#
    let parts = judged.content.sections.map { section -> HTML in
      let edit = Link.record("pack_section", section.id.description, "modifier")
      return """
        <details><summary><strong>\(words(section, "heading"))</strong> <span class="aide">\(words(section, "audience"))</span></summary>
        <div class="texte">\(section.text("body") ?? "")</div>
        <p class="suite"><a href="\(edit)">\(say("Modifier", "Edit"))</a> · \(anchor(section))</p></details>
        """
    }
    let add = Link("fiches", "pack_section", "nouvelle", query: [("pack_id", id)])
    let long: HTML =
      judged.content.isLong
      ? #"<p class="marque">\#(say("Plus de vingt pages : qui le lira ?", "More than twenty pages: who will read it?"))</p>"#
      : .none
    return """
      <h2>\(say("Rubriques", "Sections"))</h2>\(gaps)\(long)\(parts)
      <p class="suite"><a href="\(add)">\(say("Ajouter une rubrique", "Add a section"))</a></p>
      """
  }

  func sectionName(_ code: String) -> String {
    schema[type: "pack_section"]?[field: "section_code"]?.words(.text(code), language) ?? code
  }

  private func contacts(_ judged: JudgedPack) -> HTML {
    let add = Link(
      "fiches", "emergency_contact", "nouvelle", query: [("pack_id", judged.pack.id.description)])
    return """
      <h2>\(say("Liste de contacts d'urgence", "Emergency contact list"))</h2>\(contactTable(judged, forPaper: false))
      <p class="suite"><a href="\(add)">\(say("Ajouter un contact", "Add a contact"))</a></p>
      """
  }

  func contactTable(_ judged: JudgedPack, forPaper: Bool) -> HTML {
    let columns = [
      say("Qui", "Who"), say("Numéros", "Numbers"), say("Quand", "When"),
      say("Essayé le", "Tested"),
    ]
    let rows = judged.content.contacts.map { contact -> HTML in
      let numbers = ["phone_orange", "phone_malitel", "phone_sat", "radio_callsign"].compactMap {
        field -> HTML? in
        contact.text(field).map { #"<span class="tel">\#($0)</span>"# }
      }.joined(by: "<br>")
      let name: HTML =
        forPaper
        ? HTML(words(contact, "role_label")) : anchorTo(contact, words(contact, "role_label"))
      let service = contact.text("name_or_service") ?? ""
      return row(
        "\(contact.count("rank")). \(name)<br>\(service)",
        [numbers, HTML(orDash(contact.text("availability") ?? "")), tested(contact)],
        under: columns)
    }
    return cards(columns, rows)
  }

  func anchorTo(_ record: Record, _ text: String) -> HTML {
    #"<a href="\#(link(to: record))">\#(text)</a>"#
  }

  private func tested(_ contact: Record) -> HTML {
    guard let day = contact.day("last_tested_on") else {
      return #"<span class="marque">\#(say(Words.never))</span>"#
    }
    let age = sitter.today - day
    let text = Words.day(day, language)
    let late =
      age > Freshness.unreliable
      ? say("trop ancien", "too old") : age >= Freshness.doubtful ? say("à refaire", "due") : ""
    let failed = contact["last_test_ok"] == 0 ? say("sans réponse", "no answer") : ""
    let marks = [failed, late].filter { !$0.isEmpty }.map { mark -> HTML in
      #" <span class="marque">\#(mark)</span>"#
    }
    return "\(text)\(marks)"
  }

  private func readers(_ judged: JudgedPack) throws(Problem) -> HTML {
    let (signed, expected) = (judged.appropriation.signed, judged.appropriation.expected)
    let names = judged.signatures.filter { $0.isReading(of: judged.pack) }.map(signatureLine)
    return """
      <h2>\(say("Lu et compris", "Read and understood"))</h2>
      <p>\(say("Version", "Version")) \(words(judged.pack, "version_label")) : \(signed) / \(expected)</p>\(try audiences(judged))<ul>\(names)</ul>
      """
  }

  /// The same for each public that has people at the base: drivers may all have read what managers have not.
  private func audiences(_ judged: JudgedPack) throws(Problem) -> HTML {
    guard case .choices(let choices)? = schema[type: "person"]?[field: "audience"]?.kind else {
      return .none
    }
    let staff = try records("person", [("base_code", judged.pack["base_code"])])
    let lines = choices.filter { $0.value != "tous" }.compactMap { choice -> HTML? in
      let read = Appropriation(
        of: judged.content, signatures: judged.signatures, staff: staff, base: nil,
        audience: choice.value)
      return read.expected == 0
        ? nil : "<li>\(choice.label[language]) : \(read.signed) / \(read.expected)</li>"
    }
    return lines.isEmpty
      ? .none
      : "<p>\(say("Par public (une personne peut en avoir plusieurs) :", "By audience (a person may have several):"))</p><ul>\(lines)</ul>"
  }

  // MARK: Steps

  private func steps(_ judged: JudgedPack) -> HTML {
    let open = PackStep.open(to: sitter.role, judged.state)
    let seen = judged.content.fingerprint
    let link = Link("packs", judged.pack.id.description, "etape")
    return open.map { step -> HTML in
      if step == .newVersion {
        return """
          <form method="post" action="\(link)">\(token)<input type="hidden" name="etape" value="\(step.rawValue)">
          <div class="champ"><label for="resume">\(say("Ce qui change dans la nouvelle version", "What changes in the new version"))</label>
          <input id="resume" name="resume" required maxlength="500"></div><button class="second">\(words(step))</button></form>
          """
      }
      return button(
        words(step), to: link, style: step == .approve || step == .submit ? "" : "second",
        with: [("etape", step.rawValue), ("_vu", seen)])
    }.joined(by: "")
  }

  private func words(_ step: PackStep) -> String {
    switch step {
    case .review: say("Envoyer au coordinateur de zone", "Send to the area coordinator")
    case .submit: say("Soumettre au Directeur Pays", "Submit to the Country Director")
    case .approve: say("Valider cette version", "Approve this version")
    case .returnToDraft: say("Renvoyer à la base", "Return to the base")
    case .markToRevise: say("Marquer « à réviser »", "Mark to be revised")
    case .newVersion: say("Commencer une nouvelle version", "Begin a new version")
    case .archive: say("Archiver", "Archive")
    }
  }

  /// Nobody approves or signs what they have not had before them.
  var changedMeanwhile: HTML {
    let words = say(
      "Le texte a changé depuis que vous avez ouvert cette page. Relisez-le, puis recommencez.",
      "The text has changed since you opened this page. Read it again, then start over.")
    return #"<p class="erreur" role="alert">\#(words)</p>"#
  }

  private func take(_ judged: JudgedPack) throws(Problem) -> ConsoleAnswer {
    guard request.isPost, let step = form["etape"].flatMap(PackStep.init) else {
      throw Problem(.not_found)
    }
    let values = step.values(
      judged.content, by: sitter.person, today: sitter.today, note: form["resume"])
    // The second of two clicks finds the step taken.
    let isTaken = ["status", "change_summary"].allSatisfy { name in
      values[name].map { $0 == judged.pack[name] } ?? true
    }
    if isTaken && judged.state.lacking.isEmpty { return .see(link(to: judged.pack)) }
    guard PackStep.open(to: sitter.role, judged.state).contains(step) else {
      throw Problem(.role_not_allowed)
    }
    if let seen = form["_vu"], seen != judged.content.fingerprint {
      return try packPage(judged, wrong: changedMeanwhile)
    }
    let obstacles = step.obstacles(judged.content)
    if !obstacles.isEmpty {
      let names = obstacles.map(sectionName).joined(separator: ", ")
      return try packPage(
        judged,
        wrong:
          #"<p class="erreur" role="alert">\#(Problem(.pack_incomplete).sentence(language)) \#(names).</p>"#
      )
    }
    let over = values.reduce(into: [String: Value]()) { $0[$1.key] = judged.pack[$1.key] }
    _ = try desk.write([.set("security_pack", judged.pack.id, values, over: over)])
    return done(link(to: judged.pack), say("C'est fait.", "Done."))
  }

  // MARK: Signing

  private func signForm(_ judged: JudgedPack) -> HTML {
    guard judged.state.isApproved, maySign else { return .none }
    let signed = Set(
      judged.signatures.filter { $0.isReading(of: judged.pack) }.compactMap { $0.text("person_id") }
    )
    let staff =
      ((try? records("person", [("base_code", judged.pack["base_code"]), ("active", 1)])) ?? [])
      .filter { !signed.contains($0.id.description) }
    let form = SigningForm(
      page: self, action: Link("packs", judged.pack.id.description, "signer"),
      question: say(
        "Qui a lu, ou à qui on a lu, cette version",
        "Who has read this version, or had it read to them"),
      button: say("Lu et compris", "Read and understood"), staff: staff,
      text: judged.pack.text("version_label"))
    return "<h3>\(say("Émarger", "Sign"))</h3>\(form.html)"
  }

  private func sign(_ judged: JudgedPack) throws(Problem) -> ConsoleAnswer {
    guard request.isPost else { throw Problem(.not_found) }
    guard maySign else { throw Problem(.role_not_allowed) }
    if let seen = form["_vu"], seen != judged.pack.text("version_label") {
      return try packPage(judged, wrong: changedMeanwhile)
    }
    let (wrong, isNew) = try writeSignature([
      "subject_type": "security_pack", "subject_id": .text(judged.pack.id.description),
      "subject_version": judged.pack["version_label"], "act": "lu_compris",
      "base_code": judged.pack["base_code"],
    ])
    if let wrong {
      return try packPage(judged, wrong: #"<p class="erreur" role="alert">\#(wrong)</p>"#)
    }
    return done(
      link(to: judged.pack),
      isNew ? say("Émargé.", "Signed.") : say("Déjà émargé.", "Signed already."))
  }
}
