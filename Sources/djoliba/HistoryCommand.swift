import ArgumentParser
import FieldClient
import Shared
import Terminal

struct HistoryCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: spoken(
      fr: "Les valeurs qu'une fiche a eues, telles que vues d'ici.",
      en: "The values that a record had, as seen from here."),
    aliases: ["historique"])

  @Argument(help: .recordType) var type: String
  @Argument(help: .recordID) var id: String
  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    let type = try client.type(type)
    let entries = try client.history(type.name, id)
    if json {
      for entry in entries { try printer.out(JSONValue(entry, of: type[field: entry.field])) }
      return
    }
    guard !entries.isEmpty else {
      return printer.say(
        fr: "Bamako n'a encore rien reçu de cette fiche.",
        en: "Bamako has received nothing of this record yet.")
    }
    try printer.out(TextTable(entries, of: type, global.language))
  }
}
