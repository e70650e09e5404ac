import ArgumentParser
import Shared
import Spreadsheet
import SyncServer
import Terminal
import Work

struct Load: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Reprendre un dossier de fichiers CSV, un par type.",
      en: "Take over a folder of CSV files, one for each type."))

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: .init(
      fr: "Dossier des fichiers TYPE.csv.", en: "Folder of the TYPE.csv files.",
      valueName: Label(fr: "dossier", en: "dir")))
  var source: String
  @Flag(
    help: .init(
      fr: "Remplacer aussi ce que les bases ont écrit depuis.",
      en: "Replace also what the bases wrote since."))
  var overwrite = false

  func perform() throws {
    let hub = try openHub()
    var files = try LoadFolder(source, schema: hub.store.schema)
    let outcome = try read(&files, hub)
    let report = try hub.load(
      outcome.records.map { LoadRow(type: $0.type, id: $0.id, values: $0.values) },
      overwrite: overwrite, language: global.language)
    try hub.note(
      AuditEntry(
        .load, by: Machine.clerk, detail: "\(report.created) + \(report.updated)"))
    tellStrangers(files)
    let rejected = try tellRejected(files, outcome, report)
    try tell(report, repeated: outcome.repeated, rejected: rejected)
    guard rejected == 0 else { throw ExitCode(Problem.Code.rows_rejected.exitCode) }
  }

  private func read(_ files: inout LoadFolder, _ hub: Hub) throws -> LoadBatch.Outcome {
    let known = try hub.knownRecords()
    let today = CivilDay.iso(milliseconds: Machine.now())
    var batch = LoadBatch(schema: hub.store.schema, today: today) { type, text in
      let id = LoadBatch.id(type: type, name: text)
      return known.holds(type, id) ? id : known.id(type, code: text)
    }
    files.add(to: &batch)
    return batch.resolve()
  }

  private func tellStrangers(_ files: LoadFolder) {
    for name in files.strangers {
      printer.say(
        fr: "\(name) n'est le nom d'aucun type : fichier laissé de côté.",
        en: "\(name) is the name of no type: the file was left alone.")
    }
  }

  /// Says what was not taken, and returns how many files and rows that are.
  private func tellRejected(
    _ files: LoadFolder, _ outcome: LoadBatch.Outcome, _ report: LoadReport
  ) throws -> Int {
    for (file, problem) in files.problems {
      say(file, problem.sentence(global.language))
    }
    for rejection in outcome.rejections {
      for problem in rejection.problems {
        say(rejection.type, rejection.row.line, problem.sentence(global.language))
      }
    }
    for refusal in report.refusals {
      let record = outcome.records[refusal.row]
      say(record.type, record.line, refusal.sentence)
    }
    return files.problems.count + outcome.rejections.count
      + Set(report.refusals.map(\.row)).count
  }

  private func say(_ type: String, _ line: Int, _ sentence: String) {
    say("\(LoadFolder.file(type)), l. \(line)", sentence)
  }

  private func say(_ place: String, _ sentence: String) {
    printer.say(fr: "\(place) : \(sentence)", en: "\(place): \(sentence)")
  }

  private func tell(_ report: LoadReport, repeated: Int, rejected: Int) throws {
    let (created, updated) = (report.created, report.updated)
    let unchanged = report.unchanged + repeated
    try printer.out(
      fr: "\(created) nouveaux, \(updated) modifiés, \(unchanged) inchangés.",
      en: "\(created) new, \(updated) changed, \(unchanged) unchanged.")
    if report.kept > 0 {
      printer.say(
        fr: "Champs gardés tels que les bases les ont écrits : \(report.kept) (sinon --overwrite).",
        en: "Fields kept as the bases wrote them: \(report.kept) (else --overwrite).")
    }
    if report.deleted > 0 {
      printer.say(
        fr: "Supprimés depuis, et laissés ainsi : \(report.deleted).",
        en: "Deleted since, and left so: \(report.deleted).")
    }
    if rejected > 0 {
      printer.say(
        fr: "Refusés : \(rejected). Corrigez et relancez : rien n'est repris deux fois.",
        en: "Refused: \(rejected). Correct and run again: nothing is taken twice.")
    }
  }
}
