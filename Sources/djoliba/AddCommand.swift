import ArgumentParser
import FieldClient
import Shared
import Terminal

struct AddCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: spoken(
      fr: "Ajouter une fiche ; écrit son identifiant.", en: "Add a record; prints its id."),
    aliases: ["ajouter"])

  @Argument(help: .recordType) var type: String
  @Argument(help: Assignments.help) var values: [String]
  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func validate() throws { _ = try Assignments(values) }

  func perform() throws {
    let client = try client()
    let type = try client.type(type)
    let values = try Assignments(values).values(of: type, in: client)
    let id = try client.write { writer in try writer.add(type.name, values) }
    try printer.afterSaving { () throws(Problem) in try printer.out(id: id) }
  }
}

extension Printer {
  /// The id of a record that was written.
  func out(id: RecordID) throws(Problem) {
    if json { return try out(["id": .text(id.description)]) }
    try out(id.description)
  }
}
