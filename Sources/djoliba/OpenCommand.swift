import ArgumentParser
import Console
import FieldClient
import Foundation
import Launching
import Logging
import Shared
import Terminal
import Work

struct OpenCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: spoken(
      fr: "Ouvrir les pages de ce portable dans le navigateur.",
      en: "Open this laptop's pages in the browser."),
    discussion: spoken(
      fr: """
        Les pages ne sont servies qu'à cette machine, avec ou sans réseau. L'adresse ne sert qu'une \
        fois : qui la lit après vous n'entre pas. Ctrl-C ferme les pages.
        """,
      en: """
        The pages are served to this machine alone, with or without a network. The address works \
        once: whoever reads it after you does not get in. Ctrl-C closes the pages.
        """),
    aliases: ["ouvrir"])

  @Option(
    help: .init(
      fr: "Port (sinon un port libre).", en: "Port (else a free one).",
      valueName: Label(fr: "port", en: "port")))
  var port = 0

  @Flag(
    help: .init(
      fr: "Écrire l'adresse sans ouvrir le navigateur.",
      en: "Print the address without opening the browser."))
  var noBrowser = false

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (0...65_535).contains(port) else {
      throw ValidationError(spoken(fr: "--port : 0 à 65535.", en: "--port: 0 to 65535."))
    }
  }

  func perform() async throws {
    let (client, language, random) = (try client(), global.language, Surroundings.door.random)
    let code = LaptopDoors.secret(random)
    let doors = LaptopDoors(code: code, random: random) { () throws(Problem) in
      try client.checkMayStay()
      return try LaptopDesk(client, language: language)
    }
    let console = Console(doors: doors, field: try LaptopDesk(client, language: language))
    let (printer, opens) = (printer, !noBrowser)
    let logger = Logger(label: "djoliba") { StreamLogHandler.standardError(label: $0) }
    let server = LoopbackServer(console: console, port: port, logger: logger) { port in
      let address = "http://127.0.0.1:\(port)/entree?code=\(code)"
      try? printer.out(address)
      printer.say(fr: "Ctrl-C ferme les pages.", en: "Ctrl-C closes the pages.")
      if opens { Self.show(address) }
    }
    try await server.run()
  }

  /// A machine without a browser has the address on its screen.
  private static func show(_ address: String) {
    Thread.detachNewThread { _ = try? Launched(["xdg-open", address]).wait() }
  }
}
