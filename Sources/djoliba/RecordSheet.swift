import FieldClient
import Shared
import Terminal

/// One record as people read it: a line for each field that holds something.
struct RecordSheet {
  struct Line {
    let label: String
    let text: String

    /// Whether the text stands below its label, in its own lines.
    var isLong: Bool { text.count > 80 || text.contains(where: \.isNewline) }
  }

  let record: Record
  let type: RecordType
  let client: FieldClient
  let language: Language

  func lines() throws(Problem) -> [Line] {
    var lines = [Line(label: "id", text: record.id.description)]
    for field in type.fields {
      let value = record[field.name]
      guard !value.isNull else { continue }
      lines.append(Line(label: field.label[language], text: try text(value, field)))
    }
    for (field, value) in try client.derived(of: record, type, language) {
      lines.append(Line(label: field.label[language], text: field.spoken(value, language)))
    }
    return lines
  }

  private func text(_ value: Value, _ field: Field) throws(Problem) -> String {
    switch (field.kind, value) {
    case (.reference(let target, by: "id"), .text(let id)): return try name(target, id)
    case (.anyReference(let typeField), .text(let id)):
      guard let target = record[typeField].text, RecordID(id) != nil else { return id }
      return try name(target, id)
    default: return field.spoken(value, language)
    }
  }

  /// What another record is called, if this base may see it.
  private func name(_ target: String, _ id: String) throws(Problem) -> String {
    guard let type = client.schema[type: target] else { return id }
    do {
      let title = type.title(try client.record(target, id).values, language)
      return "\(title) (\(id))"
    } catch  where error.code == .not_found {
      return Label(
        fr: "élément non visible depuis cette base", en: "not visible from this base")[language]
    }
  }
}

extension Printer {
  func out(_ sheet: RecordSheet) throws(Problem) {
    let title = sheet.type.title(sheet.record.values, language)
    let unsent = sheet.record.isPending ? Label(fr: " (non envoyé)", en: " (unsent)")[language] : ""
    let lines = try sheet.lines()
    let short = lines.filter { !$0.isLong }.map { [$0.label, $0.text] }
    try out(TextTable(header: [sheet.type.label[language], title + unsent], rows: short))
    for line in lines where line.isLong {
      let paragraphs = line.text.split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      try out("")
      try out(TextTable(header: [line.label], rows: paragraphs.map { [String($0)] }))
    }
  }
}
