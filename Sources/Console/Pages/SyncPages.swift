import Shared
import Work

/// « Synchronisation » : what has left and what has not, who was heard of and when.
extension Page {
  func sync() throws(Problem) -> ConsoleAnswer {
    if request.isPost {
      guard let board else { throw Problem(.not_found) }
      board.start()
      return .see(Link("synchro"))
    }
    let overview = try desk.overview()
    let body = isField ? try laptop(overview) : try hub(overview)
    return try answer(
      say("Synchronisation", "Sync"), body, current: "synchro", isWide: !isField)
  }

  // MARK: On a laptop

  private func laptop(_ overview: Overview) throws(Problem) -> HTML {
    let asOf = overview.asOf.map { Words.moment(milliseconds: $0, language) } ?? say(Words.never)
    return """
      \(progress)<dl class="fiche"><dt>\(say("Données au", "Data as of"))</dt><dd>\(asOf)</dd>
      <dt>\(say("Non envoyés", "Unsent"))</dt><dd>\(overview.unsent)</dd>
      <dt>\(say("Refusés", "Refused"))</dt><dd>\(overview.refused)</dd>
      <dt>\(say("Horloge de ce portable", "This laptop's clock"))</dt><dd>\(clock(overview.clockError))</dd>
      <dt>\(say("Place prise", "Space used"))</dt><dd>\(Words.bytes(overview.size, language))</dd></dl>
      \(button(say("Synchroniser maintenant", "Sync now"), to: Link("synchro")))
      \(try refused())\(scopes(overview))
      """
  }

  private var progress: HTML {
    switch board?.state ?? .idle {
    case .idle: return .none
    case .running(let progress):
      let sent = Words.bytes(Int64(progress.sent), language)
      let received = Words.bytes(Int64(progress.received), language)
      return """
        <div class="dit" role="status"><p><strong>\(say("Synchronisation en cours…", "Sync under way…"))</strong> \
        \(say("envoyé", "sent")) \(sent), \(say("reçu", "received")) \(received)</p>
        <p><a href="/synchro" data-suivre>\(say("Voir où elle en est", "See how far it is"))</a></p></div>
        """
    case .done(let report): return ended(report)
    case .failed(let problem):
      // Being cut off says so by itself.
      let kept: HTML =
        problem.code == .offline
        ? .none
        : "<p>\(say("Rien n'est perdu : tout reste sur ce portable.", "Nothing is lost: everything stays on this laptop."))</p>"
      return """
        <div class="erreur" role="alert"><p>\(problem.code.text[language]) \(problem.hint(language))</p>\(kept)</div>
        """
    }
  }

  private func ended(_ report: LinkReport) -> HTML {
    let words = [
      say("Bamako a reçu", "Bamako has received") + " : \(report.sent)",
      say("admises", "admitted") + " : \(report.admitted)",
      say("reçues ici", "received here") + " : \(report.received)",
      say("refusées", "refused") + " : \(report.refused)",
      say("en conflit", "in conflict") + " : \(report.conflicts)",
      say("encore en attente", "still waiting") + " : \(report.pending)",
      Words.bytes(Int64(report.bytes.sent + report.bytes.received), language),
    ]
    let title =
      report.isComplete
      ? say("Synchronisation terminée.", "Sync complete.")
      : say("Synchronisation incomplète : relancez-la.", "Sync incomplete: start it again.")
    return
      #"<div class="dit" role="status"><p><strong>\#(title)</strong></p><p>\#(words.joined(separator: " · "))</p></div>"#
  }

  private func clock(_ error: Int64?) -> String {
    guard let error else { return say("pas encore comparée", "not compared yet") }
    if error.magnitude < 60_000 { return say("à l'heure", "right") }
    let size = Words.duration(milliseconds: error, language)
    return error > 0
      ? say("avance de \(size)", "\(size) ahead") : say("retard de \(size)", "\(size) behind")
  }

  private func scopes(_ overview: Overview) -> HTML {
    let rows = overview.scopes.map { scope -> HTML in
      #"<tr><th scope="row">\#(Words.scope(scope.scope, language))</th><td class="nombre">\#(scope.records)</td></tr>"#
    }
    let title =
      isField
      ? say("Ce que ce portable contient", "What this laptop holds")
      : say("Fiches, selon qui les voit", "Records, by who sees them")
    return """
      <h2>\(title)</h2><table><tbody>\(rows)</tbody></table>
      """
  }

