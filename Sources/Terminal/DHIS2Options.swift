package import ArgumentParser
package import Shared
import Work

/// The options of `export dhis2`, the same in both programs.
package struct DHIS2Options: ParsableArguments {
  @Option(
    help: .init(
      fr: "Mois 202605 ou trimestre 2026Q2.", en: "Month 202605 or quarter 2026Q2.",
      valueName: Label(fr: "période", en: "period")))
  package var period: String

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

  package init() {}

  package func validate() throws {
    guard ReportPeriod(period) != nil else {
      throw ValidationError(
        spoken(fr: "--period : 202605 ou 2026Q2.", en: "--period: 202605 or 2026Q2."))
    }
  }

  /// Writes the values of the period where they were asked for, and says how many.
  ///
  /// - Parameters:
  ///   - records: what is held of a type: only the chosen period of `asaco_value`, all of
  ///     `indicator` and `asaco`.
  ///   - write: puts a text into a new file.
  package func export(
    _ printer: Printer,
    records: (_ type: String, _ where: [(String, Value)]) throws -> [Record],
    write: (_ text: String, _ file: String) throws -> Void
  ) throws {
    let export = DHIS2Export(
      period: period, values: try records("asaco_value", [("period", .text(period))]),
      indicators: try records("indicator", []), asacos: try records("asaco", []))
    let text = csv ? export.csv : export.json
    if let out { try write(text, out) } else { try printer.out(verbatim: text) }
    if let rejects { try write(export.rejectsCSV, rejects) }
    printer.say(
      fr: "Valeurs pour DHIS2 : \(export.rows.count). Laissées de côté : \(export.rejects.count).",
      en: "Values for DHIS2: \(export.rows.count). Left behind: \(export.rejects.count).")
  }
}
