import ArgumentParser
import Shared
import SyncServer
import Terminal

struct History: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Toutes les valeurs admises d'une fiche.", en: "Every admitted value of a record."))

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: .init(
      fr: "Type, par exemple incident.", en: "Type, such as incident.",
      valueName: Label(fr: "type", en: "type")))
  var type: String

  @Argument(
    help: .init(
      fr: "Identifiant, ou son début.", en: "Id, or its beginning.",
      valueName: Label(fr: "id", en: "id")))
  var id: String

  @Flag(help: .json) var json = false

  func perform() throws {
    let hub = try openHub()
    let type = hub.store.schema[type: type]
    let entries = try hub.history(self.type, id.lowercased())
    if json {
      for entry in entries { try printer.out(JSONValue(entry, of: type?[field: entry.field])) }
    } else {
      try printer.out(TextTable(entries, of: type, global.language))
    }
  }
}
