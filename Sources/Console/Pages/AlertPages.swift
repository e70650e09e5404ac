import Shared
import Work

/// The levels of the bases, who may change them, and the alerts that are on.
extension Page {
  func alerts() throws(Problem) -> ConsoleAnswer {
    let bases = try records("base").filter { $0.isTrue("active") }
    let all = try records("alert")
    let directors = Set(try records("person", [("role", "dp")]).map(\.id.description))
    func level(_ base: Record) -> AlertLevel {
      .current(of: base, alerts: all, directors: directors, today: sitter.today)
    }
    if request.isPost { return try changeLevel(bases, level, directors) }
    let columns = [say("Base", "Base"), say("Niveau", "Level")]
    let rows = bases.map { base in
      row(HTML(words(base, "name")), [self.level(level(base))], under: columns)
    }
    let active = all.filter { isOn($0) }.reversed().map { alert -> HTML in
      """
      <article class="carte"><h3>\(anchor(alert))</h3><p>\(words(alert, "kind")) · \(alert.text("zone") ?? "") · \
      \(say("à partir du", "from")) \(words(alert, "effective_from"))</p><p class="texte">\(alert.text("message") ?? "")</p>\
      <p class="texte"><strong>\(alert.text("instructions") ?? "")</strong></p></article>
      """
    }
    return try answer(
      say("Alertes et niveaux", "Alerts and levels"),
      """
      \(table(columns, rows))\(try levelForm(bases))
      <h2>\(say("Alertes en cours", "Current alerts"))</h2>\(active)
      <p><a class="ajout" href="\(Link("fiches", "alert", "nouvelle", query: [("kind", "alerte_adhoc")]))">\(say("Nouvelle alerte", "New alert"))</a> \
      <a href="\(Link("fiches", "alert"))">\(say("Toutes les alertes", "All alerts"))</a></p>
      """, current: "alertes")
  }

  private func isOn(_ alert: Record) -> Bool {
    guard alert.text("status") == "active" else { return false }
    return alert.day("effective_to").map { $0 >= sitter.today } ?? true
  }

  private func levelForm(_ bases: [Record], wrong: String = "") throws(Problem) -> HTML {
    guard AlertLevel.raisers.contains(sitter.role) else { return .none }
    let options = bases.filter(mayWriteAt).map { base -> HTML in
      let code = base.text("code") ?? ""
      let mark: HTML = code == (form["base"] ?? sitter.base ?? "") ? " selected" : .none
      return #"<option value="\#(code)"\#(mark)>\#(words(base, "name"))</option>"#
    }
    let levels = AlertLevel.allCases.map { level -> HTML in
      let label =
        schema[type: "alert"]?[field: "level_to"]?.words(.text(level.rawValue), language)
        ?? level.rawValue
      let mark: HTML = level.rawValue == form["niveau"] ? " selected" : .none
      return #"<option value="\#(level.rawValue)"\#(mark)>\#(label)</option>"#
    }
    let people = try records("person", [("active", 1)]).map { person -> HTML in
      let isChosen = form["par"].map { $0 == person.id.description } ?? (person.id == sitter.person)
      let mark: HTML = isChosen ? " selected" : .none
      return
        #"<option value="\#(person.id.description)"\#(mark)>\#(words(person, "full_name"))</option>"#
    }
    let told: HTML = wrong.isEmpty ? .none : #"<p class="erreur" role="alert">\#(wrong)</p>"#
    return """
      <h2>\(say("Changer un niveau", "Change a level"))</h2>
      <p class="aide">\(say("Chacun peut relever le niveau de sa base. Seul le Directeur Pays le baisse depuis orange ou rouge.", "Anybody may raise the level of their base. Only the Country Director lowers it from orange or red."))</p>\(told)
      <form method="post" action="\(sending(to: Link("alertes")))">\(token)
      <div class="champ"><label for="base">\(say("Base", "Base"))</label><select id="base" name="base" required><option value="">—</option>\(options)</select></div>
      <div class="champ"><label for="niveau">\(say("Nouveau niveau", "New level"))</label><select id="niveau" name="niveau" required><option value="">—</option>\(levels)</select></div>
      <div class="champ"><label for="pourquoi">\(say("Pourquoi", "Why"))</label><textarea id="pourquoi" name="pourquoi" rows="3" maxlength="1000" required>
      \(form["pourquoi"] ?? "")</textarea></div>
      <div class="champ"><label for="consignes">\(say("Consignes", "Instructions"))</label><textarea id="consignes" name="consignes" rows="3">
      \(form["consignes"] ?? "")</textarea></div>
      <div class="champ"><label for="par">\(say("Décidé par", "Decided by"))</label><select id="par" name="par" required><option value="">—</option>\(people)</select></div>
      <button>\(say("Changer le niveau", "Change the level"))</button></form>
      """
  }