  // MARK: Refused changes

  private func refused() throws(Problem) -> HTML {
    let refusals = try board?.desk.refusals() ?? []
    guard !refusals.isEmpty else { return .none }
    let items = refusals.map { refusal -> HTML in
      let type = schema[type: refusal.type]
      let what =
        switch refusal.field {
        case nil: say("nouvelle fiche", "new record")
        case "*": say("suppression", "deletion")
        case let name?: type?[field: name]?.label[language] ?? name
        }
      let why = refusal.problem.map { $0.text[language] + " " + $0.hint[language] } ?? ""
      let link = Link("refus", "\(refusal.number)")
      return """
        <li><strong>\(type?.label[language] ?? refusal.type) — \(what)</strong><br>\(why)<br>\
        <a href="\(link)">\(say("Corriger", "Correct"))</a> \
        \(button(say("Abandonner cette saisie", "Give this entry up"), to: link, style: "second", with: [("choix", "abandonner")]))</li>
        """
    }
    return """
      <h2 id="refus">\(say("Refusés par Bamako", "Refused by Bamako"))</h2><ul class="refus">\(items)</ul>
      """
  }

  func refusals(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    let givesUp = request.isPost && form["choix"] == "abandonner"
    guard let board, let number = path.first.flatMap({ Int64($0) }) else {
      throw Problem(.not_found)
    }
    guard let refusal = try board.desk.refusals().first(where: { $0.number == number }) else {
      // The second of two clicks finds it given up.
      if givesUp { return .see(Link("synchro")) }
      throw Problem(.not_found)
    }
    if givesUp {
      try board.desk.drop(refusal: number)
      return done(Link("synchro"), say("Saisie abandonnée.", "Entry given up."))
    }
    return try correct(refusal, board.desk)
  }

  private func correct(_ refusal: RefusedWrite, _ desk: any FieldDesk) throws(Problem)
    -> ConsoleAnswer
  {
    let type = try type(refusal.type)
    let link = Link("refus", "\(refusal.number)")
    // One field of a record that is there is read against the rest of it.
    let record = try refusal.field.map { _ throws(Problem) in
      try self.record(type, refusal.record)
    }
    var form = RecordForm(type, record, on: self, only: refusal.field.map { [$0] })
    form.starting = refusal.values
    let why = refusal.problem.map { $0.text[language] + " " + $0.hint[language] } ?? ""
    let before: HTML = #"<p class="erreur">\#(why)</p>"#
    let title = say("Corriger", "Correct") + " : " + type.label[language]
    guard request.isPost else { return try formPage(form, link, title, before: before) }
    guard let read = try form.read() else { return try formPage(form, link, title, before: before) }
    do throws(Problem) {
      try desk.correct(refusal: refusal.number, read.values)
      return done(
        Link("synchro"),
        say(
          "Corrigé. Sera envoyé à la prochaine synchronisation.",
          "Corrected. It is sent with the next sync."))
    } catch {
      try showAgain(error)
      form.note(error)
      return try formPage(form, link, title, before: before)
    }
  }

  // MARK: At the hub

  private func hub(_ overview: Overview) throws(Problem) -> HTML {
    let waiting = say("En attente", "Waiting")
    let bytes = say("Octets du jour", "Bytes today")
    let columns = [
      say("Portable", "Laptop"), say("Base", "Base"), say("Fonction", "Role"),
      say("Dernière synchronisation", "Last sync"), waiting,
      say("Refusés en 30 jours", "Refused in 30 days"), say("Horloge", "Clock"), bytes,
      say("Programme", "Program"), say("État", "State"),
    ]
    let rows = overview.devices.map { device -> HTML in
      let state = [
        device.isActive ? nil : say("accès retiré", "access withdrawn"),
        device.isShared ? say("copie détectée", "copy detected") : nil,
      ]
      let synced =
        device.lastSync.map { Words.moment(milliseconds: $0, language) } ?? say(Words.never)
      return row(
        "\(device.name) <span class=\"aide\">n° \(Int(device.number))</span>",
        [
          HTML(device.base), HTML(Words.role(device.role, schema, language)),
          "\(synced) \(silence(device))", HTML("\(device.waiting)"), refused(device),
          HTML(clock(device.lastSync == nil ? nil : device.clockError)),
          HTML(Words.bytes(device.bytesToday, language)), HTML(device.program),
          HTML(state.compactMap(\.self).joined(separator: ", ")),
        ], under: columns, numbers: [waiting, bytes])
    }
    return """
      \(cards(columns, rows, numbers: [waiting, bytes]))
      <p>\(say("Conflits à relire", "Conflicts to review")) : \(overview.openConflicts) · \
      \(say("Base de données", "Database")) : \(Words.bytes(overview.size, language))</p>\(scopes(overview))
      """
  }

