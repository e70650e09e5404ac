import ArgumentParser
import FieldClient
import Shared
import Spreadsheet
import Terminal

/// `export TYPE`, and `export dhis2`.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: spoken(
      fr: "Écrire les fiches d'un type, ou les valeurs pour DHIS2.",
      en: "Write the records of a type, or the values for DHIS2."),
    subcommands: [ExportRecordsCommand.self, ExportDHIS2Command.self],
    defaultSubcommand: ExportRecordsCommand.self, aliases: ["exporter"])
}

struct ExportRecordsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "type",
    abstract: spoken(
      fr: "Les fiches d'un type en CSV ou en JSON (export TYPE suffit).",
      en: "The records of a type as CSV or JSON (export TYPE is enough)."),
    discussion: spoken(
      fr: "Les champs qui ne doivent pas sortir n'y sont pas. Le CSV se réimporte tel quel.",
      en: "Fields that must not leave are left out. The CSV can be imported as it is."))

  @Argument(help: .recordType) var type: String
  @Flag(help: .init(fr: "CSV (par défaut).", en: "CSV (the default).")) var csv = false
  @Flag(help: .init(fr: "Une fiche JSON par ligne.", en: "One JSON record a line."))
  var json = false

  @Option(
    help: .init(
      fr: "Fichier à écrire (sinon la sortie standard), lisible par vous seul.",
      en: "File to write (else standard output), readable by you alone.",
      valueName: Label(fr: "fichier", en: "file")))
  var out: String?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if json && csv {
      throw ValidationError(
        spoken(fr: "--json ou --csv, pas les deux.", en: "--json or --csv, not both."))
    }
  }

  func perform() throws {
    let client = try client()
    let type = try client.type(type)
    let records = try client.records(of: type.name)
    let export = RecordExport(type: type, json: json)
    guard let out else {
      return try export.write(records) { text in try printer.out(verbatim: text) }
    }
    try NewFile.make(out) { file in try export.write(records, to: file.write) }
    printer.say(
      fr: "Fiches écrites dans \(out) : \(records.count).",
      en: "Records written to \(out): \(records.count).")
  }
}

/// Records as a file holds them, made piece by piece.
struct RecordExport {
  /// Bytes. Fewer would be many system calls, more only memory.
  private static let piece = 64 << 10

  let type: RecordType
  let json: Bool

  func write(_ records: [Record], to write: (String) throws -> Void) throws {
    let writer = RowWriter(type: type)
    var text = json ? "" : writer.header
    for record in records {
      text += json ? try line(record) : writer.line(id: record.id, values: record.values)
      if text.utf8.count >= Self.piece {
        try write(text)
        text = ""
      }
    }
    if !text.isEmpty { try write(text) }
  }

  private func line(_ record: Record) throws(Problem) -> String {
    let leaving = record.values.filter { type[field: $0.key]?.exported ?? false }
    let record = Record(
      type: record.type, id: record.id, isPending: record.isPending, values: leaving)
    return try JSONValue(record, of: type).line() + "\n"
  }
}