  private func changeLevel(
    _ bases: [Record], _ current: (Record) -> AlertLevel, _ directors: Set<String>
  ) throws(Problem) -> ConsoleAnswer {
    let named = bases.first { $0.text("code") == form["base"] }
    if !(form["base"] ?? "").isEmpty, !(named.map(mayWriteAt) ?? false) {
      try noteRefusal(Problem(named == nil ? .not_found : .scope_not_granted))
    }
    guard let base = named, mayWriteAt(base), let to = form["niveau"].flatMap(AlertLevel.init)
    else {
      return try refused(
        bases, say("Choisissez la base et le niveau.", "Choose the base and the level."))
    }
    let from = current(base)
    guard from.mayBecome(to, by: sitter.role) else {
      if from != to { try noteRefusal(Problem(.role_not_allowed)) }
      let why =
        from == to
        ? say("La base est déjà à ce niveau.", "The base is at this level already.")
        : say(
          "Seul le Directeur Pays peut baisser depuis orange ou rouge.",
          "Only the Country Director may lower from orange or red.")
      return try refused(bases, why)
    }
    guard let why = form["pourquoi"], !why.allSatisfy(\.isWhitespace),
      let person = form["par"].flatMap({ RecordID($0) })
    else {
      return try refused(
        bases, say("Dites pourquoi, et qui l'a décidé.", "Say why, and who decided."))
    }
    // A Country Director's laptop knows their role, and not which person they are.
    let confirming = sitter.person ?? (sitter.role == .dp ? person : nil)
    if to < from, from >= .orange, !directors.contains(confirming?.description ?? "") {
      return try refused(
        bases,
        say(
          "Dans « Décidé par », choisissez le Directeur Pays.",
          "Under “Decided by”, choose the Country Director."))
    }
    let name = words(base, "name")
    var alert: [String: Value] = [
      "kind": to > from ? "changement_niveau" : "levee", "base_code": base["code"],
      "level_from": .text(from.rawValue), "level_to": .text(to.rawValue), "zone": .text(name),
      "title": .text("\(name) : \(from.rawValue) → \(to.rawValue)"),
      "message": .text(why), "instructions": .text(form["consignes"] ?? ""),
      "effective_from": .text(Self.moment(sitter.now)), "status": "active",
      "issued_by": .text(try desk.record("person", person).id.description),
    ]
    if alert["instructions"] == "" { alert["instructions"] = nil }
    if [.dp, .referent_surete].contains(sitter.role), let confirming {
      alert["confirmed_by"] = .text(confirming.description)
    }
    var edits = [Edit.add("alert", alert)]
    // The base's own record follows where somebody may write it; elsewhere it is read off the alert.
    if let type = schema[type: "base"], sitter.mayWrite(type) {
      edits.append(.set("base", base.id, ["alert_level": .text(to.rawValue)]))
    }
    do throws(Problem) {
      _ = try desk.write(edits)
    } catch {
      try showAgain(error)
      let field = error.place.flatMap { schema[type: "alert"]?[field: $0] }
      let name = field.map { $0.label[language] + " : " } ?? ""
      return try refused(bases, name + FieldWords.explain(error, field, language))
    }
    return done(Link("alertes"), say("Niveau changé.", "Level changed."))
  }

  private func refused(_ bases: [Record], _ why: String) throws(Problem) -> ConsoleAnswer {
    try answer(
      say("Alertes et niveaux", "Alerts and levels"), try levelForm(bases, wrong: why),
      current: "alertes", status: 422)
  }

  /// A moment as fields hold it.
  static func moment(_ milliseconds: Int64) -> String {
    let day = Day(milliseconds: milliseconds)
    let seconds = Int((milliseconds - Int64(day.number) * 86_400_000) / 1000)
    let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map {
      $0 < 10 ? "0\($0)" : "\($0)"
    }
    return "\(day.iso)T\(time.joined(separator: ":"))Z"
  }
}