  /// How much was refused and why; what it was is its author's business.
  private func refused(_ device: Overview.Device) -> HTML {
    let items = device.refused.map { refusal -> HTML in
      "<li>\(refusal.count) : \(refusal.code.text[language])</li>"
    }
    return items.isEmpty ? .none : #"<ul class="raisons">\#(items)</ul>"#
  }

  /// A base that is silent for two weeks is said in words, not left to be counted.
  private func silence(_ device: Overview.Device) -> HTML {
    guard device.isActive, let last = device.lastSync else { return .none }
    let days = sitter.today - Day(milliseconds: last)
    return days > Freshness.silence
      ? #"<span class="marque">\#(say("silence de \(days) jours", "silent for \(days) days"))</span>"#
      : .none
  }

  // MARK: The book

  func book(_ doors: any Doors) throws(Problem) -> ConsoleAnswer {
    guard Self.readersOfTheBook.contains(sitter.role), let lines = try doors.book(limit: 500) else {
      throw Problem(.not_found)
    }
    let columns = [
      say("Quand", "When"), say("Qui", "Who"), say("Quoi", "What"), say("Fiche", "Record"),
    ]
    let rows = lines.map { line in
      row(
        #"<span class="tel">\#(Words.moment(milliseconds: line.time, language))</span>"#,
        [
          HTML(who(line.name)), HTML(say(Self.words(line.act))),
          #"\#(subject(line)) <span class="aide">\#(detail(line))</span>"#,
        ], under: columns)
    }
    return try answer(
      say("Journal d'audit", "Audit log"), cards(columns, rows), current: "journal", isWide: true)
  }

  /// Whoever has neither an account nor a laptop sat at the hub itself.
  private func who(_ name: String) -> String {
    if name == "hub" { return say("le serveur", "the hub") }
    let shell = "shell:"
    guard name.hasPrefix(shell) else { return name }
    let user = name.dropFirst(shell.count)
    return say("terminal du serveur (\(user))", "the hub's terminal (\(user))")
  }

  /// What was loaded is noted as two counts.
  private func detail(_ line: BookLine) -> String {
    if line.act == .refuse { return refusal(line.detail ?? "") }
    if line.act == .wiped, let lost = line.detail {
      return say("fiches perdues avec lui : \(lost)", "records lost with it: \(lost)")
    }
    let counts = (line.detail ?? "").split(separator: " + ")
    guard line.act == .load, counts.count == 2 else { return line.detail ?? "" }
    return say(
      "\(counts[0]) nouvelles, \(counts[1]) changées", "\(counts[0]) new, \(counts[1]) changed")
  }

  /// What was tried, where, and why it was refused.
  private func refusal(_ detail: String) -> String {
    detail.split(separator: " ").map { word in
      if let scope = Scope(word) { return Words.scope(scope, language) }
      let word = String(word)
      return Problem.Code(rawValue: word)?.text[language] ?? Self.tried[word].map(say) ?? word
    }.joined(separator: " · ")
  }

