import ArgumentParser
import FieldClient
import Shared
import Terminal

struct BundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: spoken(
      fr: "Échanger avec Bamako par une clé USB, sans aucun réseau.",
      en: "Exchange with Bamako by a USB stick, without any network."),
    discussion: spoken(
      fr: """
        write met sur la clé tout ce qui n'est pas envoyé ; à Bamako, djoliba-server bundle read le \
        reprend et écrit une réponse ; read la reprend ici. Seul Bamako lit le paquet, seul ce \
        portable lit la réponse. Rien n'est perdu si la clé se perd : écrivez un nouveau paquet.
        """,
      en: """
        write puts everything unsent on the stick; in Bamako, djoliba-server bundle read takes it \
        over and writes an answer; read takes that over here. Only Bamako reads the bundle, only \
        this laptop reads the answer. Nothing is lost with the stick: write another bundle.
        """),
    subcommands: [BundleWrite.self, BundleRead.self], aliases: ["paquet"])
}

struct BundleWrite: Command {
  static let configuration = CommandConfiguration(
    commandName: "write",
    abstract: spoken(
      fr: "Écrire un paquet pour Bamako ; il remplace un paquet plus ancien de ce portable.",
      en: "Write a bundle for Bamako; it replaces an older one of this laptop."),
    aliases: ["ecrire"])

  @Argument(
    help: .init(
      fr: "Fichier à écrire, par exemple /media/cle/gao.paquet.",
      en: "The file to write, such as /media/stick/gao.bundle.",
      valueName: Label(fr: "fichier", en: "file")))
  var file: String
  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let report = try client().writeBundle(to: file, language: global.language)
    if json { return try printer.out(JSONValue(report, file: file)) }
    let size = Amounts.bytes(report.bytes, global.language)
    try printer.out(
      fr: "Paquet écrit : \(file) (fiches à envoyer : \(report.records), \(size)).",
      en: "Bundle written: \(file) (records to send: \(report.records), \(size)).")
    if report.restamped > 0 {
      try printer.out(
        fr: "Modifications redatées, l'horloge étant fausse : \(report.restamped).",
        en: "Changes dated again, because the clock is wrong: \(report.restamped).")
    }
    if report.left > 0 {
      try printer.out(
        fr: "Sans place dans ce paquet : \(report.left) ; le suivant les prend, après la réponse.",
        en: "Without room in this bundle: \(report.left); the next takes them, after the answer.")
    }
    printer.say(
      fr: """
        Portez-le à Bamako. Tout reste « non envoyé » ici jusqu'à la réponse :
          djoliba bundle read FICHIER
        """,
      en: """
        Take it to Bamako. Everything stays unsent here until the answer:
          djoliba bundle read FILE
        """)
  }
}

struct BundleRead: Command {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: spoken(
      fr: "Reprendre la réponse de Bamako à un paquet.",
      en: "Take over Bamako's answer to a bundle."),
    aliases: ["lire"])

  @Argument(
    help: .init(
      fr: "Fichier de la réponse.", en: "The answer's file.",
      valueName: Label(fr: "fichier", en: "file")))
  var file: String
  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let report = try client().readBundle(from: file)
    try printer.out(report: report)
    if !report.complete {
      printer.say(
        fr: "Il reste à recevoir de Bamako : écrivez un nouveau paquet.",
        en: "There is more to receive from Bamako: write another bundle.")
    }
    var ended = report
    // The file was read to its end, whatever Bamako still has.
    ended.complete = true
    try ended.throwIfUnfinished()
  }
}

extension JSONValue {
  fileprivate init(_ report: BundleReport, file: String) {
    self = [
      "file": .text(file), "records": .int(Int64(report.records)),
      "left": .int(Int64(report.left)), "held": .int(Int64(report.held)),
      "bytes": .int(Int64(report.bytes)), "restamped": .int(Int64(report.restamped)),
    ]
  }
}
