import ArgumentParser
import FieldClient
import Terminal

@main
struct Djoliba: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "djoliba",
    abstract: spoken(
      fr: "Les fiches de la mission, avec ou sans réseau, synchronisées avec Bamako.",
      en: "The mission's records, with or without a network, in sync with Bamako."),
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: spoken(fr: "Bamako", en: "Bamako"),
        subcommands: [
          EnrollCommand.self, SyncCommand.self, WatchCommand.self, StatusCommand.self,
          BundleCommand.self, VerifyCommand.self, DoctorCommand.self, AddressCommand.self,
          OpenCommand.self, SealCommand.self,
          WipeCommand.self,
        ]),
      CommandGroup(
        name: spoken(fr: "Fiches", en: "Records"),
        subcommands: [
          ListCommand.self, ShowCommand.self, SearchCommand.self, AddCommand.self,
          SetCommand.self, DeleteCommand.self, SignCommand.self, SQLCommand.self,
        ]),
      CommandGroup(
        name: spoken(fr: "Mes écritures", en: "My writes"),
        subcommands: [HistoryCommand.self, ConflictsCommand.self, RefusedCommand.self]),
      CommandGroup(
        name: spoken(fr: "Tableurs", en: "Spreadsheets"),
        subcommands: [ImportCommand.self, ExportCommand.self, PrintCommand.self]),
    ])

  static let version = ProgramVersion.text

  static func main() async { await begin() }
}

extension Surroundings {
  /// This program on this machine.
  static let door = {
    var door = Surroundings.system(program: "djoliba/" + Djoliba.version)
    door.passphrase = Passphrase.known
    return door
  }()
}
