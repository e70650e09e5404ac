import NIOCore
import NIOPosix
import Synchronization

/// A bad link in front of a hub: a TCP proxy on loopback that is as slow, as far and as broken as its
/// profile says. Both ends see ordinary sockets.
package final class BadLink: Sendable {
  /// What went through since the last `begin`.
  package struct Traffic: Sendable {
    package var connections = 0
    package var cuts = 0
    /// Bytes that came out at the other end, TLS included.
    package var up = 0
    package var down = 0
    /// How often something came down after something had gone up.
    package var roundTrips = 0
    /// Of each connection, the bytes that the hub sent before it was spoken to again: its side of
    /// the handshake. In the order in which the connections got that far.
    package var greetings: [Int] = []
  }

  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let hub: SocketAddress
  private let state = Mutex((profile: LinkProfile(name: "none"), traffic: Traffic()))
  private let server = Mutex<(any Channel)?>(nil)

  /// - Parameters:
  ///   - port: of the hub, on loopback.
  ///   - own: where to listen; at any free port when 0.
  package init(to port: Int, listeningAt own: Int = 0) throws {
    hub = try SocketAddress(ipAddress: "127.0.0.1", port: port)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.socketOption(.so_rcvbuf), value: 4096)
      .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1024))
      .childChannelInitializer { [unowned self] channel in accept(channel) }
    let channel = try bootstrap.bind(host: "127.0.0.1", port: own).wait()
    server.withLock { $0 = channel }
  }

  package var port: Int { server.withLock { $0!.localAddress!.port! } }
  package var traffic: Traffic { state.withLock { $0.traffic } }

  /// What connections are like from now on; counts from zero.
  package func begin(_ profile: LinkProfile) { state.withLock { $0 = (profile, Traffic()) } }

  package func close() throws {
    try server.withLock { try $0?.close().wait() }
    try group.syncShutdownGracefully()
  }

  private func accept(_ near: any Channel) -> EventLoopFuture<Void> {
    let (profile, number) = state.withLock { state in
      state.traffic.connections += 1
      return (state.profile, UInt64(state.traffic.connections))
    }
    let connection = Connection(profile, number: number, near) { [self] change in
      state.withLock { change(&$0.traffic) }
    }
    return ClientBootstrap(group: near.eventLoop)
      .channelOption(.autoRead, value: false)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1024))
      .connect(to: hub)
      .flatMap { far in connection.join(far) }
  }
}

/// One connection, as two lanes between two sockets.
///
/// Sendable unchecked: it lives on one event loop.
private final class Connection: @unchecked Sendable {
  private let profile: LinkProfile
  private let near: any Channel
  private var far: (any Channel)?
  private var up: Lane
  private var down: Lane
  private var bytes = 0
  /// Bytes that came down, until more goes up.
  private var greeting: Int? = 0
  private var hasGoneUp = false
  private var isCut = false
  private let began = NIODeadline.now()
  private let count: @Sendable ((inout BadLink.Traffic) -> Void) -> Void

  init(
    _ profile: LinkProfile, number: UInt64, _ near: any Channel,
    _ count: @escaping @Sendable ((inout BadLink.Traffic) -> Void) -> Void
  ) {
    self.profile = profile
    self.near = near
    self.count = count
    up = Lane(profile, bitsPerSecond: profile.up, seed: number * 2)
    down = Lane(profile, bitsPerSecond: profile.down, seed: number * 2 + 1)
  }

  /// Begins to read a round trip later, which is what a connection takes to be made.
  func join(_ far: any Channel) -> EventLoopFuture<Void> {
    self.far = far
    if let seconds = profile.secondsToCut { at(seconds) { self.cut() } }
    return near.pipeline.addHandler(End(self, isNear: true))
      .flatMap { far.pipeline.addHandler(End(self, isNear: false)) }
      .map {
        self.at(self.profile.roundTrip) {
          self.near.read()
          far.read()
        }
      }
  }

  private var now: Double { Double((NIODeadline.now() - began).nanoseconds) / 1e9 }

  private func at(_ seconds: Double, _ body: @escaping @Sendable () -> Void) {
    near.eventLoop.scheduleTask(deadline: began + .nanoseconds(Int64(seconds * 1e9)), body)
  }

  func pass(_ buffer: ByteBuffer, fromNear: Bool) {
    let size = buffer.readableBytes
    let (left, arrived) =
      fromNear ? up.pass(size, at: now) : down.pass(size, at: now)
    at(left) { (fromNear ? self.near : self.far)?.read() }
    at(arrived) { self.deliver(buffer, fromNear: fromNear) }
  }

  private func deliver(_ buffer: ByteBuffer, fromNear: Bool) {
    guard !isCut else { return }
    let most = min(profile.bytesToCut ?? .max, profile.bytesToStandstill ?? .max)
    let size = min(buffer.readableBytes, most - bytes)
    guard size > 0 else { return }
    bytes += size
    count { fromNear ? ($0.up += size) : ($0.down += size) }
    if !fromNear, hasGoneUp { count { $0.roundTrips += 1 } }
    hasGoneUp = fromNear
    greet(size, fromNear: fromNear)
    let target = fromNear ? far : near
    target?.writeAndFlush(buffer.getSlice(at: buffer.readerIndex, length: size), promise: nil)
    if bytes == profile.bytesToCut { cut() }
  }

  private func greet(_ size: Int, fromNear: Bool) {
    guard let down = greeting else { return }
    if !fromNear {
      greeting = down + size
    } else if down > 0 {
      greeting = nil
      count { $0.greetings.append(down) }
    }
  }

  /// One end has closed: the other hears of it when all that was on the way has arrived.
  func ended(fromNear: Bool) {
    let (_, arrived) = fromNear ? up.pass(0, at: now) : down.pass(0, at: now)
    at(arrived) { (fromNear ? self.far : self.near)?.close(promise: nil) }
  }

  private func cut() {
    guard !isCut, near.isActive else { return }
    isCut = true
    count { $0.cuts += 1 }
    near.close(promise: nil)
    far?.close(promise: nil)
  }
}

/// Where a socket meets its connection.
private final class End: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let connection: Connection
  private let isNear: Bool

  init(_ connection: Connection, isNear: Bool) {
    self.connection = connection
    self.isNear = isNear
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.pass(unwrapInboundIn(data), fromNear: isNear)
  }

  func channelInactive(context: ChannelHandlerContext) { connection.ended(fromNear: isNear) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
