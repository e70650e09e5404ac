import Shared
import Work

/// Records written by forms: new ones, changed ones, deleted ones.
extension Page {
  /// What a new record starts with: what the address says, and what is known of whoever sits here.
  func starting(_ type: RecordType) -> [String: Value] {
    var values: [String: Value] = [:]
    for field in type.fields {
      if let given = request.query[field.name], let value = try? field.parse(given) {
        values[field.name] = value
      }
    }
    if let base = sitter.base, values["base_code"] == nil, type[field: "base_code"] != nil {
      values["base_code"] = .text(base)
    }
    for name in [
      "reported_by", "recorded_by", "issued_by", "prepared_by", "author", "assessed_by",
      "entered_by",
    ] {
      if type[field: name] != nil, values[name] == nil, let person = sitter.person {
        values[name] = .text(person.description)
      }
    }
    return values
  }

  private func newForm(_ type: RecordType) throws(Problem) -> RecordForm {
    guard sitter.mayWrite(type) else { throw Problem(.role_not_allowed) }
    var form = RecordForm(type, nil, on: self)
    form.starting = starting(type)
    return form
  }

  func newRecord(_ type: RecordType) throws(Problem) -> ConsoleAnswer {
    try formPage(
      try newForm(type), Link("fiches", type.name, "nouvelle"),
      say("Nouvelle fiche", "New record") + " : " + type.label[language])
  }

  func formPage(
    _ form: RecordForm, _ link: Link, _ title: String, before: HTML = .none, button: String? = nil
  ) throws(Problem) -> ConsoleAnswer {
    let status = form.problems.isEmpty && form.general.isEmpty ? 200 : 422
    return try answer(
      title,
      "\(before)\(try form.html(to: link, button: button ?? say("Enregistrer", "Save")))",
      current: request.path.first == "incidents" ? "incidents" : "fiches", status: status)
  }

  func create(_ type: RecordType) throws(Problem) -> ConsoleAnswer {
    let link = Link("fiches", type.name, "nouvelle")
    return try create(
      try newForm(type), link, say("Nouvelle fiche", "New record") + " : " + type.label[language])
  }

  /// Writes what a form of a new record says, or shows it again with what is wrong.
  func create(
    _ form: RecordForm, _ link: Link, _ title: String, before: HTML = .none,
    with more: [String: Value] = [:]
  ) throws(Problem) -> ConsoleAnswer {
    var form = form
    guard let read = try form.read() else { return try formPage(form, link, title, before: before) }
    let values = read.values.filter { !$0.value.isNull }.merging(more) { $1 }
    if let known = form.written(values) {
      if let answer = try again(form, known) { return answer }
      if form.startAnew() { return try formPage(form, link, title, before: before) }
    }
    do throws(Problem) {
      let written = try desk.write([.add(form.type.name, values, id: form.number)])
      let id = written.ids[0]
      // A record that only Bamako may hold is not here any more.
      guard let record = try? desk.record(form.type.name, id) else {
        return done(Link("fiches", form.type.name), saved)
      }
      return done(self.link(to: record), saved)
    } catch {
      try showAgain(error)
      form.note(error)
      return try formPage(form, link, title, before: before)
    }
  }

  /// What a form of a new record gets that has written one: the record, or itself once more, to change
  /// the record by. Nil where it says what can be changed no more.
  private func again(_ form: RecordForm, _ known: Record) throws(Problem) -> ConsoleAnswer? {
    let change = try form.again(known)
    guard !form.says(more: change) else { return nil }
    if change.problems.isEmpty && change.general.isEmpty {
      return done(link(to: known), say("Déjà enregistré.", "Saved already."))
    }
    guard sitter.mayWrite(form.type), known.scope.map(sitter.grant.mayWrite) ?? true else {
      return nil
    }
    return try formPage(
      change, .record(form.type.name, known.id.description, "modifier"),
      heading(known),
      button: say("Corriger la fiche", "Correct the record"))
  }

  private var saved: String {
    isField
      ? say(
        "Enregistré sur ce portable. Sera envoyé à la prochaine synchronisation.",
        "Saved on this laptop. It is sent with the next sync.")
      : say("Enregistré.", "Saved.")
  }

  func edit(_ type: RecordType, _ record: Record) throws(Problem) -> ConsoleAnswer {
    try formPage(
      try editForm(type, record), .record(type.name, record.id.description, "modifier"),
      heading(record))
  }

