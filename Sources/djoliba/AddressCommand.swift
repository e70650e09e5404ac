import ArgumentParser
import FieldClient
import Shared
import Terminal

struct AddressCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "address",
    abstract: spoken(
      fr: "Voir ou changer les adresses auxquelles joindre Bamako.",
      en: "See or change the addresses at which to reach Bamako."),
    discussion: spoken(
      fr: """
        Sans danger, même dicté au téléphone : ce portable ne croit que le serveur qui a la clé de \
        l'invitation, où qu'il soit.
        """,
      en: """
        Harmless, even when dictated over the telephone: this laptop believes only the hub that has the \
        invitation's key, wherever it is.
        """),
    aliases: ["adresse"])

  @Argument(
    help: .init(
      fr: "Adresses, dans l'ordre des essais ; sans elles, dit celles d'aujourd'hui.",
      en: "Addresses, in the order to try; without any, says today's.",
      valueName: Label(fr: "https://hôte:port", en: "https://host:port")))
  var addresses: [String] = []

  @OptionGroup var global: GlobalOptions

  func perform() throws {
    if !addresses.isEmpty { try FieldClient.setAddresses(addresses, directory: directory) }
    for address in try FieldClient.addresses(directory: directory) { try printer.out(address) }
  }
}
