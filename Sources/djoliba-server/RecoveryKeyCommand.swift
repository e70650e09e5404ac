import ArgumentParser
import Shared
import SyncServer
import Terminal

struct RecoveryKeyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "recovery-key",
    abstract: spoken(
      fr: "Sceller les sauvegardes pour une clé que l'on garde ailleurs.",
      en: "Seal backups for a key that is kept elsewhere."),
    discussion: spoken(
      fr: """
        Écrit une clé de secours dans un fichier neuf ; à partir de là, chaque sauvegarde n'est lisible \
        qu'avec elle. Emportez ce fichier loin de cette machine, en deux exemplaires, puis effacez-le \
        ici. Sans lui, une sauvegarde scellée est perdue. Pour revenir aux sauvegardes ouvertes, \
        effacez recovery.seal dans le dossier du serveur.
        """,
      en: """
        Writes a recovery key into a new file; from then on each backup can be read with it alone. \
        Take this file away from this machine, two copies of it, then remove it here. Without it a \
        sealed backup is lost. To go back to open backups, remove recovery.seal from the hub's folder.
        """))

  @Argument(help: .fileToWrite)
  var file: String

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let seal = try folder.makeRecoveryKey(try openHub(), to: file, by: Machine.clerk)
    if json {
      return try printer.out(["file": .text(file), "fingerprint": .text(seal.fingerprint)])
    }
    try printer.out(
      fr: "Clé de secours \(seal.fingerprint) écrite : \(file).",
      en: "Recovery key \(seal.fingerprint) written: \(file).")
    printer.say(
      fr: """
        Emportez ce fichier ailleurs, en deux exemplaires, puis effacez-le ici : sans lui, les \
        sauvegardes à partir de maintenant sont perdues, et qui l'a les lit.
        """,
      en: """
        Take this file elsewhere, two copies of it, then remove it here: without it, backups from now \
        on are lost, and whoever has it reads them.
        """)
  }
}
