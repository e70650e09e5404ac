import Shared
import Work

/// What references are called on a page. One that leads to a record which is not here says so, and
/// is no error: the base that wrote it may see it.
struct ReferenceNames {
  private let page: Page
  private var names: [String: [String: Record]] = [:]

  /// - Parameter fields: those that will be shown.
  init(_ page: Page, _ fields: [Field]) throws(Problem) {
    self.page = page
    for field in fields {
      guard case .reference(let type, let key) = field.kind, names[type] == nil,
        key == "id" || type == "base"
      else { continue }
      var known: [String: Record] = [:]
      for record in try page.desk.records(of: type, where: [], limit: Self.most) {
        known[record.id.description] = record
        if let code = record.text("code") { known[code] = record }
      }
      names[type] = known
    }
  }

  /// Records. Beyond it a name is looked up one by one.
  private static let most = 500

  private func find(_ text: String, _ type: String) -> Record? {
    if let known = names[type]?[text] { return known }
    guard let id = RecordID(text) else {
      return (try? page.desk.records(of: type, where: [("code", .text(text))], limit: 1))?.first
    }
    return try? page.desk.record(type, id)
  }

  func words(_ value: Value, _ field: Field, _ language: Language) -> String {
    guard case .reference(let type, _) = field.kind, let text = value.text else {
      return field.words(value, language)
    }
    guard let record = find(text, type) else { return hidden(text) }
    return page.heading(record)
  }

  /// The same with the way there, and long texts in their lines.
  func html(_ value: Value, _ field: Field, _ language: Language) -> HTML {
    switch (field.kind, value) {
    case (.reference(let type, _), .text(let text)):
      return find(text, type).map(page.anchor) ?? HTML(hidden(text))
    case (.longtext, .text(let text)): return #"<div class="texte">\#(text)</div>"#
    case (.phone, .text(let text)): return #"<span class="tel">\#(text)</span>"#
    default: return HTML(field.words(value, language))
    }
  }

  private func hidden(_ text: String) -> String {
    RecordID(text) == nil
      ? text : page.say("élément non visible d'ici", "not visible from here")
  }
}
