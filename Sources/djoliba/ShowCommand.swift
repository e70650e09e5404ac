import ArgumentParser
import FieldClient
import Shared
import Terminal

struct ShowCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: spoken(fr: "Une fiche, champ par champ.", en: "One record, field by field."),
    aliases: ["voir"])

  @Argument(help: .recordType) var type: String
  @Argument(help: .recordID) var id: String
  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    let type = try client.type(type)
    let record = try client.record(type.name, id)
    if json { return try printer.out(JSONValue(record, of: type)) }
    try printer.out(
      RecordSheet(record: record, type: type, client: client, language: global.language))
  }
}
