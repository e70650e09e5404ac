import ArgumentParser
import Console
import FieldClient
import Shared
import Terminal

struct PrintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "print", abstract: spoken(fr: "Une page pour le papier.", en: "A page for paper."),
    subcommands: [PrintPackCommand.self], aliases: ["imprimer"])
}

struct PrintPackCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: spoken(
      fr: "Un pack sécurité, ou sa fiche réflexe, en une page HTML.",
      en: "A security pack, or its constant companion, as one HTML page."))

  @Argument(help: .recordID) var pack: String

  @Flag(help: .init(fr: "La fiche réflexe seule.", en: "The constant companion alone."))
  var ficheReflexe = false

  @Option(
    help: .init(
      fr: "Fichier à écrire, lisible par vous seul.", en: "File to write, readable by you alone.",
      valueName: Label(fr: "fichier", en: "file")))
  var out: String

  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    let desk = try LaptopDesk(client, language: global.language)
    let record = try client.record("security_pack", pack)
    let page = try PackPrint.html(record.id, at: desk, reflex: ficheReflexe, global.language)
    try NewFile.make(out) { file in try file.write(page) }
    printer.say(
      fr: "À imprimer depuis un navigateur : \(out)", en: "To be printed from a browser: \(out)")
  }
}
