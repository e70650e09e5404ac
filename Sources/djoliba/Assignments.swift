import ArgumentParser
import FieldClient
import Shared
import Terminal

/// What a person wrote as `FIELD=VALUE…`, each field once.
struct Assignments {
  private let texts: [(field: String, text: String)]

  static let help = ArgumentHelp(
    fr: """
      Valeurs : une date en aaaa-mm-jj ou jj/mm/aaaa, plusieurs choix joints par +, un renvoi par \
      le début de l'identifiant ou par le code ; vide, le champ est vidé. CHAMP=@fichier lit un \
      fichier texte ; une valeur qui commence par @ s'écrit avec @@.
      """,
    en: """
      Values: a date as yyyy-mm-dd or dd/mm/yyyy, several choices joined by +, a reference by the \
      beginning of the id or by the code; empty empties the field. FIELD=@file reads a text \
      file; a value that begins with @ is written with @@.
      """, valueName: Label(fr: "champ=valeur", en: "field=value"))

  /// Throws `ValidationError`: a field without `=`, or there twice.
  init(_ arguments: [String]) throws {
    var texts: [(field: String, text: String)] = []
    for argument in arguments {
      let condition = try Condition(argument)
      if texts.contains(where: { $0.field == condition.field }) {
        throw ValidationError(
          spoken(
            fr: "Le champ \(condition.field) est donné deux fois.",
            en: "The field \(condition.field) is given twice."))
      }
      texts.append((condition.field, condition.text))
    }
    self.texts = texts
  }

  /// The values in their stored form; an empty text is `.null`.
  ///
  /// - Parameter record: what the record already holds.
  /// - Throws: `.unknown_field`, `.wrong_type`, `.invalid_value`, `.file_missing`, and
  ///   `.not_found` or `.ambiguous_id` for a reference; the place is the field's name or the file.
  func values(
    of type: RecordType, in client: FieldClient, record: [String: Value] = [:]
  ) throws(Problem) -> [String: Value] {
    var values: [String: Value] = [:]
    for (name, text) in texts {
      guard let field = type[field: name] else { throw Problem(.unknown_field, at: name) }
      values[name] = try field.parse(try Self.content(text, of: name))
    }
    return try values.namingRecords(of: type, in: client, record: record)
  }

  private static func content(_ text: String, of field: String) throws(Problem) -> String {
    guard text.hasPrefix("@") else { return text }
    let rest = String(text.dropFirst())
    if rest.hasPrefix("@") { return rest }
    let bytes = try read(file: rest)
    guard !bytes.contains(0), let content = String(validating: bytes, as: UTF8.self) else {
      throw Problem(.wrong_type, at: "\(field), \(rest)", cause: "no UTF-8 text")
    }
    return content
  }
}

/// `FIELD=VALUE`, split at the first `=`.
struct Condition {
  let field: String
  let text: String

  init(_ argument: String) throws {
    guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else {
      throw ValidationError(
        spoken(
          fr: "« \(argument) » n'est pas de la forme CHAMP=VALEUR.",
          en: "\"\(argument)\" is not of the form FIELD=VALUE."))
    }
    field = String(argument[..<sign])
    text = String(argument[argument.index(after: sign)...])
  }
}
