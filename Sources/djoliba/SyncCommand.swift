import ArgumentParser
import FieldClient
import Shared
import Terminal

struct SyncCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: spoken(
      fr: "Forcer la synchronisation avec Bamako maintenant.", en: "Force a sync with Bamako now."),
    discussion: spoken(
      fr: """
        Se termine par 0 quand tout est passé, 65 si Bamako a refusé des modifications, 69 si \
        Bamako n'est pas joignable, 75 s'il reste à faire. Rien n'est jamais perdu.
        """,
      en: """
        Ends with 0 when everything went through, 65 if Bamako refused changes, 69 if Bamako \
        cannot be reached, 75 if something remains to be done. Nothing is ever lost.
        """),
    aliases: ["synchroniser"])

  @Option(
    help: .init(
      fr: "S'arrêter avant ce nombre d'octets sur la liaison (au moins 1024).",
      en: "Stop before this many bytes on the link (at least 1024).",
      valueName: Label(fr: "octets", en: "bytes")))
  var maxBytes: Int?

  @Flag(
    help: .init(
      fr: "Dire ce qui serait envoyé, sans réseau.", en: "Say what would be sent; no network."))
  var dryRun = false

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let maxBytes, maxBytes < Limits.smallestExchange {
      throw ValidationError(
        spoken(
          fr: "--max-bytes : au moins \(Limits.smallestExchange).",
          en: "--max-bytes: at least \(Limits.smallestExchange)."))
    }
  }

  func perform() async throws {
    let client = try client()
    if dryRun { return try tellWaiting(try client.waiting()) }
    let report = try await client.syncShowingProgress(
      title: .sync, maximumBytes: maxBytes ?? .max, printer)
    try printer.out(report: report)
    try report.throwIfUnfinished()
  }

  private func tellWaiting(_ waiting: [String: Int]) throws(Problem) {
    let pending = waiting.values.reduce(0, +)
    if json {
      return try printer.out([
        "dry_run": true, "pending": .int(Int64(pending)),
        "waiting": .object(waiting.mapValues { .int(Int64($0)) }),
      ])
    }
    guard pending > 0 else {
      return printer.say(fr: "Rien à envoyer.", en: "Nothing to send.")
    }
    let header = global.language == .fr ? ["type", "non envoyées"] : ["type", "unsent"]
    let rows = waiting.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }
    try printer.out(TextTable(header: header, rows: rows))
  }
}

extension ArgumentHelp {
  static let json = ArgumentHelp(
    fr: "Écrire du JSON sur la sortie standard.", en: "Write JSON on standard output.")
}
