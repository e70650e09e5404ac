import ArgumentParser
import FieldClient
import Shared
import Terminal

struct DeleteCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: spoken(fr: "Supprimer une fiche.", en: "Delete a record."),
    discussion: spoken(
      fr: "La suppression part avec la prochaine synchronisation ; Bamako en garde l'historique.",
      en: "The deletion goes with the next sync; Bamako keeps the history."),
    aliases: ["supprimer"])

  @Argument(help: .recordType) var type: String
  @Argument(help: .recordID) var id: String
  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    let type = try client.type(type)
    let record = try client.record(type.name, id)
    try client.write { writer in try writer.delete(type.name, record.id.description) }
    if json {
      return try printer.afterSaving { () throws(Problem) in try printer.out(id: record.id) }
    }
    let title = type.title(record.values, global.language)
    printer.say(fr: "Supprimé ici : \(title)", en: "Deleted here: \(title)")
  }
}
