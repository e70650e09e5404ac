import Shared
import Work

/// The pages of any record type, made from the schema alone.
extension Page {
  func recordPages(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    guard let name = path.first else { return try typeList() }
    let type = try type(name)
    switch (path.count, path.dropFirst(2).first) {
    case (1, _): return try recordList(type)
    case (2, _) where path[1] == "nouvelle":
      return request.isPost ? try create(type) : try newRecord(type)
    case (2, _): return try show(type, try record(type, path[1]))
    case (3, "modifier"):
      return request.isPost
        ? try change(type, path[1]) : try edit(type, try record(type, path[1]))
    case (3, "historique"): return try history(type, try record(type, path[1]))
    case (3, "supprimer"): return try delete(type, path[1])
    default: throw Problem(.not_found)
    }
  }

  // MARK: Lists

  private func typeList() throws(Problem) -> ConsoleAnswer {
    if let words = request.query["q"], !words.isEmpty { return try searchEverything(words) }
    let items = schema.types.map { type -> HTML in
      #"<li><a href="\#(Link("fiches", type.name))">\#(type.label[language])</a></li>"#
    }
    return try answer(
      say("Toutes les fiches", "All records"),
      """
      \(searchForm(Link("fiches"), ""))<ul class="colonnes">\(items)</ul>
      """, current: "fiches")
  }

  private func searchEverything(_ words: String) throws(Problem) -> ConsoleAnswer {
    let found = try desk.search(words, limit: 100)
    let items = found.map { record -> HTML in
      let type = schema[type: record.type]?.label[language] ?? record.type
      return "<li>\(type) : \(anchor(record))</li>"
    }
    let none: HTML = found.isEmpty ? "<p>\(say("Rien trouvé.", "Nothing found."))</p>" : .none
    return try answer(
      say("Chercher", "Search"),
      "\(searchForm(Link("fiches"), words))\(none)<ul>\(items)</ul>", current: "fiches")
  }

  func searchForm(_ action: Link, _ words: String, more: HTML = .none) -> HTML {
    """
    <form method="get" action="\(action)" class="recherche" role="search">\
    <label for="q">\(say("Chercher (sans accents)", "Search (without accents)"))</label>\
    <input id="q" name="q" type="search" value="\(words)">\(more)\
    <button>\(say("Chercher", "Search"))</button></form>
    """
  }

  /// Records that fit on one page.
  static let pageLength = 50

  private func recordList(_ type: RecordType) throws(Problem) -> ConsoleAnswer {
    var conditions: [(field: String, value: Value)] = []
    for filter in filters(type) {
      if let text = request.query[filter.name], !text.isEmpty {
        conditions.append((filter.name, .text(text)))
      }
    }
    let number = max(1, min(Int(request.query["p"] ?? "") ?? 1, 1_000_000))
    let found = try desk.newest(
      of: type.name, where: conditions, holding: Folding.words(request.query["q"] ?? ""),
      skip: (number - 1) * Self.pageLength, limit: Self.pageLength)
    let link = Link("fiches", type.name, "nouvelle")
    let add: HTML =
      sitter.mayWrite(type)
      ? #"<p><a class="ajout" href="\#(link)">\#(say("Ajouter", "Add"))</a></p>"# : .none
    return try answer(
      type.label[language],
      """
      \(add)\(searchForm(Link("fiches", type.name), request.query["q"] ?? "", more: try filterInputs(type)))
      \(try listing(found.records, type, number, of: found.count))
      """, current: "fiches", isWide: true)
  }

  /// What a list can be narrowed by: its base, and its first lists of choices.
  private func filters(_ type: RecordType) -> [Field] {
    let usual = type.fields.filter { field in
      switch field.kind {
      case .choice: field.name != "sensitivity"
      case .reference("base", by: "code"): true
      default: false
      }
    }
    let wanted = ["base_code", "status", "kind", "contact_type", "category", "severity"]
    let first = wanted.compactMap { name in usual.first { $0.name == name } }
    return Array((first + usual.filter { !wanted.contains($0.name) }).prefix(3))
  }

  private func filterInputs(_ type: RecordType) throws(Problem) -> HTML {
    var all = HTML.none
    for field in filters(type) {
      var options: [(String, String)] = []
      if case .choice(let choices) = field.kind {
        options = choices.map { ($0.value, $0.label[language]) }
      } else {
        options = try records("base").map { ($0.text("code") ?? "", words($0, "name")) }
      }
      all += choose(field.name, field.label[language], options)
    }
    return all
  }

  /// A list to choose from, for a form that asks.
  func choose(_ name: String, _ label: String, _ options: [(String, String)]) -> HTML {
    let chosen = request.query[name] ?? ""
    let items = options.map { value, text -> HTML in
      let mark: HTML = value == chosen ? " selected" : .none
      return #"<option value="\#(value)"\#(mark)>\#(text)</option>"#
    }
    return """
      <label for="f-\(name)">\(label)</label><select id="f-\(name)" name="\(name)">\
      <option value="">\(say("tout", "all"))</option>\(items)</select>
      """
  }

