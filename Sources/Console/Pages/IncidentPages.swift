import Shared
import Work

/// Incidents: the list, the report that takes two minutes, and what is still owed.
extension Page {
  func incidents(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    switch path.first {
    case nil: return try incidentList()
    case "signaler": return try report()
    case let id?: return try incidentStep(try record(try type("incident"), id))
    }
  }

  private var banner: HTML {
    #"<p class="attention">\#(say("Ceci n'est pas un canal d'urgence. Appelez d'abord : radio, puis téléphone.", "This is no emergency channel. Call first: radio, then telephone."))</p>"#
  }

  private func incidentList() throws(Problem) -> ConsoleAnswer {
    let sessions = try records("session", [("kind", "rex")])
    let all = try records("incident").sorted {
      ($0.text("occurred_on") ?? "") > ($1.text("occurred_on") ?? "")
    }
    let columns = [
      say("Incident", "Incident"), say("Date", "Date"), say("Catégorie", "Category"),
      say("Gravité", "Severity"), say("Suivi", "Follow-up"), say("À faire", "To do"),
    ]
    let rows = all.prefix(200).map { incident -> HTML in
      let flow = IncidentFlow(incident)
      let duties = flow.duties(sessions: sessions).map { duty -> HTML in "<li>\(words(duty))</li>" }
      let steps = flow.steps(for: sitter.role).map { step -> HTML in
        button(
          words(step), to: Link("incidents", incident.id.description), style: "second petit",
          with: [("etape", step.rawValue)])
      }
      let unsent: HTML =
        incident.isPending ? #"<span class="marque">\#(say("non envoyé", "unsent"))</span>"# : .none
      let owed: HTML = duties.isEmpty ? "—" : #"<ul class="raisons">\#(duties)</ul>"#
      return row(
        "\(anchor(incident)) \(unsent)",
        [
          HTML(words(incident, "occurred_on")), HTML(words(incident, "category")),
          HTML(words(incident, "severity")), "\(words(incident, "status")) \(steps)", owed,
        ], under: columns)
    }
    return try answer(
      say("Incidents", "Incidents"),
      """
      \(banner)<p>\(reporting)\
      <a href="\(Link("fiches", "incident"))">\(say("Chercher dans tous les incidents", "Search all incidents"))</a></p>
      \(cards(columns, rows))
      """, current: "incidents", isWide: true)
  }

  private var reporting: HTML {
    guard schema[type: "incident"].map(sitter.mayWrite) ?? false else { return .none }
    return """
      <a class="ajout" href="/incidents/signaler">\(say("Signaler un incident", "Report an incident"))</a> \

      """
  }

  private func words(_ duty: IncidentFlow.Duty) -> String {
    func late(_ due: Day) -> String {
      let text = Words.day(due, language)
      return due < sitter.today ? text + say(" (en retard)", " (late)") : text
    }
    return switch duty {
    case .report(let due): say("rapport complet avant le", "full report by") + " " + late(due)
    case .review(let due):
      say("retour d'expérience avant le", "after-action review by") + " " + late(due)
    }
  }

  private func words(_ step: IncidentFlow.Step) -> String {
    switch step {
    case .verify: say("Vérifier", "Verify")
    case .analyse: say("Passer en analyse", "Begin the analysis")
    case .close: say("Clore", "Close")
    }
  }

  private func incidentStep(_ incident: Record) throws(Problem) -> ConsoleAnswer {
    let flow = IncidentFlow(incident)
    guard request.isPost, let step = form["etape"].flatMap(IncidentFlow.Step.init) else {
      throw Problem(.not_found)
    }
    let values = flow.values(step, by: sitter.person)
    // The second of two clicks finds the step taken.
    if values["status"] == incident["status"] { return .see(Link("incidents")) }
    guard flow.steps(for: sitter.role).contains(step) else { throw Problem(.role_not_allowed) }
    _ = try desk.write([.set("incident", incident.id, values, over: ["status": incident["status"]])]
    )
    return done(Link("incidents"), say("C'est fait.", "Done."))
  }

  /// The fields of the first report, in the order in which somebody tells it.
  private static let quick = [
    "occurred_on", "occurred_time", "base_code", "locality", "place_kind", "category", "staff_safe",
    "staff_killed", "staff_injured", "staff_abducted", "staff_arrested", "summary",
    "immediate_measures", "reported_by",
  ]

  /// What the first report does not ask for; the next one corrects it.
  private var assumed: [String: Value] {
    let category = form["category"] ?? ""
    let harm = IncidentFlow.harm.reduce(into: [String: Value]()) { harm, name in
      harm[name] = try? schema[type: "incident"]?[field: name]?.parse(form[name] ?? "")
    }
    let place = form["place_kind"] ?? ""
    return [
      "exposure": place == "axe_route"
        ? "flux" : place == "site_projet" || place == "bureau_base" ? "site" : "zone",
      "nature": .text(Self.nature(of: category)),
      "severity": .text("\(max(2, IncidentFlow.leastSeverity(harm)))"),
      "targeting": "inconnu", "actor_type": "inconnu", "program_impact": "aucun",
      "source_type": "equipe",
      "report_stage": "immediat", "status": "signale", "near_miss": 0,
    ]
  }

  private static func nature(of category: String) -> String {
    switch category {
    case "entrave_acces", "ingerence", "detournement": "acces"
    case "accident_route", "sante_sinistre": "securite"
    default: "surete"
    }
  }

  private func report() throws(Problem) -> ConsoleAnswer {
    let type = try type("incident")
    guard sitter.mayWrite(type) else { throw Problem(.role_not_allowed) }
    var form = RecordForm(type, nil, on: self, only: Self.quick)
    form.starting = starting(type).merging(assumed) { given, _ in given }
    form.starting["occurred_on"] = .text(sitter.today.iso)
    for name in IncidentFlow.harm { form.starting[name] = 0 }
    let before: HTML = """
      \(banner)<p>\(say("Deux minutes. Aucun nom de personne ni de groupe armé. Le reste peut suivre.", "Two minutes. No name of a person or an armed group. The rest may follow."))</p>
      """
    let title = say("Signaler un incident", "Report an incident")
    let link = Link("incidents", "signaler")
    return request.isPost
      ? try create(form, link, title, before: before, with: assumed)
      : try formPage(form, link, title, before: before)
  }
}
