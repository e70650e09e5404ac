import FieldClient
import Shared
import Terminal

extension Refusal {
  /// `number`, `type`, `record`, `field`, `values`, `code`, `sentence`, `refused`.
  func json(of type: RecordType?, _ language: Language) -> JSONValue {
    let values = values.filter { !$0.value.isNull }.map { name, value in
      (name, JSONValue(value, in: type?[field: name]))
    }
    return [
      "number": .int(number), "type": .text(self.type), "record": .text(record),
      "field": field.map { .text($0) } ?? .null,
      "values": .object(Dictionary(uniqueKeysWithValues: values)),
      "code": .text(code), "sentence": .text(reason(language)),
      "refused": JSONValue(moment: refused),
    ]
  }

  /// Why, in the language asked for now: the hub's sentence is in that of the sync.
  fileprivate func reason(_ language: Language) -> String {
    guard let code = Problem.Code(rawValue: code) else { return sentence }
    let place = sentence.wholeMatch(of: #/.*\(([^()]+)\)/#).map { String($0.1) }
    return Problem(code, at: place ?? (field == "*" ? nil : field)).sentence(language)
  }

  /// What was refused, in words.
  fileprivate func what(_ type: RecordType?, _ language: Language) -> String {
    switch field {
    case nil: Label(fr: "nouvelle fiche", en: "new record")[language]
    case "*": Label(fr: "suppression", en: "deletion")[language]
    case let name?: type?[field: name]?.label[language] ?? name
    }
  }

  /// The one value, or the title of a new record.
  fileprivate func value(_ type: RecordType?, _ language: Language) -> String {
    guard let field else { return type?.title(values, language) ?? "" }
    guard let value = values[field], let described = type?[field: field] else { return "" }
    return described.spoken(value, language)
  }
}

extension TextTable {
  init(_ refusals: [Refusal], schema: Schema, _ language: Language) {
    let header = [
      Label(fr: "n°", en: "no"), Label(fr: "fiche", en: "record"), Label(fr: "quoi", en: "what"),
      Label(fr: "valeur", en: "value"), Label(fr: "raison", en: "reason"),
    ]
    self.init(
      header: header.map { $0[language] },
      rows: refusals.map { refusal in
        let type = schema[type: refusal.type]
        return [
          "\(refusal.number)", refusal.type + " " + refusal.record, refusal.what(type, language),
          refusal.value(type, language), refusal.reason(language),
        ]
      })
  }
}