  /// One page of records as a table, with the way to the next.
  private func listing(
    _ found: [Record], _ type: RecordType, _ number: Int, of count: Int
  ) throws(Problem) -> HTML {
    let fields = columns(type)
    let columns = ([type.label] + fields.map(\.label)).map { $0[language] }
    let names = try ReferenceNames(self, fields)
    let rows = found.map { record -> HTML in
      let cells = fields.map { HTML(names.words(record[$0.name], $0, language)) }
      let unsent: HTML =
        record.isPending ? #" <span class="marque">\#(say("non envoyé", "unsent"))</span>"# : .none
      return row(anchor(record) + unsent, cells, under: columns)
    }
    if count == 0 { return "<p>\(say("Aucune fiche.", "No records."))</p>" }
    return """
      <p>\(howMany(count))</p>
      \(cards(columns, rows))
      \(pager(number, of: count, isFull: found.count == Self.pageLength))
      """
  }

  private func howMany(_ count: Int) -> String {
    guard count > Limits.counted else {
      return self.count(
        count, Label(fr: "fiche", en: "record"), Label(fr: "fiches", en: "records"))
    }
    return say("plus de 100 000 fiches", "more than 100,000 records")
  }

  /// - Parameter isFull: whether this page is, and another may follow when not all were counted.
  private func pager(_ number: Int, of count: Int, isFull: Bool) -> HTML {
    let isCounted = count <= Limits.counted
    let last = max(1, (count + Self.pageLength - 1) / Self.pageLength)
    guard last > 1 else { return .none }
    func link(_ to: Int, _ text: String) -> HTML {
      let query = request.query.pairs.filter { $0.name != "p" }.map { ($0.name, $0.value) }
      let place = Link.path(request.path, query: query + [("p", "\(to)")])
      return #"<a href="\#(place)">\#(text)</a> "#
    }
    let back: HTML =
      number > 1 ? link(number - 1, say("← Page précédente", "← Previous page")) : .none
    let hasNext = isCounted ? number < last : isFull
    let on: HTML = hasNext ? link(number + 1, say("Page suivante →", "Next page →")) : .none
    let all = isCounted ? " / \(last)" : ""
    return #"<p class="pages">\#(back)\#(say("page", "page")) \#(number)\#(all) \#(on)</p>"#
  }

  /// What a list shows beside the name: short fields, the required ones first.
  private func columns(_ type: RecordType) -> [Field] {
    let short = type.fields.filter { field in
      if ["scope", "sensitivity"].contains(field.name) || type.title.contains(field.name) {
        return false
      }
      switch field.kind {
      case .longtext, .anyReference: return false
      default: return true
      }
    }
    let order = short.filter(\.required) + short.filter { !$0.required }
    return Array(order.prefix(5))
  }

  // MARK: One record

  private func show(_ type: RecordType, _ record: Record) throws(Problem) -> ConsoleAnswer {
    try desk.note(.read, record)
    let names = try ReferenceNames(self, type.fields)
    let rows = type.fields.compactMap { field -> HTML? in
      let value = record[field.name]
      if value.isNull { return nil }
      let shown =
        field.name == "scope"
        ? HTML(Words.scope(record.scope, language)) : names.html(value, field, language)
      return "<dt>\(field.label[language])</dt><dd>\(shown)</dd>"
    }
    return try answer(
      heading(record),
      """
      \(try ways(type, record))<dl class="fiche">\(rows)\(try derivedRows(type, record))</dl>
      """, current: "fiches")
  }

  /// What nobody writes, and what follows from what stands.
  private func derivedRows(_ type: RecordType, _ record: Record) throws(Problem) -> [HTML] {
    var rows: [HTML] = []
    for field in type.derived {
      if let value = try desk.derived(field, of: record) {
        rows.append("<dt>\(field.label[language])</dt><dd>\(field.words(value, language))</dd>")
      }
    }
    return rows
  }

  private func ways(_ type: RecordType, _ record: Record) throws(Problem) -> HTML {
    let id = record.id.description
    var links: [HTML] = []
    let isWritable = record.scope.map(sitter.grant.mayWrite) ?? true
    if sitter.mayWrite(type) && isWritable {
      links.append(
        #"<a href="\#(Link.record(type.name, id, "modifier"))">\#(say("Modifier", "Edit"))</a>"#)
    }
    links.append(
      #"<a href="\#(Link.record(type.name, id, "historique"))">\#(say("Historique", "History"))</a>"#
    )
    if sitter.mayDelete(type) && isWritable {
      links.append(
        #"<a href="\#(Link.record(type.name, id, "supprimer"))">\#(say("Supprimer", "Delete"))</a>"#
      )
    }
    links.append(
      #"<a href="\#(Link("fiches", type.name))">\#(type.label[language]) : \#(say("la liste", "the list"))</a>"#
    )
    let unsent: HTML =
      record.isPending
      ? #"<p class="marque">\#(say("Pas encore envoyé à Bamako.", "Not sent to Bamako yet."))</p>"#
      : .none
    return #"\#(unsent)<p class="suite">\#(links.joined(by: " · "))</p>"#
  }
}
