import Shared
import Work

/// The ASACO pilot: each association's indicators over the months, and what DHIS2 takes of a period.
extension Page {
  func asaco(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    switch path.first {
    case nil: return try asacoList()
    case "dhis2": return try dhis2(path.dropFirst().first)
    case let code?: return try grid(code)
    }
  }

  private func asacoList(wrong period: String? = nil) throws(Problem) -> ConsoleAnswer {
    let columns = [
      "ASACO", say("Pilote", "Pilot"), say("État", "State"),
      say("Convention jusqu'au", "Agreement until"), "Population",
    ]
    let rows = try records("asaco").map { asaco -> HTML in
      let expires = asaco.day("cam_expires_on")
      let isOver = expires.map { $0 < sitter.today } ?? true
      let note: HTML =
        isOver
        ? #" <span class="marque">\#(expires == nil ? say("pas de convention", "no agreement") : say("échue", "expired"))</span>"#
        : .none
      let code = asaco.text("code") ?? ""
      return row(
        """
        <a href="\(Link("asaco", code))">\(asaco.text("asaco_name") ?? "")</a><br><span class="aide">\(code)</span>
        """,
        [
          HTML(words(asaco, "pilot_status")), HTML(words(asaco, "access_state")),
          "\(words(asaco, "cam_expires_on"))\(note)",
          HTML(Words.grouped(Int64(asaco.count("population")))),
        ], under: columns, numbers: ["Population"])
    }
    let last = ReportPeriod(month: sitter.today).previous
    let told: HTML =
      period == nil
      ? .none
      : #"<p class="erreur" role="alert">\#(say("Écrivez un mois (202605) ou un trimestre (2026Q2).", "Write a month (202605) or a quarter (2026Q2)."))</p>"#
    return try answer(
      "ASACO",
      """
      \(told)\(cards(columns, rows, numbers: ["Population"]))
      <form method="get" action="/asaco/dhis2" class="recherche"><label for="periode">\(say("Export DHIS2, période", "DHIS2 export, period"))</label>\
      <input id="periode" name="periode" value="\(period ?? last.text)" required pattern="[0-9]{6}|[0-9]{4}Q[1-4]"><button>\(say("Préparer", "Prepare"))</button></form>
      """, current: "asaco", status: period == nil ? 200 : 422, isWide: true)
  }

  // MARK: The grid