  private func editForm(_ type: RecordType, _ record: Record) throws(Problem) -> RecordForm {
    guard sitter.mayWrite(type), record.scope.map(sitter.grant.mayWrite) ?? true else {
      throw Problem(.role_not_allowed)
    }
    return RecordForm(type, record, on: self)
  }

  func change(_ type: RecordType, _ id: String) throws(Problem) -> ConsoleAnswer {
    do throws(Problem) {
      return try change(type, try record(type, id))
    } catch {
      guard error.code == .not_found, RecordID(id) != nil, sitter.mayWrite(type) else {
        throw error
      }
      try noteRefusal(error)
      return try gone(type)
    }
  }

  /// What was typed into a record that is not there any more stays, to be written as a new one. One
  /// that was never there for this person gets the same answer, which tells nothing.
  private func gone(_ type: RecordType) throws(Problem) -> ConsoleAnswer {
    let form = RecordForm(type, nil, on: self)
    let why = say(
      "Quelqu'un l'a supprimée, ou elle ne vous est plus ouverte. Rien n'est enregistré ; ce que vous avez écrit est ci-dessous.",
      "Somebody deleted it, or it is no longer open to you. Nothing is saved; what you wrote is below."
    )
    return try answer(
      say("Cette fiche n'est plus là", "This record is not there any more"),
      """
      <p class="erreur" role="alert">\(why)</p>\
      \(try form.html(to: Link("fiches", type.name, "nouvelle"), button: say("L'écrire comme une nouvelle fiche", "Write it as a new record")))
      """, current: "fiches", status: 404)
  }

  private func change(_ type: RecordType, _ record: Record) throws(Problem) -> ConsoleAnswer {
    var form = try editForm(type, record)
    let link = Link.record(type.name, record.id.description, "modifier")
    let title = heading(record)
    guard let read = try form.read() else { return try formPage(form, link, title) }
    if read.values.isEmpty {
      return done(self.link(to: record), say("Rien n'a changé.", "Nothing changed."))
    }
    do throws(Problem) {
      let graver = graver(record, read.values)
      let written = try desk.write([
        .set(
          record.type, record.id, read.values.merging(graver) { $1 },
          over: read.over.merging(graver.mapValues { _ in record["severity"] }) { $1 })
      ])
      var sentence =
        written.proposed.isEmpty
        ? saved
        : say(
          "Enregistré ; une valeur attend l'accord de Bamako.",
          "Saved; a value waits for Bamako's agreement.")
      if !graver.isEmpty {
        sentence += say(
          " La gravité passe à « grave » ; si la blessure est légère, corrigez-la.",
          " The severity is “serious” now; if the injury is light, correct it.")
      }
      return done(self.link(to: record), sentence)
    } catch {
      try showAgain(error)
      form.note(error)
      return try formPage(form, link, title)
    }
  }

  /// What harm that was added to an incident says of its severity.
  private func graver(_ record: Record, _ change: [String: Value]) -> [String: Value] {
    guard record.type == "incident",
      let severity = IncidentFlow.raised(by: change, over: record.values)
    else { return [:] }
    return ["severity": severity]
  }

  func delete(_ type: RecordType, _ id: String) throws(Problem) -> ConsoleAnswer {
    do throws(Problem) {
      return try delete(type, try record(type, id))
    } catch {
      // The second of two clicks finds nothing, and so does whoever asks for what never was theirs.
      guard error.code == .not_found, request.isPost, sitter.mayDelete(type) else { throw error }
      return done(
        Link("fiches", type.name),
        say("Cette fiche n'est plus là.", "This record is not there any more."))
    }
  }

  private func delete(_ type: RecordType, _ record: Record) throws(Problem) -> ConsoleAnswer {
    guard sitter.mayDelete(type), record.scope.map(sitter.grant.mayWrite) ?? true else {
      throw Problem(.role_not_allowed)
    }
    if request.isPost {
      _ = try desk.write([.delete(type.name, record.id)])
      return done(Link("fiches", type.name), say("Supprimé.", "Deleted."))
    }
    let link = Link.record(type.name, record.id.description, "supprimer")
    return try answer(
      say("Supprimer ?", "Delete?"),
      """
      <p>\(anchor(record))</p><p>\(say("La fiche disparaît partout. L'historique la garde.", "The record goes everywhere. The history keeps it."))</p>
      \(button(say("Supprimer", "Delete"), to: link, style: "grave"))
      """, current: "fiches")
  }
}
