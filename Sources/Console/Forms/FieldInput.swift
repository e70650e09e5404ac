import Shared
import Work

/// One field of a form: its label from the schema, the control that fits its kind, what is expected,
/// and what was wrong with what was typed.
struct FieldInput {
  let field: Field
  let page: Page
  /// As it was typed, or as it stands.
  let text: String
  /// Of a field of several choices.
  let chosen: Set<String>
  let problem: String?
  /// What a reference may lead to: id or code, and name.
  let targets: [(value: String, name: String)]?

  private var id: String { "c-" + field.name }
  private var language: Language { page.language }

  var html: HTML {
    if case .choices(let choices) = field.kind { return boxes(choices) }
    return """
      <div class="champ"><label for="\(id)">\(field.label[language])\(star)</label>\(help)
      \(control)\(error)</div>
      """
  }

  private var star: HTML {
    field.required
      ? #" <span class="obligatoire">(\#(page.say("obligatoire", "required")))</span>"# : .none
  }

  private var help: HTML {
    let words = expected
    return words.isEmpty ? .none : #"<p class="aide" id="\#(id)-a">\#(words)</p>"#
  }

  private var error: HTML {
    problem.map { #"<p class="erreur" id="\#(id)-e">\#($0)</p>"# } ?? .none
  }

  private var described: HTML {
    let about = [expected.isEmpty ? nil : id + "-a", problem == nil ? nil : id + "-e"]
      .compactMap(\.self).joined(separator: " ")
    let invalid: HTML = problem == nil ? .none : #" aria-invalid="true""#
    return (about.isEmpty ? .none : #" aria-describedby="\#(about)""#) + invalid
  }

  /// What the field takes, in words; nothing where the control says it already.
  private var expected: String {
    switch field.kind {
    case .date: page.say("jj/mm/aaaa", "dd/mm/yyyy")
    case .datetime: page.say("jj/mm/aaaa hh:mm, heure de Bamako", "dd/mm/yyyy hh:mm, Bamako time")
    case .phone:
      page.say(
        "avec l'indicatif, par exemple +223\u{A0}70\u{A0}00\u{A0}00\u{A0}00",
        "with the country code, such as +223\u{A0}70\u{A0}00\u{A0}00\u{A0}00")
    case .int, .real: range
    case .reference where targets == nil: page.say("un mot de son nom", "a word of its name")
    case .text where field.pattern != nil: FieldWords.example(field, language)
    default: ""
    }
  }

  private var range: String {
    switch (field.minimum, field.maximum) {
    case (let low?, let high?): "\(FieldWords.plain(low)) – \(FieldWords.plain(high))"
    default: ""
    }
  }

  private var control: HTML {
    switch field.kind {
    case .longtext:
      return """
        <textarea id="\(id)" name="\(field.name)" rows="5"\(limit)\(described)>
        \(text)</textarea>
        """
    case .bool:
      let options = [
        (value: "true", name: page.say("Oui", "Yes")),
        (value: "false", name: page.say("Non", "No")),
      ]
      return select(options)
    case .choice(let choices):
      return select(choices.map { (value: $0.value, name: $0.label[language]) })
    case .reference where targets != nil:
      return select(targets ?? [])
    case .int: return input("text", mode: "numeric")
    case .real: return input("text", mode: "decimal")
    case .phone: return input("tel", mode: "tel")
    case .date, .datetime: return input("text", mode: "numeric")
    default: return input("text", mode: "text")
    }
  }

  private var limit: HTML { field.maximumLength.map { #" maxlength="\#($0)""# } ?? .none }

  private func input(_ kind: String, mode: String) -> HTML {
    #"<input id="\#(id)" name="\#(field.name)" type="\#(kind)" inputmode="\#(mode)" value="\#(text)" autocomplete="off"\#(limit)\#(described)>"#
  }

  private func select(_ options: [(value: String, name: String)]) -> HTML {
    // A value that is no choice any more stays, rather than being lost by saving something else.
    let isKnown = text.isEmpty || options.contains { $0.value == text }
    let all = [(value: "", name: "—")] + options + (isKnown ? [] : [(value: text, name: text)])
    let items = all.map { option -> HTML in
      let mark: HTML = option.value == text ? " selected" : .none
      return #"<option value="\#(option.value)"\#(mark)>\#(option.name)</option>"#
    }
    return #"<select id="\#(id)" name="\#(field.name)"\#(described)>\#(items)</select>"#
  }

  private func boxes(_ choices: [Choice]) -> HTML {
    let items = choices.map { choice -> HTML in
      let mark: HTML = chosen.contains(choice.value) ? " checked" : .none
      return """
        <label class="case"><input type="checkbox" name="\(field.name)" value="\(choice.value)"\(mark)> \
        \(choice.label[language])</label>
        """
    }
    return """
      <fieldset class="champ"\(described)><legend>\(field.label[language])\(star)</legend>\
      <input type="hidden" name="\(field.name)" value="">\(items)\(error)</fieldset>
      """
  }
}
