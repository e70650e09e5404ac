import Shared
import Work

/// « Veille » : what the bases wrote in a week or a month, put together for the review or the
/// situation report, ready for paper.
extension Page {
  func watch() throws(Problem) -> ConsoleAnswer {
    let asked = request.query["periode"].flatMap { ReviewPeriod($0) }
    let period = asked ?? ReviewPeriod(weekOf: sitter.today)
    let bases = try records("base").filter { $0.isTrue("active") }
    let written = try Watched.parts.map { part throws(Problem) in
      (part, try records(part.type).filter { $0.day(part.day).map(period.contains) ?? false })
    }
    let sections = bases.compactMap { base in section(base, written) }
    let none: HTML =
      sections.isEmpty ? "<p>\(say("Rien d'écrit.", "Nothing written."))</p>" : .none
    return try answer(
      say("Veille", "Watch") + " " + name(period),
      "\(choosePeriod(period))\(try reviews(period))\(none)\(sections)\(try oldAccess())",
      current: "veille")
  }

  /// `2026-W28` as « semaine 28 de 2026 », `2026-07` as 07/2026.
  private func name(_ period: ReviewPeriod) -> String {
    let parts = period.text.split(separator: "-").map(String.init)
    guard period.isWeek else { return "\(parts[1])/\(parts[0])" }
    let number = Int(parts[1].dropFirst()) ?? 0
    return say("semaine \(number) de \(parts[0])", "week \(number) of \(parts[0])")
  }

  private func choosePeriod(_ period: ReviewPeriod) -> HTML {
    let before = Link("veille", query: [("periode", period.previous.text)])
    let month = Link("veille", query: [("periode", String(period.last.iso.prefix(7)))])
    return """
      <p class="suite">\(Words.day(period.first, language)) – \(Words.day(period.last, language)) · \
      <a href="\(before)">\(say("← avant", "← before"))</a> · \
      <a href="/veille">\(say("cette semaine", "this week"))</a> · \
      <a href="\(month)">\(say("tout le mois", "the whole month"))</a></p>
      """
  }

  /// The review that was written of this period, or the way to write it.
  private func reviews(_ period: ReviewPeriod) throws(Problem) -> HTML {
    let found = try records("note", [("period", .text(period.text))])
    let texts = found.map { note -> HTML in
      """
      <article class="carte"><h2>\(anchor(note))</h2>\
      <p>\(["status", "trend"].map { words(note, $0) }.filter { !$0.isEmpty }.joined(separator: " · "))</p>\
      <div class="texte">\(note.text("body") ?? "")</div></article>
      """
    }
    let kind = period.isWeek ? "revue_hebdo" : "sitrep_mensuel"
    let add = Link(
      "fiches", "note", "nouvelle",
      query: [("kind", kind), ("period", period.text), ("base_code", "BKO")])
    let isOpen = schema[type: "note"].map(sitter.mayWrite) ?? false
    let ask: HTML =
      found.isEmpty && isOpen
      ? #"<p><a class="ajout" href="\#(add)">\#(say("Écrire la synthèse", "Write the review"))</a></p>"#
      : .none
    return "\(texts)\(ask)"
  }

  private func section(_ base: Record, _ written: [(Watched, [Record])]) -> HTML? {
    let parts = written.compactMap { part, records -> HTML? in
      let own = records.filter { $0["base_code"] == base["code"] }
      guard !own.isEmpty else { return nil }
      let items = own.map { record -> HTML in
        """
        <li>\(words(record, part.day)) — \(anchor(record)) \
        <span class="aide">\(part.shown.map { words(record, $0) }.filter { !$0.isEmpty }.joined(separator: " · "))</span>\
        <div class="texte">\(record.text(part.text) ?? "")</div></li>
        """
      }
      return "<h3>\(schema[type: part.type]?.label[language] ?? "")</h3><ul>\(items)</ul>"
    }
    return parts.isEmpty ? nil : "<section><h2>\(words(base, "name"))</h2>\(parts)</section>"
  }

  /// Access sheets that nobody renewed for a month say how it was, not how it is.
  private func oldAccess() throws(Problem) -> HTML {
    let sheets = try accessSheets()
    let old = sheets.current.filter(sheets.isOutOfDate)
    let items = old.map { sheet -> HTML in
      """
      <li>\(anchor(sheet)) — \(words(sheet, "access_level")), \(words(sheet, "assessed_on")) \
      <span class="marque">\(say("périmée", "out of date"))</span></li>
      """
    }
    return items.isEmpty
      ? .none
      : "<section><h2>\(say("Fiches d'accès périmées", "Access sheets out of date"))</h2><ul>\(items)</ul></section>"
  }
}

/// A kind of record that a review is put together from.
private struct Watched {
  let type: String
  /// The field with its day, those shown beside it, and its text.
  let day: String
  let shown: [String]
  let text: String

  static let parts = [
    Watched(type: "alert", day: "effective_from", shown: ["kind", "level_to"], text: "message"),
    Watched(
      type: "incident", day: "occurred_on", shown: ["category", "severity"], text: "summary"),
    Watched(
      type: "interaction", day: "occurred_on", shown: ["perception", "topic"], text: "summary"),
    Watched(type: "note", day: "published_on", shown: ["kind", "trend"], text: "body"),
    Watched(
      type: "access_assessment", day: "assessed_on", shown: ["access_level", "recommendation"],
      text: "adjustment"),
  ]
}
