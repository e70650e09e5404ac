import Shared
import Work

/// « Séances » : meetings with their minutes, who was there, who signed, and what was decided.
extension Page {
  func sessions(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    guard let id = path.first else { return try sessionList() }
    let session = try record(try type("session"), id)
    let signatures = try records("signature", [("subject_id", .text(session.id.description))])
    let minutes = Minutes(session, signatures: signatures)
    switch path.dropFirst().first {
    case nil: return try sessionPage(minutes)
    case "etape": return try take(minutes)
    case "signer": return try sign(minutes)
    case "imprimer": return try print(minutes)
    default: throw Problem(.not_found)
    }
  }

  // MARK: The list

  private func sessionList() throws(Problem) -> ConsoleAnswer {
    let kind = request.query["kind"] ?? ""
    let found = try records("session").filter { kind.isEmpty || $0.text("kind") == kind }
      .sorted { ($0.text("starts_on") ?? "") > ($1.text("starts_on") ?? "") }
    var kinds: [(String, String)] = []
    if case .choice(let choices) = try type("session")[field: "kind"]?.kind {
      kinds = choices.map { ($0.value, $0.label[language]) }
    }
    let add: HTML =
      sitter.mayWrite(try type("session"))
      ? #"<p><a class="ajout" href="\#(Link("fiches", "session", "nouvelle"))">\#(say("Ajouter une séance", "Add a session"))</a></p>"#
      : .none
    return try answer(
      say("Séances", "Sessions"),
      """
      \(add)<form method="get" action="\(Link("seances"))" class="recherche">\(choose("kind", say("Type", "Kind"), kinds))\
      <button>\(say("Montrer", "Show"))</button></form>\(try sessionTable(Array(found.prefix(200))))
      """, current: "seances", isWide: true)
  }

  func sessionTable(_ sessions: [Record]) throws(Problem) -> HTML {
    let signed = Dictionary(grouping: try records("signature", [("subject_type", "session")])) {
      $0.text("subject_id") ?? ""
    }
    let counts = [say("Signatures", "Signatures"), say("Présents", "Present")]
    let columns =
      [
        say("Séance", "Session"), say("Date", "Date"), say("Base", "Base"),
        say("Procès-verbal", "Minutes"),
      ] + counts
    let numbers = Set(counts)
    let rows = sessions.map { session -> HTML in
      let minutes = Minutes(session, signatures: signed[session.id.description] ?? [])
      let present = session.count("participants_f", "participants_m")
      let name = anchorTo(session, session.text("title") ?? "")
      return row(
        #"\#(name)<br><span class="aide">\#(words(session, "kind"))</span>"#,
        [
          HTML(words(session, "starts_on")), HTML(words(session, "base_code")),
          "\(words(session, "minutes_status"))\(owed(session))", "\(minutes.signed.count)",
          "\(present)",
        ], under: columns, numbers: numbers)
    }
    return cards(columns, rows, numbers: numbers)
  }

  /// Minutes that nobody wrote in a week are remembered by nobody.
  private func owed(_ session: Record) -> HTML {
    guard session.text("minutes_status") == "a_rediger", let day = session.day("starts_on"),
      sitter.today - day > 7
    else { return .none }
    return #" <span class="marque">\#(say("en retard", "late"))</span>"#
  }

  // MARK: One session

