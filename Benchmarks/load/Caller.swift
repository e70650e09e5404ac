import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Shared

/// What all callers share: where the hub is, and when they call.
struct Calling {
  let loop: any EventLoop
  let context: NIOSSLContext
  let port: Int
  /// Each device calls once in this time.
  let interval: TimeAmount
  /// Nobody calls after this.
  let end: NIODeadline
  /// A new connection for each call.
  let isFresh: Bool
}

/// One device on the network. It calls when its time has come, or as soon as the answer before has
/// arrived when that is later; what it waits for is counted from when its time had come.
///
/// Sendable unchecked: it lives on one event loop.
final class Caller: @unchecked Sendable {
  private let calling: Calling
  /// An address of its own for every few dozens, as bases have.
  private let address: SocketAddress
  private var device: LoadDevice
  private var due: NIODeadline
  private let first: NIODeadline
  /// Whether it has made its record; what counts begins then.
  private var isWarm = false
  private var channel: (any Channel)?
  private let done: EventLoopPromise<Void>
  private(set) var latencies: [Int64] = []
  private(set) var failures: [String: Int] = [:]
  /// Bytes of the bodies, both ways.
  private(set) var bytes = 0

  init(
    _ device: LoadDevice, at number: Int, warmingUp warm: NIODeadline, first: NIODeadline,
    _ calling: Calling
  ) throws {
    self.device = device
    address = try SocketAddress(ipAddress: "127.0.0.\(2 + number / 40)", port: 0)
    self.calling = calling
    due = warm
    self.first = first
    done = calling.loop.makePromise()
  }

  /// Calls until the end.
  func start() -> EventLoopFuture<Void> {
    schedule()
    return done.futureResult
  }

  private func schedule() {
    guard due < calling.end else {
      hangUp()
      return done.succeed()
    }
    calling.loop.scheduleTask(deadline: due) { self.call() }
  }

  private func call() {
    if let channel { return send(channel) }
    connect().whenComplete { result in
      switch result {
      case .success(let channel):
        self.channel = channel
        self.send(channel)
      case .failure(let error): self.fail("\(error)")
      }
    }
  }

  private func connect() -> EventLoopFuture<any Channel> {
    let context = calling.context
    return ClientBootstrap(group: calling.loop)
      .bind(to: address)
      .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(AnswerHandler(self))
        }
      }.connect(host: "127.0.0.1", port: calling.port)
  }

  private func send(_ channel: any Channel) {
    let body = device.request(Fleet.now)
    bytes += body.count
    let head = HTTPRequestHead(
      version: .http1_1, method: .POST, uri: "/v1/sync",
      headers: [
        "Host": "127.0.0.1:\(calling.port)", "Authorization": "Bearer " + device.token,
        "Content-Type": "application/vnd.djoliba.sync", "Accept-Language": "fr",
        "Content-Length": "\(body.count)",
      ])
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
  }

  fileprivate func answered(_ status: HTTPResponseStatus, _ body: [UInt8]) {
    bytes += body.count
    guard status == .ok, device.take(body) else { return fail("\(status.code)") }
    if isWarm { latencies.append((NIODeadline.now() - due).nanoseconds / 1000) }
    next()
  }

  fileprivate func fail(_ why: String) {
    failures[why, default: 0] += 1
    hangUp()
    next()
  }

  private func next() {
    if calling.isFresh { hangUp() }
    due = isWarm ? due + calling.interval : first
    isWarm = true
    schedule()
  }

  private func hangUp() {
    let old = channel
    channel = nil
    old?.close(promise: nil)
  }

  fileprivate func isOn(_ channel: any Channel) -> Bool { self.channel === channel }
}

/// Puts an answer together.
private final class AnswerHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let caller: Caller
  private var status = HTTPResponseStatus.ok
  private var body: [UInt8] = []

  init(_ caller: Caller) { self.caller = caller }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      status = head.status
      body = []
    case .body(let buffer): body += buffer.readableBytesView
    case .end: caller.answered(status, body)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if caller.isOn(context.channel) { caller.fail("closed") }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
