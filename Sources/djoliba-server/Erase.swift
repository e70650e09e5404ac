import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Erase: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Effacer une fiche pour toujours, avec son historique, partout.",
      en: "Erase a record for good, with its history, everywhere."),
    discussion: spoken(
      fr: """
        Ce qui est effacé ne revient pas : les appareils l'effacent à leur prochaine \
        synchronisation, même s'ils viennent de l'écrire. Les sauvegardes le gardent.
        """,
      en: """
        What is erased does not come back: devices erase it with their next sync, even if they \
        have just written it. Backups still hold it.
        """))

  @OptionGroup var global: GlobalOptions

  @Argument(help: .init(fr: "Type, par exemple contact.", en: "Type, such as contact."))
  var type: String

  @Argument(help: .init(fr: "Identifiant.", en: "Id.")) var id: String

  func perform() throws {
    let erased = try openHub().erase(
      type, id.lowercased(), by: Machine.clerk, language: global.language)
    printer.say(
      fr:
        "Effacé ici : \(type) \(erased). Chaque appareil l'efface à sa prochaine synchronisation.",
      en: "Erased here: \(type) \(erased). Each device erases it with its next sync.")
  }
}
