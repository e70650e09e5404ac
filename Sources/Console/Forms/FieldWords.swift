import Shared
import Work

/// What is wrong with a value, said about its field and in plain words.
enum FieldWords {
  static func explain(_ problem: Problem, _ field: Field?, _ language: Language) -> String {
    guard let field else { return problem.sentence(language) }
    switch problem.code {
    case .missing_field: return Label(fr: "À remplir.", en: "Fill this in.")[language]
    case .wrong_type, .invalid_value: return invalid(field, language)[language]
    case .not_found:
      return Label(
        fr: "Aucune fiche ne porte ce nom : choisissez-la dans la liste, ou donnez un autre mot.",
        en: "No record has this name: choose it from the list, or give another word.")[language]
    case .ambiguous_id:
      return Label(
        fr: "Plusieurs fiches portent ce nom : ajoutez un mot.",
        en: "Several records have this name: add a word.")[language]
    case .scope_widened:
      return Label(
        fr: "Seul Bamako peut ouvrir cette fiche à plus de monde.",
        en: "Only Bamako may open this record to more people.")[language]
    default: return Problem(problem.code).sentence(language)
    }
  }

  private static func invalid(_ field: Field, _ language: Language) -> Label {
    switch field.kind {
    case .date:
      return field.notFuture
        ? Label(
          fr: "Écrivez une date passée ou d'aujourd'hui, jj/mm/aaaa.",
          en: "Write a date up to today, dd/mm/yyyy.")
        : Label(
          fr: "Écrivez une date qui existe, jj/mm/aaaa.",
          en: "Write a date that exists, dd/mm/yyyy.")
    case .datetime: return Label(fr: "Écrivez jj/mm/aaaa hh:mm.", en: "Write dd/mm/yyyy hh:mm.")
    case .int: return number(field, fr: "Écrivez un nombre entier", en: "Write a whole number")
    case .real: return number(field, fr: "Écrivez un nombre", en: "Write a number")
    case .bool: return Label(fr: "Choisissez oui ou non.", en: "Choose yes or no.")
    case .phone:
      return Label(
        fr:
          "Écrivez le numéro avec son indicatif, par exemple +223\u{A0}70\u{A0}00\u{A0}00\u{A0}00.",
        en: "Write the number with its country code, such as +223\u{A0}70\u{A0}00\u{A0}00\u{A0}00.")
    case .choice, .choices:
      return Label(fr: "Choisissez dans la liste.", en: "Choose from the list.")
    case .text, .longtext: return text(field)
    case .reference, .anyReference:
      return Label(fr: "Choisissez une fiche qui existe.", en: "Choose a record that exists.")
    }
  }

  private static func number(_ field: Field, fr: String, en: String) -> Label {
    switch (field.minimum, field.maximum) {
    case (let low?, let high?):
      Label(
        fr: "\(fr) de \(plain(low)) à \(plain(high)).",
        en: "\(en) from \(plain(low)) to \(plain(high)).")
    case (let low?, nil):
      Label(fr: "\(fr), au moins \(plain(low)).", en: "\(en), \(plain(low)) or more.")
    case (nil, let high?):
      Label(fr: "\(fr), au plus \(plain(high)).", en: "\(en), \(plain(high)) or less.")
    case (nil, nil): Label(fr: "\(fr).", en: "\(en).")
    }
  }

  private static func text(_ field: Field) -> Label {
    if field.pattern != nil {
      return Label(
        fr: "La forme n'est pas la bonne. \(example(field, .fr))",
        en: "The form is not right. \(example(field, .en))")
    }
    let limit = field.maximumLength ?? 0
    return Label(
      fr: "Trop long : \(limit) caractères au plus.", en: "Too long: \(limit) characters at most.")
  }

  static func plain(_ number: Double) -> String {
    Int64(exactly: number).map { Words.grouped($0) } ?? "\(number)"
  }

  /// A value of the form that a pattern asks for, by trying what people write here.
  static func example(_ field: Field, _ language: Language) -> String {
    let fine = samples.first { field.check(.text($0), today: "9999-12-31") == nil }
    return fine.map { Label(fr: "Par exemple \($0).", en: "Such as \($0).")[language] } ?? ""
  }

  private static let samples = [
    "1.0", "GAO", "AS-BDG-01", "FR-1.1", "FIN01", "2026Q2", "202605", "2026-W28", "2026-07",
    "14:30",
    "ML0703", "GAO-2026-012", "base:GAO", "mission",
  ]
}
