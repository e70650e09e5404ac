import ArgumentParser
import FieldClient
import Shared
import Terminal
import Work

struct ExportDHIS2Command: Command {
  static let configuration = CommandConfiguration(
    commandName: "dhis2",
    abstract: spoken(
      fr: "Les valeurs ASACO d'une période, pour DHIS2.",
      en: "The ASACO values of a period, for DHIS2."))

  @Option(
    help: .init(
      fr: "Mois 202605 ou trimestre 2026Q2.", en: "Month 202605 or quarter 2026Q2.",
      valueName: Label(fr: "période", en: "period")))
  var period: String

  @Flag(help: .init(fr: "CSV au lieu de JSON.", en: "CSV in place of JSON.")) var csv = false

  @Option(
    help: .init(
      fr: "Fichier à écrire (sinon la sortie standard).",
      en: "File to write (else standard output).", valueName: Label(fr: "fichier", en: "file")))
  var out: String?

  @Option(
    help: .init(
      fr: "Fichier de ce qui reste de côté.", en: "File of what is left behind.",
      valueName: Label(fr: "fichier", en: "file")))
  var rejects: String?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard ReportPeriod(period) != nil else {
      throw ValidationError(
        spoken(fr: "--period : 202605 ou 2026Q2.", en: "--period: 202605 or 2026Q2."))
    }
  }

  func perform() throws {
    let client = try client()
    let export = DHIS2Export(
      period: period,
      values: try client.records(of: "asaco_value", where: [("period", .text(period))]),
      indicators: try client.records(of: "indicator"), asacos: try client.records(of: "asaco"))
    try write(csv ? export.csv : export.json, to: out)
    if let rejects { try write(export.rejectsCSV, to: rejects) }
    printer.say(
      fr: "Valeurs pour DHIS2 : \(export.rows.count). Laissées de côté : \(export.rejects.count).",
      en: "Values for DHIS2: \(export.rows.count). Left behind: \(export.rejects.count).")
  }

  private func write(_ text: String, to file: String?) throws {
    guard let file else { return try printer.out(verbatim: text) }
    try NewFile.make(file) { new in try new.write(text) }
  }
}
