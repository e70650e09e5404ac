import ArgumentParser
import FieldClient
import Shared
import Terminal

struct ConflictsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "conflicts",
    abstract: spoken(
      fr: "Les conflits où une écriture d'ici a gagné ou perdu.",
      en: "Conflicts in which a write of this device won or lost."),
    aliases: ["conflits"])

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    let schema = client.schema
    let conflicts = try client.conflicts()
    if json {
      for conflict in conflicts {
        try printer.out(
          JSONValue(conflict, of: schema[type: conflict.type]?[field: conflict.field]))
      }
      return
    }
    guard !conflicts.isEmpty else { return printer.say(fr: "Aucun conflit.", en: "No conflict.") }
    try printer.out(TextTable(conflicts, schema: schema, global.language))
  }
}
