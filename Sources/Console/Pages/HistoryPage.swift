import Shared
import Work

/// Every value that a record had: who wrote it, when, and when it reached Bamako.
extension Page {
  func history(_ type: RecordType, _ record: Record) throws(Problem) -> ConsoleAnswer {
    let entries = try desk.history(type.name, record.id)
    let columns = [
      say("Champ", "Field"), say("Valeur", "Value"), say("Par", "By"), say("Écrit le", "Written"),
      say("Reçu à Bamako le", "Received in Bamako"),
    ]
    let rows = entries.reversed().map { entry -> HTML in
      let field = type[field: entry.field]
      let received = entry.received.map { Words.moment(milliseconds: $0, language) } ?? ""
      return row(
        HTML(field?.label[language] ?? entry.field),
        [
          HTML(value(entry.value, field)), HTML(entry.device),
          HTML(Words.moment(milliseconds: entry.stamp.milliseconds, language)), HTML(received),
        ], under: columns)
    }
    return try answer(
      say("Historique", "History") + " : " + heading(record),
      "<p>\(anchor(record))</p>\(cards(columns, rows))", current: "fiches", isWide: true)
  }

  /// A value of some time, whether or not its field is still known.
  func value(_ value: Value, _ field: Field?) -> String {
    guard !value.isNull else { return say("(vide)", "(empty)") }
    if let field, case .reference = field.kind {
      return (try? ReferenceNames(self, [field]).words(value, field, language)) ?? ""
    }
    return field?.words(value, language) ?? value.text ?? ""
  }
}
