import Shared
import Work

/// One page in the making: who asks, in which language, over which desk.
struct Page: Sendable {
  let request: ConsoleRequest
  let visit: Visit
  let board: SyncBoard?

  var desk: any Desk { visit.desk }
  var schema: Schema { desk.schema }
  var sitter: Sitter { desk.sitter }
  var language: Language { request.language }
  var form: FormWords { request.form }
  /// Whether it is served on a laptop.
  var isField: Bool { board != nil }

  func say(_ fr: String, _ en: String) -> String { language == .fr ? fr : en }

  func say(_ label: Label) -> String { label[language] }

  func type(_ name: String) throws(Problem) -> RecordType {
    guard let type = schema[type: name] else { throw Problem(.not_found, at: name) }
    return type
  }

  /// The record that an address names; any other text names none.
  func record(_ type: RecordType, _ id: String) throws(Problem) -> Record {
    guard let id = RecordID(id) else { throw Problem(.not_found, at: type.name) }
    return try desk.record(type.name, id)
  }

  func records(
    _ type: String, _ conditions: [(field: String, value: Value)] = []
  ) throws(Problem) -> [Record] {
    guard schema[type: type] != nil else { return [] }
    return try desk.records(of: type, where: conditions, limit: .max)
  }

  /// The field that every form carries.
  var token: HTML { #"<input type="hidden" name="_jeton" value="\#(visit.formToken)">"# }

  /// Where a form of this page is sent: an address that is not the page's own, or a browser would put
  /// the answer, or the news of a cut line, in the page's place, and going back would not find it.
  func sending(to link: Link) -> Link {
    let times = min(Int(request.query["envoi"] ?? "") ?? 0, 1_000) + 1
    return link.asking("envoi", "\(times)")
  }

  /// A form of one button.
  func button(
    _ label: String, to link: Link, style: String = "", with words: [(String, String)] = []
  )
    -> HTML
  {
    let hidden = words.map { name, value -> HTML in
      #"<input type="hidden" name="\#(name)" value="\#(value)">"#
    }
    return """
      <form method="post" action="\(link)" class="bouton">\(token)\(hidden)\
      <button class="\(style)">\(label)</button></form>
      """
  }

  func words(_ record: Record, _ field: String) -> String {
    schema[type: record.type]?[field: field]?.words(record[field], language) ?? ""
  }

  /// What a record is called. Where an id is part of its name, the code that people know stands for it.
  func heading(_ record: Record) -> String {
    guard let type = schema[type: record.type] else { return record.type }
    var values = record.values
    for name in type.title {
      guard case .reference(let other, _) = type[field: name]?.kind,
        let id = record.text(name).flatMap({ RecordID($0) }),
        let code = try? desk.record(other, id).text("code")
      else { continue }
      values[name] = .text(code)
    }
    return type.heading(values, language)
  }

  /// The name of the base that a record belongs to; its code where the base is not to be seen.
  func baseName(_ record: Record) -> String {
    let base = (try? records("base", [("code", record["base_code"])]))?.first
    return base.map { words($0, "name") } ?? record.text("base_code") ?? ""
  }

  /// A table that is moved sideways where it is too wide, with the keyboard too. The names of columns
  /// of numbers stand above their digits.
  func table(
    _ columns: [String], _ rows: [HTML], numbers: Set<String> = [], style: String = ""
  ) -> HTML {
    let heads = columns.map { column -> HTML in
      let style: HTML = numbers.contains(column) ? #" class="nombre""# : .none
      return #"<th scope="col"\#(style)>\#(column)</th>"#
    }
    let name: HTML = style.isEmpty ? .none : #" class="\#(style)""#
    return """
      <div class="defile" tabindex="0" role="group" aria-label="\(say("Tableau", "Table"))"><table\(name)><thead><tr>\
      \(heads)</tr></thead><tbody>\(rows)</tbody></table></div>
      """
  }

  /// A row of a table that stands as a card where the screen is too narrow for columns: each value
  /// then has its column's name beside it.
  func row(
    _ name: HTML, _ cells: [HTML], under columns: [String], numbers: Set<String> = []
  ) -> HTML {
    let all = zip(columns.dropFirst(), cells).map { column, cell -> HTML in
      let style: HTML = numbers.contains(column) ? #" class="nombre""# : .none
      return #"<td data-l="\#(column)"\#(style)>\#(cell)</td>"#
    }
    return #"<tr><th scope="row">\#(name)</th>\#(all)</tr>"#
  }

  /// Such a table.
  func cards(_ columns: [String], _ rows: [HTML], numbers: Set<String> = []) -> HTML {
    table(columns, rows, numbers: numbers, style: "empile")
  }

  /// A count and what is counted.
  func count(_ number: Int, _ one: Label, _ more: Label) -> String {
    "\(number) " + say(number < 2 ? one : more)
  }

  func link(to record: Record) -> Link {
    switch record.type {
    case "security_pack": Link("packs", record.id.description)
    case "session": Link("seances", record.id.description)
    default: .record(record.type, record.id.description)
    }
  }

  func anchor(_ record: Record) -> HTML {
    #"<a href="\#(link(to: record))">\#(heading(record))</a>"#
  }
}

extension Page {
  /// The answer after a form was taken, with a sentence at the head of the next page.
  func done(_ link: Link, _ sentence: String) -> ConsoleAnswer {
    var answer = ConsoleAnswer.see(link)
    answer.cookies.append((name: "dit", value: FlashWords.encoded(sentence)))
    return answer
  }
}

/// A sentence on its way to the next page, as a cookie can hold it.
enum FlashWords {
  static func encoded(_ text: String) -> String {
    Link(text).text.dropFirst().description
  }

  static func decoded(_ text: String?) -> String {
    text.map { FormWords.decoded($0) } ?? ""
  }
}
