import Crypto
import Shared
import Work

// A form shows a record as it stood, and may come back an hour later. Each field travels with a
// fingerprint of what it showed: a field that comes back as it went was not touched, and what
// others wrote into it since stays. A field that was touched, and that somebody else changed
// meanwhile, is not written: its author sees both values first.

/// The form of one record, new or old.
struct RecordForm {
  let type: RecordType
  let page: Page
  /// Nil for a new record.
  let record: Record?
  /// The fields to fill, in order.
  let fields: [Field]
  /// What is shown in place of what stands: a new record's beginning, a refused value.
  var starting: [String: Value] = [:]
  private(set) var problems: [String: String] = [:]
  /// Under which a new record is written, so that a form that comes twice writes once: after a double
  /// click, a line that was cut before the answer, or the back button. Nil where its values number it.
  private(set) var number: RecordID?
  /// What concerns no field.
  private(set) var general: [String] = []
  /// Whether it was the form of a new record, which has written its record before.
  private var isAgain = false

  init(_ type: RecordType, _ record: Record?, on page: Page, only names: [String]? = nil) {
    self.type = type
    self.page = page
    self.record = record
    let isStepped = type.name == "security_pack"
    let usual = type.fields.filter { !isStepped || !PackStep.fields.contains($0.name) }
    fields = (names.map { names in names.compactMap { type[field: $0] } } ?? usual)
      .filter { Self.mayFill($0, record, page) }
    if record == nil && type.key.isEmpty {
      number = page.form["_no"].flatMap { RecordID($0) } ?? page.desk.freshID()
    }
  }

  /// Fields that others decide are shown, not asked for. The scope is the system's on a laptop.
  private static func mayFill(_ field: Field, _ record: Record?, _ page: Page) -> Bool {
    if field.name == "scope" { return !page.isField && record != nil }
    if case .appendOnly = field.policy, record != nil { return false }
    if let lock = field.lock, let state = record?.text(lock.field), lock.values.contains(state),
      !lock.unlock.contains(page.sitter.role)
    {
      return false
    }
    guard case .gated(let roles, let openAtCreation) = field.policy else { return true }
    return roles.contains(page.sitter.role) || openAtCreation && record == nil
  }

  // MARK: Showing

  /// - Parameter action: where the form is sent.
  func html(to action: Link, button: String) throws(Problem) -> HTML {
    var inputs: [HTML] = []
    for field in fields { inputs.append(try input(field)) }
    let told = general.map { problem -> HTML in "<li>\(problem)</li>" }
    let wrong = problems.count
    let head: HTML =
      wrong + told.count == 0
      ? .none
      : """
      <div class="erreur" role="alert"><p>\(page.say("Rien n'est enregistré. À corriger :", "Nothing is saved. To correct:")) \
      \(wrong + told.count)</p><ul>\(told)\(problemLinks)</ul></div>
      """
    return """
      \(head)<form method="post" action="\(page.sending(to: action))">\(page.token)\(numbering)\(inputs)
      <button>\(button)</button> \(another)</form>
      """
  }

  /// The way to make a second record of a form that has written one.
  private var another: HTML {
    guard isAgain, number != nil else { return .none }
    let action = page.sending(to: Link("fiches", type.name, "nouvelle"))
    return """
      <button class="second" formaction="\(action)">\(page.say("En faire une autre fiche", "Make another record of it"))</button>
      """
  }

