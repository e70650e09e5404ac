import Foundation
package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
package import ServiceLifecycle
import Shared
import UnixSignals

/// The hub on the network: HTTP/1.1 over TLS, or plain where no wire is crossed.
///
/// Answers carry `content-type` and `content-length` and nothing else: every byte is paid for by
/// satellite, and a device takes the hub's time from the exchange, not from a `date`.
package struct HubServer: Sendable {
  private let service: any HubService
  private let pages: (any HTTPResponder<BasicRequestContext>)?
  private let listen: (host: String, port: Int)
  private let tls: (certificatePEM: [UInt8], keyPEM: [UInt8])?
  private let logger: Logger
  private let behindProxy: Bool
  private let turnstile: Turnstile
  private let limit: Int
  private let shutdown: Duration
  private let uptime: @Sendable () -> Int64
  private let onReady: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - pages: answers what is no device's business; nil for a hub without a console.
  ///   - listen: port 0 takes any free port.
  ///   - tls: the certificate and its key; nil for plain HTTP.
  ///   - behindProxy: plain HTTP beyond loopback is meant, because a TLS proxy stands in front.
  ///   - connections: at a time; more wait their turn.
  ///   - shutdown: for the requests in flight when it is asked to stop.
  ///   - uptime: milliseconds from any moment on, for the rates of requests.
  ///   - onReady: called once with the real port when devices can connect.
  package init(
    service: any HubService, pages: (any HTTPResponder<BasicRequestContext>)? = nil,
    listen: (host: String, port: Int),
    tls: (certificatePEM: [UInt8], keyPEM: [UInt8])?, logger: Logger, behindProxy: Bool = false,
    connections limit: Int = HTTPLimits.connections,
    shutdown: Duration = HTTPLimits.shutdown,
    uptime: @escaping @Sendable () -> Int64 = HubServer.uptime,
    onReady: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.service = service
    self.pages = pages
    self.listen = listen
    self.tls = tls
    self.logger = logger
    self.behindProxy = behindProxy
    turnstile = Turnstile(uptime: uptime)
    self.limit = limit
    self.shutdown = shutdown
    self.uptime = uptime
    self.onReady = onReady
  }

  /// Of this machine's steady clock.
  package static let uptime: @Sendable () -> Int64 = {
    let start = ContinuousClock.now
    return { Int64((ContinuousClock.now - start) / .milliseconds(1)) }
  }()

  /// Serves until SIGTERM or SIGINT, then finishes the requests in flight, as far as
  /// they are through in time: nobody else is served meanwhile.
  ///
  /// Errors: `plain_http`, `already_running` when the address is taken, `usage` when it is not one
  /// of this machine's, `not_understood` for a certificate or key that cannot be read.
  package func run() async throws {
    try await group(stoppingOn: [.sigterm, .sigint]).run()
  }

  /// The same as a group that its owner stops with `triggerGracefulShutdown()`.
  package func group() -> ServiceGroup { group(stoppingOn: []) }

  private func group(stoppingOn signals: [UnixSignal]) -> ServiceGroup {
    var configuration = ServiceGroupConfiguration(
      services: [Listener(server: self)], gracefulShutdownSignals: signals, logger: quiet)
    configuration.maximumGracefulShutdownDuration = shutdown
    return ServiceGroup(configuration: configuration)
  }

  /// The libraries' own logger: they announce the port too, and one line is enough.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = max(.warning, logger.logLevel)
    return logger
  }

  private struct Listener: Service {
    let server: HubServer

    func run() async throws { try await server.serve() }
  }
}

extension HubServer {
  private func serve() async throws {
    guard tls != nil || behindProxy || HubHost(listen.host)?.isLoopback == true else {
      throw Problem(.plain_http, at: listen.host)
    }
    let server = try connections().buildServer(
      configuration: .init(
        address: .hostname(listen.host, port: listen.port),
        availableConnectionsDelegate: .maximum(limit, logger: quiet)),
      eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup,
      logger: quiet, responder: responder(), onServerRunning: announce)
    do {
      try await server.run()
    } catch let error as IOError {
      throw Problem(
        error.errnoCode == EADDRINUSE ? .already_running : .usage,
        at: "\(listen.host):\(listen.port)", cause: "\(error)")
    } catch let error as SocketAddressError {
      throw Problem(.usage, at: "\(listen.host):\(listen.port)", cause: "\(error)")
    }
  }

  @Sendable private func announce(_ channel: any Channel) {
    let port = channel.localAddress?.port ?? listen.port
    let scheme = tls == nil ? "http" : "https"
    let host = HubHost(listen.host).map(\.description) ?? listen.host
    logger.info("The hub listens on \(scheme)://\(host):\(port)")
    onReady(port)
  }

  private func responder() -> HTTPChannelHandler.Responder {
    let (meter, uptime) = (Meter(), uptime)
    let router = HubRouter(
      service: service, turnstile: turnstile, meter: meter, uptime: uptime
    ).responder()
    let (logger, behindProxy) = (logger, behindProxy)
    let isSecure = tls != nil || behindProxy
    let pages = pages.map {
      PagesAtTheDoor(pages: $0, turnstile: turnstile, isSecure: isSecure)
    }
    return { request, writer, channel in
      let source = ApplicationRequestContextSource(channel: channel, logger: logger)
      var context = HubContext(source: source)
      // What a proxy wrote there last is whom it spoke to; the rest anybody may have written.
      if behindProxy, let last = request.headers[.forwardedFor]?.split(separator: ",").last {
        context = HubContext(source: source, address: last.filter { $0 != " " })
      }
      let (route, began) = (HubRoute(rawValue: request.uri.path), uptime())
      let isForPrograms = route != nil || request.uri.path.hasPrefix("/v1/")
      let response =
        if let pages, !isForPrograms {
          try await pages.respond(to: request, source, from: context.address)
        } else {
          try await router.respond(to: request, context: context)
        }
      meter.note(
        route?.rawValue ?? (isForPrograms ? "other" : "console"),
        status: response.status.code, time: uptime() - began)
      try await writer.write(response: response.head, body: response.body)
    }
  }

  private func connections() throws(Problem) -> HTTPServerBuilder {
    let crowd = behindProxy ? nil : Crowd(limit: limit)
    let http = HTTPServerBuilder.http1(
      configuration: .init(
        additionalChannelHandlers: [
          CountedConnection(crowd: crowd), PatientClose(patience: HTTPLimits.idle),
        ],
        idleTimeout: HTTPLimits.idle,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: HTTPLimits.head, maxHeaderListSize: HTTPLimits.head,
          maxHeaderFieldCount: HTTPLimits.headFields)))
    guard let tls else { return http }
    do {
      return try .tls(http, tlsConfiguration: configuration(tls))
    } catch {
      throw Problem(.not_understood, at: "server.pem", cause: "\(error)")
    }
  }

  /// Of TLS 1.2; those of 1.3 are all of this kind. The library's own list has block chaining in it.
  private static let suites: [NIOTLSCipher] = [
    .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
  ]

  /// HTTP/1.1 only: libcurl's HTTP/2 streams are cut by the server's library after some requests.
  private func configuration(
    _ tls: (certificatePEM: [UInt8], keyPEM: [UInt8])
  ) throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(tls.certificatePEM).map {
        .certificate($0)
      },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: tls.keyPEM, format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    configuration.cipherSuiteValues = Self.suites
    configuration.applicationProtocols = ["http/1.1"]
    return configuration
  }
}