  private func sessionPage(
    _ minutes: Minutes, wrong: String? = nil, told: HTML = .none
  ) throws(Problem) -> ConsoleAnswer {
    let session = minutes.session
    try desk.note(.read, session)
    let told: HTML = wrong.map { #"<p class="erreur" role="alert">\#($0)</p>"# } ?? told
    return try answer(
      session.text("title") ?? heading(session),
      """
      \(told)\(facts(session))\(steps(minutes))\(sessionLinks(session))
      \(text(say("Ordre du jour", "Agenda"), session.text("agenda")))
      \(text(say("Procès-verbal", "Minutes"), session.text("minutes") ?? say("(à rédiger)", "(to be written)")))
      \(try decisions(session))\(signers(minutes))\(try signForm(minutes))
      """, current: "seances", status: told.isEmpty ? 200 : 422)
  }

  private func facts(_ session: Record) -> HTML {
    let parts = [
      words(session, "kind"), words(session, "starts_on"), session.text("place") ?? "",
      session.text("chaired_by").map { say("présidée par", "chaired by") + " " + $0 } ?? "",
      "\(session.count("participants_f")) \(say("femmes", "women")), \(session.count("participants_m")) \(say("hommes", "men"))",
    ].filter { !$0.isEmpty }
    return """
      <p>\(parts.joined(separator: " · "))</p><p><strong>\(say("Procès-verbal", "Minutes")) : \(words(session, "minutes_status"))</strong></p>
      """
  }

  private func sessionLinks(_ session: Record) -> HTML {
    let id = session.id.description
    let links: [(Link, String)] = [
      (.record("session", id, "modifier"), say("Modifier", "Edit")),
      (.record("session", id), say("La fiche", "The record")),
      (.record("session", id, "historique"), say("Historique", "History")),
      (Link("seances", id, "imprimer"), say("Imprimer le PV", "Print the minutes")),
    ]
    let items = links.map { link, text -> HTML in #"<a href="\#(link)">\#(text)</a>"# }
    return #"<p class="suite">\#(items.joined(by: " · "))</p>"#
  }

  private func text(_ title: String, _ text: String?) -> HTML {
    text.map { #"<h2>\#(title)</h2><div class="texte">\#($0)</div>"# } ?? .none
  }

  /// What was decided, with who does it and until when.
  private func decisions(_ session: Record, onPaper: Bool = false) throws(Problem) -> HTML {
    let found = try records("action_item", [("origin_id", .text(session.id.description))])
    let items = found.map { action -> HTML in
      let due = action.text("due_on") == nil ? "" : ", " + words(action, "due_on")
      return
        "<li>\(onPaper ? HTML(heading(action)) : anchor(action)) — \(words(action, "kind")), \(words(action, "status"))\(due)</li>"
    }
    let list: HTML = """
      <h2>\(say("Décisions et actions", "Decisions and actions"))</h2><ul>\(items)</ul>
      """
    if onPaper { return items.isEmpty ? .none : list }
    let start = [
      ("origin_type", "session"), ("origin_id", session.id.description),
      ("base_code", session.text("base_code") ?? ""),
    ]
    return """
      \(list)<p class="suite"><a href="\(Link("fiches", "action_item", "nouvelle", query: start))">\(say("Ajouter une décision ou une action", "Add a decision or an action"))</a></p>
      """
  }

  private func signers(_ minutes: Minutes) -> HTML {
    func list(_ title: String, _ signatures: [Record]) -> HTML {
      signatures.isEmpty ? .none : "<h3>\(title)</h3><ul>\(signatures.map(signatureLine))</ul>"
    }
    let none: HTML =
      minutes.signed.isEmpty
      ? "<p>\(say("Personne n'a encore signé ce texte.", "Nobody has signed this text yet."))</p>"
      : .none
    return """
      <h2>\(say("Signatures", "Signatures"))</h2>\(none)\(list(say("Ont signé", "Signed"), minutes.signed))\
      \(list(say("Avaient signé un texte antérieur", "Had signed an earlier text"), minutes.signedBefore))\
      \(list(say("Présents", "Present"), minutes.present))
      """
  }

  // MARK: Steps

  private func steps(_ minutes: Minutes) -> HTML {
    guard let type = schema[type: "session"], sitter.mayWrite(type) else { return .none }
    let link = Link("seances", minutes.session.id.description, "etape")
    return MinutesStep.open(to: sitter.role, minutes).map { step in
      button(
        words(step), to: link, style: step == .takeBack ? "second" : "",
        with: [("etape", step.rawValue)])
    }.joined(by: "")
  }

  private func words(_ step: MinutesStep) -> String {
    switch step {
    case .share: say("Diffuser le PV", "Send the minutes round")
    case .takeBack: say("Reprendre le PV pour le corriger", "Take the minutes back to correct them")
    case .close: say("Clore : le PV est signé", "Close: the minutes are signed")
    }
  }

  private func take(_ minutes: Minutes) throws(Problem) -> ConsoleAnswer {
    let session = minutes.session
    guard request.isPost, let step = form["etape"].flatMap(MinutesStep.init) else {
      throw Problem(.not_found)
    }
    // The second of two clicks finds the step taken.
    if step.values.allSatisfy({ session[$0.key] == $0.value }) { return .see(link(to: session)) }
    guard let type = schema[type: "session"], sitter.mayWrite(type),
      MinutesStep.open(to: sitter.role, minutes).contains(step)
    else { throw Problem(.role_not_allowed) }
    _ = try desk.write([
      .set(
        "session", session.id, step.values, over: ["minutes_status": session["minutes_status"]])
    ])
    return done(link(to: session), say("C'est fait.", "Done."))
  }

  // MARK: Signing

  private func signForm(_ minutes: Minutes) throws(Problem) -> HTML {
    guard maySign else { return .none }
    let acts = Minutes.version(of: minutes.session) == nil ? ["present"] : ["signe", "present"]
    let staff = try records("person", [("active", 1)])
    let form = SigningForm(
      page: self, action: Link("seances", minutes.session.id.description, "signer"),
      question: say("Qui signe", "Who signs"), button: say("Noter", "Note"), staff: staff,
      acts: acts, organisations: try records("cc_member").compactMap { $0.text("organisation") },
      text: Minutes.version(of: minutes.session))
    return
      "<h3>\(say("Signer, ou noter une présence", "Sign, or note a presence"))</h3>\(form.html)"
  }

  private func sign(_ minutes: Minutes) throws(Problem) -> ConsoleAnswer {
    guard request.isPost else { throw Problem(.not_found) }
    guard maySign else { throw Problem(.role_not_allowed) }
    let session = minutes.session
    let version = Minutes.version(of: session)
    let act = form["acte"] == "present" ? "present" : "signe"
    guard act == "present" || version != nil else {
      return try sessionPage(
        minutes,
        wrong: say("Il n'y a pas encore de texte à signer.", "There is no text to sign yet."))
    }
    if act == "signe", let seen = form["_vu"], seen != version {
      return try sessionPage(minutes, told: changedMeanwhile)
    }
    var values: [String: Value] = [
      "subject_type": "session", "subject_id": .text(session.id.description), "act": .text(act),
      "base_code": session["base_code"],
    ]
    if act == "signe" { values["subject_version"] = version.map { .text($0) } }
    let (wrong, isNew) = try writeSignature(values)
    if let wrong { return try sessionPage(minutes, wrong: wrong) }
    return done(
      link(to: session), isNew ? say("C'est noté.", "Noted.") : say("Déjà noté.", "Noted already."))
  }

  // MARK: Paper

  private func print(_ minutes: Minutes) throws(Problem) -> ConsoleAnswer {
    let session = minutes.session
    try desk.note(.print, session)
    let signed = minutes.signed.map { signature -> HTML in
      """
      <tr><td>\(signer(signature))</td><td>\(signature.text("signer_org") ?? "")</td>\
      <td>\(words(signature, "method")), \(words(signature, "signed_on"))</td></tr>
      """
    }
    let blank: [HTML] = Array(
      repeating: #"<tr class="ligne"><td></td><td></td><td></td></tr>"#,
      count: max(2, 10 - signed.count))
    let columns = [
      say("Nom", "Name"), say("Organisation", "Organisation"), say("Signature", "Signature"),
    ]
    return .page(
      """
      \(Self.head(language))<body><main id="contenu"><h1>\(session.text("title") ?? "")</h1>\(facts(session))
      \(text(say("Ordre du jour", "Agenda"), session.text("agenda")))\(text(say("Procès-verbal", "Minutes"), session.text("minutes")))
      \(try decisions(session, onPaper: true))<h2>\(say("Signatures", "Signatures"))</h2>
      \(table(columns, signed + blank))</main></body></html>
      """)
  }
}
