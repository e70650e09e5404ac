import ArgumentParser
import FieldClient
import Foundation
import Shared
import Spreadsheet
import Terminal

struct ImportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: spoken(
      fr: "Reprendre un tableau CSV ; les lignes fausses vont dans un fichier de rejets.",
      en: "Take over a CSV table; rows that are wrong go to a rejects file."),
    discussion: spoken(
      fr: """
        Séparateur ; ou , ou tabulation, UTF-8 ou Windows-1252, dates aaaa-mm-jj ou jj/mm/aaaa. \
        Les colonnes portent le nom ou le libellé des champs. Une ligne dont la fiche existe la \
        modifie ; une cellule vide vide le champ. Le fichier de rejets, corrigé, s'importe tel quel.
        """,
      en: """
        Separated by ; or , or tab, UTF-8 or Windows-1252, dates yyyy-mm-dd or dd/mm/yyyy. \
        Columns have the fields' names or French labels. A row whose record exists changes it; an \
        empty cell empties the field. The rejects file, once corrected, can be imported as it is.
        """),
    aliases: ["importer"])

  @Argument(help: .recordType) var type: String
  @Argument(help: .init(fr: "Fichier CSV.", en: "CSV file.")) var file: String

  @Option(
    help: .init(
      fr: "Où écrire les lignes rejetées (sinon FICHIER.rejets.csv à côté, ou -2, -3…).",
      en: "Where to write rejected rows (else FILE.rejets.csv beside it, or -2, -3…).",
      valueName: Label(fr: "fichier", en: "file")))
  var rejects: String?

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let rejects,
      URL(filePath: rejects).standardizedFileURL == URL(filePath: file).standardizedFileURL
    {
      throw ValidationError(
        spoken(
          fr: "--rejects : un autre fichier que celui qui est importé.",
          en: "--rejects: another file than the one imported."))
    }
  }

  func perform() throws {
    let rejectsFile = try freeRejectsFile()
    let client = try client()
    let type = try client.type(type)
    let table = try Table.parse(try Spreadsheet.decode(bytes: try read(file: file)))
    let rows = try SpreadsheetImport(
      table: table, type: type, client: client, today: LocalDay.iso(Date()))
    let done = try rows.run()
    try printer.afterSaving { () throws(Problem) in try tell(done.counts, rejectsFile) }
    guard done.counts.rejected > 0 else { return }
    try NewFile.make(rejectsFile) { file in try file.write(rows.rejects(done, global.language)) }
    throw Problem(.rows_rejected, at: rejectsFile)
  }

  /// The file asked for, or the first of its kind that is not there: an earlier one may be half
  /// corrected. Throws `.file_exists`.
  private func freeRejectsFile() throws(Problem) -> String {
    if let rejects {
      guard !NewFile.exists(rejects) else { throw Problem(.file_exists, at: rejects) }
      return rejects
    }
    let stem = URL(filePath: file).deletingPathExtension().path + ".rejets"
    var (name, number) = (stem + ".csv", 1)
    while NewFile.exists(name) {
      number += 1
      name = "\(stem)-\(number).csv"
    }
    return name
  }

  private func tell(
    _ counts: SpreadsheetImport.Counts, _ rejectsFile: String
  ) throws(Problem) {
    if json {
      return try printer.out([
        "imported": .int(Int64(counts.imported)), "changed": .int(Int64(counts.changed)),
        "unchanged": .int(Int64(counts.unchanged)), "rejected": .int(Int64(counts.rejected)),
        "rejects_file": counts.rejected > 0 ? .text(rejectsFile) : .null,
      ])
    }
    printer.say(
      fr: "Nouvelles : \(counts.imported), modifiées : \(counts.changed), inchangées : "
        + "\(counts.unchanged), rejetées : \(counts.rejected).",
      en: "New: \(counts.imported), changed: \(counts.changed), unchanged: "
        + "\(counts.unchanged), rejected: \(counts.rejected).")
  }
}
