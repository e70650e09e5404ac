import ArgumentParser
import FieldClient
import Shared
import Terminal

struct ListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: spoken(fr: "Les fiches d'un type.", en: "The records of a type."),
    aliases: ["liste"])

  @Argument(help: .recordType) var type: String

  @Option(
    name: .customLong("where"), parsing: .singleValue,
    help: .init(
      fr: "Seulement les fiches dont ce champ a cette valeur ; répétable.",
      en: "Only records whose field has this value; may be repeated.",
      valueName: Label(fr: "champ=valeur", en: "field=value")))
  var conditions: [String] = []

  @Option(
    help: .init(
      fr: "Au plus ce nombre de fiches.", en: "At most this many records.",
      valueName: Label(fr: "nombre", en: "number")))
  var limit: Int?

  @Flag(help: .json) var json = false
  @Flag(
    help: .init(
      fr: "Écrire un tableau CSV, comme export.", en: "Write a CSV table, as export does."))
  var csv = false

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if json && csv {
      throw ValidationError(
        spoken(fr: "--json ou --csv, pas les deux.", en: "--json or --csv, not both."))
    }
    if let limit, limit < 1 {
      throw ValidationError(spoken(fr: "--limit : au moins 1.", en: "--limit: at least 1."))
    }
    _ = try Assignments(conditions)
  }

  func perform() throws {
    let client = try client()
    let type = try client.type(type)
    let wanted = try Assignments(conditions).values(of: type, in: client)
    let records = try client.records(
      of: type.name, where: wanted.map { (field: $0.key, value: $0.value) }, limit: limit ?? .max)
    if json {
      for record in records { try printer.out(JSONValue(record, of: type)) }
    } else if csv {
      try RecordExport(type: type, json: false).write(records) { text in
        try printer.out(verbatim: text)
      }
    } else {
      try show(records, of: type, from: client)
    }
  }

  private func show(
    _ records: [Record], of type: RecordType, from client: FieldClient
  ) throws(Problem) {
    guard !records.isEmpty else {
      return printer.say(fr: "Aucune fiche.", en: "No record.")
    }
    let whole = conditions.isEmpty && limit == nil
    let ids =
      whole ? ShortIDs(records.map(\.id)) : try client.shortIDs(of: records)[type.name]!
    let late = try client.late(records, of: type)
    try printer.out(TextTable(records, of: type, ids: ids, late: late, global.language))
  }
}

extension ArgumentHelp {
  static let recordType = ArgumentHelp(
    fr: "Type des fiches, par exemple incident.", en: "Type of the records, such as incident.",
    valueName: Label(fr: "type", en: "type"))

  static let recordID = ArgumentHelp(
    fr: "Identifiant, ou un début qui n'en désigne qu'un.",
    en: "Id, or a beginning that names only one.", valueName: Label(fr: "id", en: "id"))
}
