import ArgumentParser
import Console
import Logging
import Shared
import SyncServer
import Terminal

struct Run: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Servir les appareils et la console.", en: "Serve devices and the console."))

  @OptionGroup var global: GlobalOptions

  @Option(
    help: .init(
      fr: "Où écouter (sinon 127.0.0.1 et le port de la première adresse).",
      en: "Where to listen (else 127.0.0.1 and the first address's port).",
      valueName: Label(fr: "hôte:port", en: "host:port")))
  var listen: String?

  @Flag(help: .init(fr: "Sans TLS, sur cette machine seule.", en: "Without TLS, on loopback only."))
  var plainHttp = false

  @Flag(
    help: .init(
      fr: "Sans TLS aussi ailleurs, car un serveur TLS est placé devant.",
      en: "Without TLS elsewhere too, because a TLS server stands in front."))
  var behindProxy = false

  @Option(
    help: .init(
      fr: "Connexions à la fois, au plus.", en: "Connections at a time, at most.",
      valueName: Label(fr: "nombre", en: "number")))
  var connections = HTTPLimits.connections

  func perform() async throws {
    let addresses = try folder.addresses()
    let lock = try ServingLock(folder)
    defer { lock.release() }
    let hub = try openHub(schema: .mission)
    let isPlain = plainHttp || addresses.allSatisfy { $0.scheme == .http }
    let listen =
      try listen.map { text throws(Problem) in try ListenAddress(text) }
      ?? ListenAddress(host: "127.0.0.1", port: addresses[0].port)
    let identity = isPlain ? nil : try folder.authority.identity()
    let logger = Logger(label: "djoliba-server") { StreamLogHandler.standardError(label: $0) }
    let server = HubServer(
      service: HubGate(hub, folder: folder),
      pages: try pages(hub, isSecure: !isPlain || behindProxy),
      listen: (listen.host, listen.port),
      tls: identity.map { ($0.certificatePEM, $0.keyPEM) },
      logger: logger,
      behindProxy: isPlain && behindProxy, connections: connections)
    let upkeep = Upkeep(hub, folder)
    try upkeep.run()
    let daily = Task {
      try await upkeep.goOn {
        try await Task.sleep(for: .seconds(86_400))
      } noting: {
        logger.error("upkeep: \($0)")
      }
    }
    defer { daily.cancel() }
    try await server.run()
  }

  private func pages(_ hub: Hub, isSecure: Bool) throws(Problem) -> ConsoleResponder {
    let office = try AccountOffice(folder: folder, hub: hub)
    return ConsoleResponder(
      Console(doors: OfficeDoors(office, language: global.language)), isSecure: isSecure)
  }

  func validate() throws {
    guard plainHttp || !behindProxy else {
      throw ValidationError(
        spoken(
          fr: "--behind-proxy ne va qu'avec --plain-http.",
          en: "--behind-proxy goes with --plain-http only."))
    }
    guard (128...100_000).contains(connections) else {
      throw ValidationError(
        spoken(fr: "--connections : de 128 à 100000.", en: "--connections: 128 to 100000."))
    }
    if let listen, (try? ListenAddress(listen)) == nil {
      throw ValidationError(
        spoken(
          fr: "--listen : un hôte et un port, par exemple 0.0.0.0:8443.",
          en: "--listen: a host and a port, such as 0.0.0.0:8443."))
    }
  }
}
