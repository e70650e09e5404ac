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
  private var device: LoadDevice
  private var due: NIODeadline
  private var channel: (any Channel)?
  private let done: EventLoopPromise<Void>
  private(set) var latencies: [Int64] = []
  private(set) var failures = 0
  /// Bytes of the bodies, both ways.
  private(set) var bytes = 0

  init(_ device: LoadDevice, first: NIODeadline, _ calling: Calling) {
    self.device = device
    self.calling = calling
    due = first
    done = calling.loop.makePromise()
  }

  /// Calls until the end.
  func start() -> EventLoopFuture<Void> {
    schedule()
    return done.futureResult
  }

  private func schedule() {
    guard due < calling.end else {
      channel?.close(promise: nil)
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
      case .failure: self.fail()
      }
    }
  }

  private func connect() -> EventLoopFuture<any Channel> {
    let context = calling.context
    return ClientBootstrap(group: calling.loop)
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
    guard status == .ok, device.take(body) else { return fail() }
    latencies.append((NIODeadline.now() - due).nanoseconds / 1000)
    next()
  }

  fileprivate func fail() {
    failures += 1
    channel?.close(promise: nil)
    channel = nil
    next()
  }

  private func next() {
    if calling.isFresh {
      channel?.close(promise: nil)
      channel = nil
    }
    due = due + calling.interval
    schedule()
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
    if caller.isOn(context.channel) { caller.fail() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
