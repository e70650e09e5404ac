import ArgumentParser
import Shared
import SyncServer
import Terminal
import Work

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(fr: "Écrire pour d'autres systèmes.", en: "Write for other systems."),
    subcommands: [ExportDHIS2.self])
}

struct ExportDHIS2: Command {
  static let configuration = CommandConfiguration(
    commandName: "dhis2",
    abstract: spoken(
      fr: "Les valeurs ASACO d'une période, pour DHIS2.",
      en: "The ASACO values of a period, for DHIS2."),
    discussion: spoken(
      fr: """
        Contre-vérifié, sinon vérifié, sinon déclaré ; sans les valeurs rejetées ni les estimations. \
        Ce qui n'a pas de code DHIS2 est listé à part, jamais oublié.
        """,
      en: """
        Counter-verified, else verified, else declared; without rejected values and estimates. What \
        has no DHIS2 code is listed apart, never forgotten.
        """))

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
    let desk = HubDesk.ofTheHub(try openHub(), now: Machine.now(), global.language)
    func all(_ type: String) throws(Problem) -> [Record] {
      try desk.records(of: type, where: [], limit: .max)
    }
    let export = DHIS2Export(
      period: period,
      values: try desk.records(
        of: "asaco_value", where: [("period", .text(period))], limit: .max),
      indicators: try all("indicator"), asacos: try all("asaco"))
    let text = csv ? export.csv : export.json
    if let out { try folder.write(text, to: out) } else { try printer.out(verbatim: text) }
    if let rejects { try folder.write(export.rejectsCSV, to: rejects) }
    printer.say(
      fr: "Valeurs pour DHIS2 : \(export.rows.count). Laissées de côté : \(export.rejects.count).",
      en: "Values for DHIS2: \(export.rows.count). Left behind: \(export.rejects.count).")
  }
}
