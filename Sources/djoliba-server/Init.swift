import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Init: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(fr: "Créer un serveur.", en: "Create a hub."))

  @OptionGroup var global: GlobalOptions

  @Option(
    help: .init(
      fr: "Où les appareils le joignent ; plusieurs fois, dans l'ordre des essais.",
      en: "Where devices reach it; several times, in the order to try.",
      valueName: Label(fr: "https://hôte:port", en: "https://host:port")))
  var address: [String] = [HubFolder.defaultAddress]

  @Flag(help: .init(fr: "Sans la liste des bases.", en: "Without the list of bases."))
  var empty = false

  func perform() throws {
    var addresses: [HubAddress] = []
    for text in address { addresses.append(try HubAddress(text)) }
    let (folder, language) = (folder, global.language)
    let (bases, offer) = try folder.create(addresses: addresses, schema: .mission) {
      store throws(Problem) in
      let hub = Hub(store: store, now: Machine.now, random: Machine.random)
      let rows = empty ? [] : try BaseList.rows(store.schema)
      let report = try hub.load(rows, language: global.language)
      if let refusal = report.refusals.first { throw Problem(.internal, cause: refusal.sentence) }
      let offer = try AccountOffice(folder: folder, hub: hub).add(
        "referent", fullName: Label(fr: "Référent", en: "Focal point")[language],
        role: .referent_surete)
      return (report.created, offer)
    }
    try tell(bases: bases, offer)
  }

  private func tell(bases: Int, _ offer: AccountOffer) throws {
    let path = folder.path
    try printer.out(
      fr: """
        Le serveur est créé dans \(path) (\(bases) bases).
        Pour le lancer :
          djoliba-server run --data \(path)
        Pour relier un portable :
          djoliba-server invite --data \(path) --base GAO --role resp_base \
        --name "Portable Gao 1" --out gao-1.invitation
        Pour ouvrir la console : la même adresse dans un navigateur.
          nom : \(offer.name)   mot de passe, à changer en entrant : \(offer.password)
        """,
      en: """
        The hub is created in \(path) (\(bases) bases).
        To start it:
          djoliba-server run --data \(path)
        To link a laptop:
          djoliba-server invite --data \(path) --base GAO --role resp_base \
        --name "Gao laptop 1" --out gao-1.invitation
        To open the console: the same address in a browser.
          name: \(offer.name)   password, to be changed at the first sign-in: \(offer.password)
        """)
  }
}
