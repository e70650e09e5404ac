import ArgumentParser
import FieldClient
import Foundation
import Shared
import Terminal

struct WipeCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "wipe",
    abstract: spoken(
      fr: "Effacer les données de cet appareil, tout de suite et sans retour.",
      en: "Wipe this device's data, at once and for good."),
    discussion: spoken(
      fr: """
        Tout ce qui est dans le dossier part : les fiches, ce qui n'est pas envoyé, l'identité de \
        l'appareil. Sans réseau. Bamako garde ce qu'il a reçu.
        """,
      en: """
        Everything in the folder goes: the records, what is unsent, the device's identity. No \
        network is needed. Bamako keeps what it has received.
        """),
    aliases: ["effacer"])

  @Flag(help: .init(fr: "Ne rien demander.", en: "Ask nothing.")) var now = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    if !now { try ask() }
    try FieldClient.wipe(directory: directory)
    printer.say(fr: "Effacé : \(directory)", en: "Wiped: \(directory)")
    printer.say(
      fr: "Si ce n'est pas Bamako qui l'a voulu, dites-lui de retirer l'accès de cet appareil.",
      en: "Unless Bamako wanted it, tell them to revoke this device.")
  }

  /// Throws `.usage` where nobody can answer, `.interrupted` for another answer.
  private func ask() throws {
    guard isatty(STDIN_FILENO) == 1 else { throw Problem(.usage, at: "--now") }
    let word = Label(fr: "effacer", en: "wipe")[global.language]
    // A file that cannot be read any more is wiped all the same.
    let unsent = (try? client().status().pending) ?? 0
    printer.say(
      fr: "Tout ce qui est dans \(directory) va être effacé ; non envoyé : \(unsent).",
      en: "Everything in \(directory) will be wiped; unsent: \(unsent).")
    tellOthers(FieldClient.othersFiles(in: directory))
    printer.say(fr: "Tapez « \(word) » pour continuer.", en: "Type \"\(word)\" to go on.")
    guard readLine() == word else { throw Problem(.not_wiped) }
  }

  private func tellOthers(_ names: [String]) {
    guard !names.isEmpty else { return }
    let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? "…" : "")
    printer.say(
      fr: "Avec ce qui s'y trouve d'autre (\(names.count)) : \(shown)",
      en: "With what else lies there (\(names.count)): \(shown)")
  }
}
