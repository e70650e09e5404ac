import Shared
import Work

/// « Accès » : how each zone and route stands, from the last sheet that somebody wrote of it.
extension Page {
  func access() throws(Problem) -> ConsoleAnswer {
    let type = try type("access_assessment")
    let (base, level) = (request.query["base_code"] ?? "", request.query["niveau"] ?? "")
    let sheets = try accessSheets()
    let shown = sheets.current.filter { sheet in
      (base.isEmpty || sheet.text("base_code") == base)
        && (level.isEmpty || sheet.text("access_level") == level)
    }
    let names = try ReferenceNames(self, type.fields)
    let cards = shown.map { card($0, type, names, isOld: sheets.isOutOfDate($0)) }
    let none: HTML = cards.isEmpty ? "<p>\(say("Aucune fiche.", "No sheet."))</p>" : .none
    let add: HTML =
      sitter.mayWrite(type)
      ? #"<p><a class="ajout" href="\#(Link("fiches", type.name, "nouvelle"))">\#(say("Nouvelle fiche d'accès", "New access sheet"))</a></p>"#
      : .none
    return try answer(
      say("Accès", "Access"),
      """
      \(add)\(try accessFilters(type))<p>\(count(shown.count, Label(fr: "zone ou axe", en: "zone or route"), Label(fr: "zones et axes, le plus fermé d'abord", en: "zones and routes, the most closed first")))</p>
      \(none)\(cards)<p class="suite"><a href="\(Link("fiches", type.name))">\(say("Toutes les fiches, aussi les anciennes", "All sheets, the old ones too"))</a></p>
      """, current: "acces")
  }

  func accessSheets() throws(Problem) -> AccessSheets {
    AccessSheets(
      try records("access_assessment"),
      days: schema[type: "access_assessment"]?.reviewDays ?? 30, today: sitter.today)
  }

  private func accessFilters(_ type: RecordType) throws(Problem) -> HTML {
    let bases = try records("base").map { ($0.text("code") ?? "", words($0, "name")) }
    var levels: [(String, String)] = []
    if case .choice(let choices) = type[field: "access_level"]?.kind {
      levels = choices.map { ($0.value, $0.label[language]) }
    }
    return """
      <form method="get" action="\(Link("acces"))" class="recherche">\(choose("base_code", say("Base", "Base"), bases))\
      \(choose("niveau", say("Niveau d'accès", "Access level"), levels))<button>\(say("Montrer", "Show"))</button></form>
      """
  }

  private func card(
    _ sheet: Record, _ type: RecordType, _ names: ReferenceNames, isOld: Bool
  ) -> HTML {
    let old: HTML =
      isOld ? #" <span class="marque">\#(say("périmée", "out of date"))</span>"# : .none
    let rows = ["constraints", "adjustment", "acceptance_levers", "assessed_by"].compactMap {
      name -> HTML? in
      guard let field = type[field: name], !sheet[name].isNull else { return nil }
      return
        "<dt>\(field.label[language])</dt><dd>\(names.html(sheet[name], field, language))</dd>"
    }
    return """
      <article class="carte"><h2>\(anchorTo(sheet, sheet.text("name") ?? "—"))</h2>
      <p><strong>\(words(sheet, "access_level"))</strong> · \(say("avis", "advice")) : <strong>\(words(sheet, "recommendation"))</strong> · \
      \(words(sheet, "kind")), \(names.words(sheet["base_code"], type[field: "base_code"]!, language)) · \(words(sheet, "assessed_on"))\(old)</p>
      <dl class="fiche">\(rows)</dl>\(renewal(sheet, type))</article>
      """
  }

  /// A new sheet that starts from what the last one said; the day and the author are new.
  private func renewal(_ sheet: Record, _ type: RecordType) -> HTML {
    guard sitter.mayWrite(type) else { return .none }
    let kept = [
      "kind", "name", "base_code", "access_level", "constraints", "acceptance_levers",
      "adjustment", "recommendation",
    ]
    let words =
      kept.compactMap { name in sheet.text(name).map { (name, $0) } }
      + [("purpose", "suivi"), ("assessed_on", Words.day(sitter.today, language))]
    let link = Link("fiches", type.name, "nouvelle", query: words)
    return
      #"<p class="suite"><a href="\#(link)">\#(say("Renouveler cette fiche", "Renew this sheet"))</a></p>"#
  }
}
