import ArgumentParser
import FieldClient
import Shared
import Terminal

struct WatchCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: spoken(
      fr: "Rester, et synchroniser dès qu'il y a du réseau ou une modification.",
      en: "Stay, and sync whenever there is a network or a change."),
    discussion: spoken(
      fr: """
        Convient à un gestionnaire de services : une ligne par événement, fin propre sur SIGTERM. \
        Sans réseau, les essais s'espacent de 1 seconde à 5 minutes.
        """,
      en: """
        Suited to a service manager: one line per event, a clean end on SIGTERM. Without a \
        network, tries are spaced from 1 second to 5 minutes.
        """),
    aliases: ["veiller"])

  @Option(
    help: .init(
      fr: "Secondes entre deux synchronisations quand tout va bien.",
      en: "Seconds between two syncs while all goes well.",
      valueName: Label(fr: "secondes", en: "seconds")))
  var every = 900

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if !(1...86_400).contains(every) {
      throw ValidationError(
        spoken(fr: "--every : de 1 à 86400 secondes.", en: "--every: 1 to 86400 seconds."))
    }
  }

  func perform() async throws {
    let watching = Watching(client: try client(), printer: printer, every: Double(every))
    do {
      try await stoppable { try await watching.run() }
    } catch is CancellationError {
      printer.say(fr: "Arrêt demandé ; fini.", en: "Told to stop; done.")
    }
  }
}