  private var numbering: HTML {
    number.map { #"<input type="hidden" name="_no" value="\#($0.description)">"# } ?? .none
  }

  private var problemLinks: [HTML] {
    fields.filter { problems[$0.name] != nil }.map { field in
      """
      <li><a href="#c-\(field.name)">\(field.label[page.language])</a> : \(problems[field.name] ?? "")</li>
      """
    }
  }

  private func input(_ field: Field) throws(Problem) -> HTML {
    let stands = record?[field.name] ?? .null
    let shown = starting[field.name] ?? (record == nil ? field.initial ?? .null : stands)
    let typed = isTouched(field) ? page.form.all(field.name) : nil
    let chosen = (typed ?? [shown.text ?? ""]).flatMap { $0.split(separator: "+") }
    let input = FieldInput(
      field: field, page: page, text: typed?.last ?? field.typed(shown, page.language),
      chosen: Set(chosen.map(String.init)),
      problem: problems[field.name], targets: try targets(field))
    guard record != nil else { return input.html }
    // A second look at a value that somebody changed meanwhile is a look at the new one.
    let print = Self.fingerprint(field.typed(stands, page.language))
    return input.html
      + #"<input type="hidden" name="_vu.\#(field.name)" value="\#(print)">"#
  }

  /// Whether the form that came back says something else here than it showed. What nobody touched is
  /// shown as it stands by now.
  private func isTouched(_ field: Field) -> Bool {
    guard page.request.isPost, let typed = typedText(field) else { return false }
    return record == nil || isAgain || page.form["_vu." + field.name] != Self.fingerprint(typed)
  }

  /// Short, because it travels with each field; nobody gains by forging it.
  private static func fingerprint(_ text: String) -> String {
    SHA256.hash(data: Array(text.utf8)).prefix(6).hexadecimal
  }

  /// The records that a reference may name; nil when they are too many to list.
  private func targets(_ field: Field) throws(Problem) -> [(value: String, name: String)]? {
    guard case .reference(let name, let key) = field.kind, let other = page.schema[type: name]
    else { return nil }
    let found = try page.desk.records(of: name, where: [], limit: Self.mostTargets + 1)
    guard found.count <= Self.mostTargets else { return nil }
    return found.map { record in
      let value = key == "id" ? record.id.description : record.text(key) ?? record.id.description
      return (value, other.heading(record.values, page.language))
    }.sorted { Folding.folded($0.name) < Folding.folded($1.name) }
  }

  /// Records. A longer list is slower to read than to type a word for.
  private static let mostTargets = 400

  // MARK: Reading

  /// What the form says, where it says something else than it showed; nil after noting what is wrong.
  mutating func read() throws(Problem) -> (values: [String: Value], over: [String: Value])? {
    var values: [String: Value] = [:]
    var over: [String: Value] = [:]
    for field in fields {
      guard let typed = typedText(field), isTouched(field) else { continue }
      let stands = record?[field.name] ?? .null
      let shown = page.form["_vu." + field.name]
      let value = try parse(typed, field)
      if problems[field.name] != nil || value == stands { continue }
      let isOvertaken =
        isAgain || record != nil && shown != Self.fingerprint(field.typed(stands, page.language))
      if isOvertaken { noteOvertaken(field, stands) }
      values[field.name] = value
      over[field.name] = stands
    }
    check(values)
    return problems.isEmpty && general.isEmpty ? (values, over) : nil
  }

  private func typedText(_ field: Field) -> String? {
    let typed = page.form.all(field.name)
    if case .choices = field.kind {
      return typed.isEmpty ? nil : typed.filter { !$0.isEmpty }.joined(separator: "+")
    }
    // Browsers send the two bytes that a terminal would.
    return typed.last?.replacing("\r\n", with: "\n")
  }

  private mutating func noteOvertaken(_ field: Field, _ stands: Value) {
    let now = field.words(stands, page.language)
    if isAgain {
      problems[field.name] = page.say("Déjà enregistré : « \(now) ».", "Saved already: “\(now)”.")
      return
    }
    problems[field.name] = page.say(
      "Quelqu'un l'a changé entre-temps. Il y a maintenant : « \(now) ». Enregistrez de nouveau pour mettre votre valeur.",
      "Somebody changed it meanwhile. It now says: “\(now)”. Save again to put your value.")
  }

  private mutating func parse(_ text: String, _ field: Field) throws(Problem) -> Value {
    do throws(Problem) {
      if case .reference(let other, let key) = field.kind, !text.allSatisfy(\.isWhitespace) {
        return .text(try resolve(text, other, key))
      }
      let value = try field.parse(text)
      // A day ahead is this machine's clock as often as a mistake.
      let limit = (page.sitter.today + 1).iso
      if let code = field.check(value, today: limit) { throw Problem(code, at: field.name) }
      return value
    } catch {
      problems[field.name] = FieldWords.explain(error, field, page.language)
      return .null
    }
  }

  /// An id or code as it is, or the one record that holds these words.
  private func resolve(_ text: String, _ other: String, _ key: String) throws(Problem) -> String {
    guard let type = page.schema[type: other] else { throw Problem(.not_found) }
    let text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if key != "id" {
      let found = try page.desk.records(of: other, where: [(key, .text(text))], limit: 1)
      if !found.isEmpty { return text }
    }
    if let id = RecordID(text.lowercased()) {
      // One that is not visible from here may be named all the same: it stays as it was.
      if record?.values.values.contains(.text(id.description)) ?? false { return id.description }
      return try page.desk.record(other, id).id.description
    }
    let words = Folding.words(text)
    let found = try page.desk.records(of: other, where: [], limit: .max)
      .filter { Folding.holds(words, in: [type.heading($0.values, page.language)]) }
    guard let only = found.first, !words.isEmpty else { throw Problem(.not_found) }
    guard found.count == 1 else { throw Problem(.ambiguous_id) }
    return key == "id" ? only.id.description : only.text(key) ?? only.id.description
  }

  /// Required fields and the rules between fields, for the record as it would stand.
  private mutating func check(_ values: [String: Value]) {
    var all = record?.values ?? starting
    for field in type.fields where record == nil && all[field.name] == nil {
      if let initial = field.initial { all[field.name] = initial }
    }
    for (name, value) in values { all[name] = value.isNull ? nil : value }
    let known = record.map { type.checkRules($0.values) } ?? []
    for problem in type.checkRules(all) where !known.contains(problem) {
      let field = problem.place.flatMap { type[field: $0] }
      if let name = field?.name, isFilledElsewhere(name) { continue }
      if let field, fields.contains(where: { $0.name == field.name }) {
        if problems[field.name] == nil {
          problems[field.name] = FieldWords.explain(problem, field, page.language)
        }
      } else {
        general.append(
          (field.map { $0.label[page.language] + " : " } ?? "")
            + FieldWords.explain(problem, field, page.language))
      }
    }
  }

  /// References such as GAO-2026-012 are counted by the desk that writes.
  private func isFilledElsewhere(_ name: String) -> Bool {
    record == nil && type[field: name]?.numbering != nil
      && !page.form.pairs.contains { $0.name == name && !$0.value.isEmpty }
  }

  /// The record that this form wrote when it came before, as far as its author may see it.
  func written(_ values: [String: Value]) -> Record? {
    (type.id(values) ?? number).flatMap { try? page.desk.record(type.name, $0) }
  }

  /// The same as a change of the record that it has written, each difference beside what stands.
  func again(_ known: Record) throws(Problem) -> RecordForm {
    // A number of its own is no part of what may be made another record.
    let names = type.fields.filter { $0.numbering == nil }.map(\.name)
    var form = RecordForm(type, known, on: page, only: names)
    form.isAgain = true
    form.number = number == nil ? nil : page.desk.freshID()
    _ = try form.read()
    guard !form.problems.isEmpty || !form.general.isEmpty else { return form }
    form.general.append(
      page.say(
        "Cette saisie est déjà enregistrée, avec d'autres valeurs. Enregistrez de nouveau pour corriger sa fiche.",
        "This entry is saved already, with other values. Save again to correct its record."))
    return form
  }

  /// Whether it says something that it may not write where it stands.
  func says(more than: RecordForm) -> Bool {
    let open = Set(than.fields.map(\.name))
    return fields.contains { field in
      guard !open.contains(field.name), let typed = typedText(field),
        typed != field.typed(starting[field.name] ?? field.initial ?? .null, page.language)
      else { return false }
      return typed != field.typed(than.record?[field.name] ?? .null, page.language)
    }
  }

  /// After the form came back saying something that cannot be changed any more: sent once more, it is
  /// another record. False where the values themselves number it.
  mutating func startAnew() -> Bool {
    guard number != nil else { return false }
    number = page.desk.freshID()
    general.append(
      page.say(
        "Cette saisie est déjà enregistrée, avec d'autres valeurs : elle est dans la liste. Enregistrez de nouveau pour en faire une autre fiche.",
        "This entry is saved already, with other values: it is in the list. Save again to make another record of it."
      ))
    return true
  }

  /// Notes what the desk said to a write.
  mutating func note(_ problem: Problem) {
    guard let place = problem.place, let field = type[field: place] else {
      return general.append(problem.sentence(page.language))
    }
    let text =
      problem.code == .changed_meanwhile
      ? problem.code.text[page.language] : FieldWords.explain(problem, field, page.language)
    if fields.contains(where: { $0.name == place }) {
      problems[place] = text
    } else {
      general.append(field.label[page.language] + " : " + text)
    }
  }
}