  private func grid(_ code: String) throws(Problem) -> ConsoleAnswer {
    guard let asaco = try records("asaco", [("code", .text(code))]).first else {
      throw Problem(.not_found)
    }
    // Entries name an association by its id or by its code.
    let values =
      try records("asaco_value", [("asaco_code", .text(asaco.id.description))])
      + records("asaco_value", [("asaco_code", .text(code))])
    let indicators = try records("indicator").filter { $0.isTrue("active") }
    let end = request.query["fin"].flatMap { ReportPeriod($0) } ?? lastMonth(of: values)
    let months = (0..<6).reversed().map { end.moved(by: -$0) }
    var known: [String: Record] = [:]
    for value in values {
      known[(value.text("indicator_code") ?? "") + " " + (value.text("period") ?? "")] = value
    }
    let columns =
      [say("Indicateur", "Indicator")] + months.map(name) + [say("Tendance", "Trend")]
    let rows = indicators.map { indicator in
      let cells = cells(indicator, asaco, months, known)
      let (label, code) = (indicator.text("label_fr"), indicator.text("code") ?? "")
      return row(
        #"\#(label ?? code)<br><span class="aide">\#(code)</span>"#, cells, under: columns)
    }
    return try answer(
      asaco.text("asaco_name") ?? code,
      """
      <p>\(anchorTo(asaco, say("La fiche de l'association", "The association's record"))) · \
      <a href="\(Link("asaco", code, query: [("fin", months[0].previous.text)]))">\(say("← mois précédents", "← earlier months"))</a> · \
      <a href="\(Link("asaco", code, query: [("fin", end.moved(by: 6).text)]))">\(say("mois suivants →", "later months →"))</a></p>
      \(autonomy(values))<p class="aide">\(say("Déclaré, puis vérifié entre crochets. Cadre : écart de plus de 10 %. « fermé » : vérifié, on ne le change plus. « tardif » : saisi après le 10 du mois suivant.", "Declared, then verified in brackets. A frame: a gap above 10 %. “closed”: verified, no longer changed. “late”: entered after the 10th of the month after."))</p>
      \(table(columns, rows, style: "empile grille"))
      """, current: "asaco", isWide: true)
  }

  /// The end of the last quarter that somebody reported on, so that quarters stand beside months.
  private func lastMonth(of values: [Record]) -> ReportPeriod {
    let today = ReportPeriod(month: sitter.today)
    let last = values.compactMap { $0.text("period").flatMap { ReportPeriod($0) } }.map(\.first)
      .max()
    guard let last else { return today }
    let end = ReportPeriod(month: ReportPeriod(quarter: last).moved(by: 1).first).previous
    return min(end, today)
  }

  private func name(_ period: ReportPeriod) -> String {
    period.isQuarter ? period.text : "\(period.text.suffix(2))/\(period.text.prefix(4))"
  }

  /// What is known of an indicator in each month, and its trend.
  private func cells(
    _ indicator: Record, _ asaco: Record, _ months: [ReportPeriod], _ known: [String: Record]
  ) -> [HTML] {
    let code = indicator.text("code") ?? ""
    let isQuarterly = indicator.text("frequency") != "mensuel"
    // A quarter stands under its last month.
    let periods = months.map { month -> ReportPeriod? in
      guard isQuarterly else { return month }
      let quarter = ReportPeriod(quarter: month.first)
      return quarter.moved(by: 1).first == month.moved(by: 1).first ? quarter : nil
    }
    let found = periods.map { $0.flatMap { known[code + " " + $0.text] } }
    let cells = zip(periods, found).map { period, value -> HTML in
      guard let period else { return .none }
      return cell(value, indicator, asaco, period) { other, when in
        known[other + " " + when.text]?.number("value_declared")
      }
    }
    return cells
      + [Sparkline.svg(found.map { $0?.bestValue }, label: say("tendance", "trend"))]
  }

  private func cell(
    _ value: Record?, _ indicator: Record, _ asaco: Record, _ period: ReportPeriod,
    _ known: (String, ReportPeriod) -> Double?
  ) -> HTML {
    guard let value else {
      let words = [
        ("asaco_code", asaco.id.description), ("indicator_code", indicator.text("code") ?? ""),
        ("period", period.text),
      ]
      let isOpen =
        !period.isFuture(sitter.today)
        && (schema[type: "asaco_value"].map(sitter.mayWrite) ?? false)
      let add = Link("fiches", "asaco_value", "nouvelle", query: words)
      return isOpen
        ? #"<a href="\#(add)" aria-label="\#(say("Saisir", "Enter")) \#(indicator.text("label_fr") ?? "") \#(name(period))">+</a>"#
        : .none
    }
    let unit = indicator.text("unit") ?? ""
    let declared = value.number("value_declared").map { amount($0, unit) } ?? "—"
    let verified =
      (value.number("value_counter") ?? value.number("value_verified")).map {
        " [\(amount($0, unit))]"
      } ?? ""
    let state =
      value.isLocked
      ? say("fermé", "closed")
      : value.text("verification_status") == "rejete" ? say("rejeté", "rejected") : ""
    let lock: HTML =
      state.isEmpty ? .none : #" <span class="aide">\#(state)</span>"#
    let late: HTML =
      isLate(value)
      ? #" <span class="marque">\#(say("tardif", "late"))</span>"# : .none
    let warnings = Plausibility.warnings(indicator.text("code") ?? "", period, value: known)
    let doubt: HTML =
      warnings.isEmpty
      ? .none : #"<br><span class="marque">\#(warnings.map(words).joined(separator: ", "))</span>"#
    let percent = Int(wholePartOf: (value.gap ?? 0) * 100)
    let gap =
      value.hasWideGap
      ? say(" écart \(percent) %", " gap \(percent) %") : ""
    let told: HTML = "\(anchorTo(value, declared + verified))\(lock)\(late)\(gap)\(doubt)"
    return value.hasWideGap ? #"<div class="ecart">\#(told)</div>"# : told
  }

  private func amount(_ number: Double, _ unit: String) -> String {
    switch unit {
    case "oui_non": say(number == 0 ? Words.no : Words.yes)
    case "pourcentage": Words.number(number, language) + "\u{202F}%"
    default: Words.number(number, language)
    }
  }

  func isLate(_ value: Record) -> Bool {
    (try? desk.isLate(value)) ?? false
  }

  private func words(_ warning: Plausibility) -> String {
    switch warning {
    case .moreFourthVisits: say("plus de CPN 4 que de CPN 1", "more 4th than 1st visits")
    case .spentMoreThanReceived: say("dépenses > recettes", "spent > received")
    case .jump: say("à confirmer : × 3", "to confirm: × 3")
    }
  }

  private func autonomy(_ values: [Record]) -> HTML {
    let scores = values.filter { $0.text("indicator_code") == "AUT01" }.sorted {
      ($0.text("period") ?? "") < ($1.text("period") ?? "")
    }
    guard let last = scores.last, let autonomy = last.bestValue.flatMap({ Autonomy(total: $0) })
    else { return .none }
    return """
      <p><strong>\(say("Score d'autonomie", "Autonomy score")) : \(autonomy.total)/20</strong> — \(words(autonomy.grade)) (\(last.text("period") ?? ""))</p>
      """
  }

  private func words(_ grade: Autonomy.Grade) -> String {
    switch grade {
    case .notFunctional: say("non fonctionnelle", "not functional")
    case .littleActive: say("peu dynamique", "little active")
    case .active: say("dynamique", "active")
    case .veryActive: say("très dynamique", "very active")
    }
  }

  // MARK: DHIS2

  private func dhis2(_ file: String?) throws(Problem) -> ConsoleAnswer {
    let text = request.query["periode"] ?? ""
    guard let period = ReportPeriod(text) else { return try asacoList(wrong: text) }
    let export = DHIS2Export(
      period: period.text, values: try records("asaco_value", [("period", .text(period.text))]),
      indicators: try records("indicator"), asacos: try records("asaco"))
    switch file {
    case "json":
      try desk.note(.export, nil)
      return .file(export.json, "application/json", name: "dhis2-\(period.text).json")
    case "csv":
      try desk.note(.export, nil)
      return .file(export.csv, "application/csv", name: "dhis2-\(period.text).csv")
    default: return try dhis2Page(export, period)
    }
  }

  private func dhis2Page(_ export: DHIS2Export, _ period: ReportPeriod) throws(Problem)
    -> ConsoleAnswer
  {
    let value = say("Valeur", "Value")
    let columns = [say("Élément", "Element"), say("Unité", "Unit"), value]
    let rows = export.rows.map { one in
      row(
        HTML(one.dataElement), [HTML(one.orgUnit), HTML(one.value)], under: columns,
        numbers: [value])
    }
    // Read once: what is left behind may be more than a thousand values.
    let codes = try records("asaco").reduce(into: [String: Value]()) {
      $0[$1.id.description] = $1["code"]
    }
    let rejects = export.rejects.map { reject -> HTML in
      var values = reject.record.values
      values["asaco_code"] = reject.record.text("asaco_code").flatMap { codes[$0] ?? .text($0) }
      let name = schema[type: reject.record.type]?.heading(values, language) ?? ""
      return "<li>\(anchorTo(reject.record, name)) — \(words(reject.reason))</li>"
    }
    let query = [("periode", period.text)]
    return try answer(
      say("Export DHIS2", "DHIS2 export") + " " + name(period),
      """
      <p>\(export.rows.count) \(say("valeurs partent", "values go out")) : <a href="\(Link("asaco", "dhis2", "json", query: query))">JSON</a> · \
      <a href="\(Link("asaco", "dhis2", "csv", query: query))">CSV</a></p>
      \(table(columns, rows, numbers: [value]))
      <h2>\(say("Laissées de côté", "Left behind")) (\(export.rejects.count))</h2><ul>\(rejects)</ul>
      """, current: "asaco")
  }

  private func words(_ reason: DHIS2Export.Reject.Reason) -> String {
    switch reason {
    case .estimate: say("estimation", "an estimate")
    case .noElement: say("l'indicateur n'a pas de code DHIS2", "the indicator has no DHIS2 code")
    case .noOrgUnit: say("l'ASACO n'a pas d'unité DHIS2", "the ASACO has no DHIS2 unit")
    case .noValue: say("sans valeur", "no value")
    }
  }
}
