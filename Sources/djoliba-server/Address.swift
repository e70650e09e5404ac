import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Address: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Voir ou changer les adresses du serveur, et renouveler son certificat.",
      en: "See or change the hub's addresses, and renew its certificate."),
    discussion: spoken(
      fr: """
        Les portables font confiance à l'autorité et non au certificat : un nouveau ne demande rien aux \
        bases. Une adresse que les portables ne connaissent pas se dit à chacun : djoliba address.
        """,
      en: """
        Laptops trust the authority and not the certificate: a new one asks nothing of the bases. An \
        address that laptops do not know is told to each: djoliba address.
        """))

  @Argument(
    help: .init(
      fr: "Adresses, dans l'ordre des essais ; sans elles, dit celles d'aujourd'hui.",
      en: "Addresses, in the order to try; without any, says today's.",
      valueName: Label(fr: "https://hôte:port", en: "https://host:port")))
  var addresses: [String] = []

  @OptionGroup var global: GlobalOptions

  func perform() throws {
    guard !addresses.isEmpty else {
      for address in try folder.addresses() { try printer.out(address.description) }
      return
    }
    var parsed: [HubAddress] = []
    for text in addresses { parsed.append(try HubAddress(text)) }
    _ = try folder.addresses()
    try folder.move(try openHub(), to: parsed, by: Machine.clerk)
    printer.say(
      fr:
        "Le certificat vaut pour ces adresses. Relancez le serveur (systemctl restart djoliba-server).",
      en:
        "The certificate is for these addresses. Restart the hub (systemctl restart djoliba-server)."
    )
    printer.say(
      fr:
        "Sur les portables qui ne les connaissent pas : djoliba address \(addresses.joined(separator: " "))",
      en: "On laptops that do not know them: djoliba address \(addresses.joined(separator: " "))")
  }
}