  private static let tried: [String: Label] = [
    "create": Label(fr: "création", en: "creation"),
    "update": Label(fr: "modification", en: "change"),
    "move": Label(fr: "déplacement", en: "move"),
    "delete": Label(fr: "suppression", en: "deletion"),
    "erase": Label(fr: "effacement", en: "erasure"),
    "giveBack": Label(fr: "restitution", en: "giving back"),
    "settle": Label(fr: "règlement d'un conflit", en: "settling a conflict"),
    "changeLevel": Label(fr: "changement de niveau", en: "change of level"),
    PackStep.review.rawValue: Label(fr: "envoi en revue", en: "sending for review"),
    PackStep.submit.rawValue: Label(fr: "soumission", en: "submission"),
    PackStep.approve.rawValue: Label(fr: "validation", en: "approval"),
    PackStep.returnToDraft.rawValue: Label(fr: "renvoi à la base", en: "return to the base"),
    PackStep.markToRevise.rawValue: Label(fr: "marque « à réviser »", en: "mark “to be revised”"),
    PackStep.newVersion.rawValue: Label(fr: "nouvelle version", en: "new version"),
    PackStep.archive.rawValue: Label(fr: "archivage", en: "archiving"),
    MinutesStep.share.rawValue: Label(fr: "diffusion", en: "sending round"),
    MinutesStep.takeBack.rawValue: Label(fr: "reprise", en: "taking back"),
    // Of minutes and of an incident.
    MinutesStep.close.rawValue: Label(fr: "clôture", en: "closing"),
    IncidentFlow.Step.verify.rawValue: Label(fr: "vérification", en: "verification"),
    IncidentFlow.Step.analyse.rawValue: Label(
      fr: "passage en analyse", en: "beginning of the analysis"),
  ]

  private func subject(_ line: BookLine) -> HTML {
    guard let type = line.type else { return .none }
    let record = line.record ?? ""
    if let known = schema[type: type], record.isEmpty { return HTML(known.label[language]) }
    if let known = schema[type: type] {
      let link = Link.record(type, record)
      return
        #"<a href="\#(link)">\#(known.label[language])</a> <span class="aide">\#(record)</span>"#
    }
    switch type {
    case "device": return HTML(say("appareil n° \(record)", "device no \(record)"))
    case "account": return HTML(say("compte \(record)", "account \(record)"))
    case "inbox": return HTML(say("envoi n° \(record)", "parcel no \(record)"))
    default: return HTML("\(type) \(record)")
    }
  }

  private static func words(_ act: Act) -> Label {
    switch act {
    case .enter: Label(fr: "entrée", en: "signed in")
    case .leave: Label(fr: "sortie", en: "signed out")
    case .refusedEntry: Label(fr: "entrée refusée", en: "sign-in refused")
    case .read: Label(fr: "a vu", en: "saw")
    case .write: Label(fr: "a écrit", en: "wrote")
    case .delete: Label(fr: "a supprimé", en: "deleted")
    case .export: Label(fr: "a exporté", en: "exported")
    case .print: Label(fr: "a imprimé", en: "printed")
    case .approve: Label(fr: "a validé ou décidé", en: "approved or decided")
    case .settle: Label(fr: "a réglé un conflit", en: "settled a conflict")
    case .account: Label(fr: "compte changé", en: "account changed")
    case .load: Label(fr: "a repris des fichiers", en: "loaded files")
    case .erase: Label(fr: "a effacé pour toujours", en: "erased for good")
    case .backup: Label(fr: "sauvegarde", en: "backup")
    case .address: Label(fr: "adresse changée", en: "address changed")
    case .restore: Label(fr: "serveur restauré", en: "hub restored")
    case .recoveryKey: Label(fr: "nouvelle clé de secours", en: "new recovery key")
    case .invite: Label(fr: "a invité", en: "invited")
    case .enroll: Label(fr: "appareil relié", en: "device linked")
    case .grant: Label(fr: "droits changés", en: "rights changed")
    case .revoke: Label(fr: "accès retiré", en: "access withdrawn")
    case .retire: Label(fr: "hors service", en: "out of service")
    case .orderWipe: Label(fr: "effacement ordonné", en: "wipe ordered")
    case .handOver: Label(fr: "a remis ses modifications", en: "handed its changes over")
    case .wiped: Label(fr: "s'est effacé", en: "wiped itself")
    case .renewToken: Label(fr: "clé d'accès renouvelée", en: "access key renewed")
    case .inbox: Label(fr: "a réglé un envoi", en: "settled a parcel")
    case .exchangeKeys: Label(fr: "clés des paquets échangées", en: "keys of bundles exchanged")
    case .readBundle: Label(fr: "a repris un paquet", en: "read a bundle")
    case .giveBack: Label(fr: "a rendu des fiches perdues", en: "gave lost records back")
    case .refuse: Label(fr: "s'est vu refuser", en: "was refused")
    }
  }
}
