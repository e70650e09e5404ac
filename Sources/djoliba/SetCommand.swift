import ArgumentParser
import FieldClient
import Shared
import Terminal

struct SetCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: spoken(fr: "Modifier des champs d'une fiche.", en: "Change fields of a record."),
    aliases: ["modifier"])

  @Argument(help: .recordType) var type: String
  @Argument(help: .recordID) var id: String
  @Argument(help: Assignments.help) var values: [String]
  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func validate() throws { _ = try Assignments(values) }

  func perform() throws {
    let client = try client()
    let type = try client.type(type)
    let record = try client.record(type.name, id)
    let values = try Assignments(values).values(of: type, in: client, record: record.values)
    try client.write { writer in try writer.set(type.name, record.id, values) }
    let written = try client.record(type.name, record.id.description)
    try printer.afterSaving { () throws(Problem) in try tell(written, was: record, of: type) }
  }

  private func tell(_ record: Record, was before: Record, of type: RecordType) throws(Problem) {
    if json { return try printer.out(JSONValue(record, of: type)) }
    let title = type.title(record.values, global.language)
    if record.values == before.values {
      printer.say(fr: "Rien n'a changé : \(title)", en: "Nothing changed: \(title)")
    } else {
      printer.say(fr: "Enregistré ici : \(title)", en: "Saved here: \(title)")
    }
  }
}
