import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import ServiceLifecycle
import Shared
import UnixSignals

/// The console of a laptop: on its own loopback address, for whoever has the link.
package struct LoopbackServer: Sendable {
  private let console: Console
  private let port: Int
  private let logger: Logger
  private let onReady: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - port: 0 takes any free one.
  ///   - onReady: called once with the real port.
  package init(
    console: Console, port: Int, logger: Logger, onReady: @escaping @Sendable (Int) -> Void
  ) {
    self.console = console
    self.port = port
    var quiet = logger
    quiet.logLevel = max(.warning, logger.logLevel)
    self.logger = quiet
    self.onReady = onReady
  }

  /// Serves until SIGTERM or SIGINT. Throws `.already_running` when the port is taken.
  package func run() async throws { try await group(stoppingOn: [.sigterm, .sigint]).run() }

  /// The same as a group that its owner stops.
  package func group() -> ServiceGroup { group(stoppingOn: []) }

  private func group(stoppingOn signals: [UnixSignal]) -> ServiceGroup {
    ServiceGroup(
      configuration: .init(
        services: [Listener(server: self)], gracefulShutdownSignals: signals, logger: logger))
  }

  private struct Listener: Service {
    let server: LoopbackServer
    func run() async throws { try await server.serve() }
  }

  private func serve() async throws {
    let port = OpenedPort(port)
    let (console, logger) = (console, logger)
    let server = try HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(120)))
      .buildServer(
        configuration: .init(address: .hostname("127.0.0.1", port: self.port)),
        eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup, logger: logger,
        responder: { request, writer, channel in
          let responder = port.responder(console)
          let context = BasicRequestContext(
            source: ApplicationRequestContextSource(channel: channel, logger: logger))
          let response = try await responder.respond(to: request, context: context)
          try await writer.write(response: response.head, body: response.body)
        },
        onServerRunning: { channel in
          port.open(channel.localAddress?.port ?? self.port)
          onReady(channel.localAddress?.port ?? self.port)
        })
    do {
      try await server.run()
    } catch let error as IOError {
      throw Problem(.already_running, at: "127.0.0.1:\(self.port)", cause: "\(error)")
    }
  }
}
