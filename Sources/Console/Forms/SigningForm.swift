import Shared
import Work

/// The form by which somebody signs: a member of staff, or a name, on the screen, on paper, or before
/// a witness for whoever does not read.
struct SigningForm {
  let page: Page
  let action: Link
  let question, button: String
  /// Who may be chosen from the list.
  let staff: [Record]
  /// Acts to choose from; none to ask where there is one.
  var acts: [String] = []
  /// Organisations to propose; nil where nobody comes from another one.
  var organisations: [String]?
  /// What names the text that is signed: who had an earlier one before them reads this one first.
  var text: String?
  /// What is asked for besides.
  var before: HTML = .none

  var html: HTML {
    let options = staff.map { person -> HTML in
      option(person.id.description, page.words(person, "full_name"), chosen: "personne")
    }
    let seen = text.map { text -> HTML in #"<input type="hidden" name="_vu" value="\#(text)">"# }
    return """
      <form method="post" action="\(action)">\(page.token)\(seen ?? .none)\(before)\(actField)
      <div class="champ"><label for="personne">\(question)</label>
      <select id="personne" name="personne"><option value="">—</option>\(options)</select></div>
      \(input("externe", page.say("Ou un nom, pour qui n'est pas dans la liste", "Or a name, for somebody who is not listed"), 80))
      \(organisationField)\(select("mode", page.say("Comment", "How"), values(of: "method")))
      \(input("temoin", page.say("Témoin et langue, pour une lecture orale", "Witness and language, for an oral reading"), 120))
      <button>\(button)</button></form>
      """
  }

  private var actField: HTML {
    if acts.isEmpty { return .none }
    // Nobody is in favour because the list begins so.
    let blank: HTML = acts == Votes.acts ? #"<option value="">—</option>"# : .none
    return select("acte", page.say("Acte", "Act"), acts, before: blank)
  }

  private var organisationField: HTML {
    guard let organisations else { return .none }
    let items = organisations.map { name -> HTML in #"<option value="\#(name)"></option>"# }
    return """
      <div class="champ"><label for="organisation">\(page.say("Son organisation", "Their organisation"))</label>
      <input id="organisation" name="organisation" maxlength="120" autocomplete="off" list="organisations" value="\(page.form["organisation"] ?? "")">\
      <datalist id="organisations">\(items)</datalist></div>
      """
  }

  private func input(_ name: String, _ label: String, _ most: Int) -> HTML {
    """
    <div class="champ"><label for="\(name)">\(label)</label>
    <input id="\(name)" name="\(name)" maxlength="\(most)" autocomplete="off" value="\(page.form[name] ?? "")"></div>
    """
  }

  private func select(
    _ name: String, _ label: String, _ values: [String], before: HTML = .none
  ) -> HTML {
    let field = page.schema[type: "signature"]?[field: name == "mode" ? "method" : "act"]
    let options = values.map { value in
      option(value, field?.words(.text(value), page.language) ?? value, chosen: name)
    }
    return """
      <div class="champ"><label for="\(name)">\(label)</label><select id="\(name)" name="\(name)" required>\(before)\(options)</select></div>
      """
  }

  /// What was chosen stays chosen when the form comes back.
  private func option(_ value: String, _ name: String, chosen field: String) -> HTML {
    let mark: HTML = page.form[field] == value ? " selected" : .none
    return #"<option value="\#(value)"\#(mark)>\#(name)</option>"#
  }

  private func values(of field: String) -> [String] {
    guard case .choice(let choices) = page.schema[type: "signature"]?[field: field]?.kind else {
      return []
    }
    return choices.map(\.value)
  }
}

extension Page {
  var maySign: Bool { schema[type: "signature"].map(sitter.mayWrite) ?? false }

  /// Writes the signature that a signing form brought. Nil when it is written or was there before,
  /// else what is wrong with it.
  ///
  /// - Parameter values: what is signed, by which act, at which base.
  func writeSignature(_ values: [String: Value]) throws(Problem) -> (wrong: String?, isNew: Bool) {
    var values = values
    values["signed_on"] = .text(sitter.today.iso)
    values["method"] = .text(form["mode"] ?? "")
    for (name, field) in [("temoin", "witness"), ("organisation", "signer_org")] {
      values[field] = .text((form[name] ?? "").trimmed)
    }
    if let id = form["personne"].flatMap({ RecordID($0) }) {
      values["person_id"] = .text(try desk.record("person", id).id.description)
    } else {
      values["signer_name"] = .text((form["externe"] ?? "").trimmed)
    }
    values = values.filter { $0.value != .text("") && !$0.value.isNull }
    do throws(Problem) {
      _ = try desk.write([.add("signature", values)])
      return (nil, true)
    } catch {
      if error.code == .already_exists { return (nil, false) }
      try showAgain(error)
      let field = error.place.flatMap { schema[type: "signature"]?[field: $0] }
      let name = field.map { $0.label[language] + " : " } ?? ""
      return (name + FieldWords.explain(error, field, language), false)
    }
  }

  /// Who signed, when and how, as a line of a list.
  func signatureLine(_ signature: Record) -> HTML {
    let witness =
      signature.text("witness").map { " — " + say("témoin", "witness") + " : \($0)" } ?? ""
    let organisation = signature.text("signer_org").map { " (\($0))" } ?? ""
    return
      "<li>\(signer(signature))\(organisation), \(words(signature, "signed_on")), \(words(signature, "method"))\(witness)</li>"
  }

  func signer(_ signature: Record) -> String {
    let person = signature.text("person_id").flatMap { RecordID($0) }
      .flatMap { try? desk.record("person", $0) }
    return person.map { words($0, "full_name") } ?? signature.text("signer_name") ?? "—"
  }
}

extension String {
  /// Without the spaces around it: a name that is blank is no name.
  var trimmed: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
