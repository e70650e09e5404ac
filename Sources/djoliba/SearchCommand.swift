import ArgumentParser
import FieldClient
import Shared
import Terminal

struct SearchCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: spoken(
      fr: "Chercher des mots dans toutes les fiches, sans accents ni majuscules.",
      en: "Look for words in all records, whatever their accents and case."),
    aliases: ["chercher"])

  @Argument(
    help: .init(
      fr: "Mots ou débuts de mots ; tous doivent s'y trouver.",
      en: "Words or beginnings of words; all of them must be there.",
      valueName: Label(fr: "texte", en: "text")))
  var words: [String]

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if !words.contains(where: { $0.contains { $0.isLetter || $0.isNumber } }) {
      throw ValidationError(
        spoken(fr: "Donnez un mot à chercher.", en: "Give a word to look for."))
    }
  }

  func perform() throws {
    let client = try client()
    let found = try client.search(words.joined(separator: " "), limit: Self.limit)
    if json {
      for record in found {
        try printer.out(JSONValue(record, of: client.schema[type: record.type]))
      }
      return
    }
    guard !found.isEmpty else { return printer.say(fr: "Rien trouvé.", en: "Nothing found.") }
    let ids = try client.shortIDs(of: found)
    try printer.out(TextTable(found, schema: client.schema, ids: ids, global.language))
    if found.count == Self.limit {
      printer.say(
        fr: "Les \(Self.limit) premières ; précisez la recherche.",
        en: "The first \(Self.limit); add a word to find fewer.")
    }
  }

  /// Records. Nobody reads more of them on a screen.
  private static let limit = 100
}
