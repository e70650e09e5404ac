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
    try tellHandedOver(try client.record(type.name, id.description), client)
  }

  private func tellHandedOver(_ record: Record, _ client: FieldClient) throws(Problem) {
    guard let scope = record.scope, try client.status().holds(scope) == false else { return }
    if scope == .bamako {
      printer.say(
        fr: "Cette fiche est pour Bamako seul : elle quittera cet ordinateur à la synchronisation.",
        en: "This record is for Bamako alone: it leaves this computer with the next sync.")
    } else {
      printer.say(
        fr: "La portée \(scope) n'est pas ouverte à cet appareil : Bamako refusera cette fiche.",
        en: "The scope \(scope) is not granted to this device: Bamako will refuse this record.")
    }
  }
}

extension Printer {
  /// The id of a record that was written.
  func out(id: RecordID) throws(Problem) {
    if json { return try out(["id": .text(id.description)]) }
    try out(id.description)
  }
}
