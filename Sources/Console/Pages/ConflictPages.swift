import Shared
import Work

/// « Conflits à relire » : what two people wrote without seeing each other, side by side.
extension Page {
  func conflicts(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    if let number = path.first.flatMap({ Int64($0) }), request.isPost { return try settle(number) }
    guard path.isEmpty else { throw Problem(.not_found) }
    let all = try desk.conflicts()
    let open = all.filter(\.isOpen)
    let settled = all.filter { !$0.isOpen }.prefix(50)
    let none: HTML =
      open.isEmpty ? "<p>\(say("Rien à relire.", "Nothing to review."))</p>" : .none
    let past: HTML =
      settled.isEmpty
      ? .none
      : """
      <h2>\(say("Déjà réglés ou notés", "Settled or noted"))</h2>\(settled.map { self.conflict($0) })
      """
    return try answer(
      say("Conflits à relire", "Conflicts to review"),
      "\(none)\(open.map { self.conflict($0) })\(past)",
      current: "conflits")
  }

  private func conflict(_ conflict: ConflictRecord) -> HTML {
    let type = schema[type: conflict.type]
    let field = type?[field: conflict.field]
    let record = try? desk.record(conflict.type, conflict.record)
    let title: HTML = record.map(anchor) ?? HTML(type?.label[language] ?? conflict.type)
    let name =
      conflict.field == "*"
      ? say("Suppression", "Deletion") : field?.label[language] ?? conflict.field
    return """
      <article class="conflit"><h2>\(title)<br>\(name) — \(status(conflict))</h2><div class="deux">
      \(side(say("Valeur retenue", "Kept value"), conflict.winner, conflict, field))
      \(side(say("Valeur écartée", "Overwritten value"), conflict.loser, conflict, field))</div>
      \(buttons(conflict))</article>
      """
  }

  private func side(
    _ title: String, _ side: ConflictRecord.Side, _ conflict: ConflictRecord, _ field: Field?
  ) -> HTML {
    let shown =
      conflict.field == "*"
      ? (side.value == 1
        ? say("fiche supprimée", "record deleted") : say("fiche gardée", "record kept"))
      : value(side.value, field)
    let when =
      side.stamp == .never ? "" : Words.moment(milliseconds: side.stamp.milliseconds, language)
    return """
      <div><h3>\(title)</h3><p class="valeur">\(shown)</p><p class="aide">\(side.device), \(when)</p></div>
      """
  }

  private func buttons(_ conflict: ConflictRecord) -> HTML {
    guard conflict.isOpen, ConflictRule.maySettle(conflict, sitter, schema) else { return .none }
    let link = Link("conflits", "\(conflict.id)")
    let keep: HTML =
      isField
      ? .none
      : button(
        say("Garder la valeur retenue", "Keep the kept value"), to: link,
        with: [("choix", "garder")])
    return """
      \(keep)\(button(say("Rétablir la valeur écartée", "Restore the overwritten value"), to: link, style: "second", with: [("choix", "retablir")]))
      """
  }

  private func settle(_ number: Int64) throws(Problem) -> ConsoleAnswer {
    guard let conflict = try desk.conflict(number) else { throw Problem(.not_found) }
    guard ConflictRule.maySettle(conflict, sitter, schema) else { throw Problem(.role_not_allowed) }
    // The second of two clicks, or somebody was faster.
    guard conflict.isOpen else {
      return done(
        Link("conflits"), say("Ce conflit est déjà réglé.", "This conflict is settled already."))
    }
    let restores = form["choix"] == "retablir"
    try desk.settle(number, restoring: restores)
    return done(
      Link("conflits"),
      restores
        ? say("La valeur écartée est rétablie.", "The overwritten value is restored.")
        : say("La valeur retenue reste.", "The kept value stays."))
  }

  private func status(_ conflict: ConflictRecord) -> String {
    switch conflict.status {
    case "open": say("à relire", "to review")
    case "proposal": say("proposition à décider", "proposal to decide")
    case "noted": say("noté", "noted")
    case "kept": say("valeur retenue gardée", "kept value stays")
    case "restored": say("valeur écartée rétablie", "overwritten value restored")
    default: conflict.status
    }
  }
}
