import Hummingbird
import NIOCore
import NIOHTTPTypes
import Synchronization

/// A request's context: who calls, as far as the network tells.
struct HubContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// An IPv4 address, or the half of an IPv6 address that its owner does not choose.
  let address: String
  /// Whether the caller is a program of this machine, and not somebody behind a proxy on it.
  let isThisMachine: Bool

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    let remote = source.channel.remoteAddress
    address = remote.map(Self.address) ?? ""
    isThisMachine = remote?.ipAddress.flatMap { HubHost($0) }?.isLoopback ?? false
  }

  init(source: ApplicationRequestContextSource, address: String) {
    coreContext = .init(source: source)
    self.address = address
    isThisMachine = false
  }

  static func address(_ address: SocketAddress) -> String {
    guard case .v6 = address, let text = address.ipAddress, let host = HubHost(text),
      case .ipv6(let bytes) = host
    else { return address.ipAddress ?? "" }
    return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
  }
}

/// Ends connections of an address that holds too many, and those on which no request comes.
///
/// A connection without a byte is closed by the server's library; this one counts whole heads, so
/// that a byte a minute keeps nothing open.
final class CountedConnection: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let crowd: Crowd?
  private var place: (address: String, ticket: Int)?
  private var deadline: Scheduled<Void>?

  /// - Parameter crowd: nil behind a proxy, whose address is everybody's.
  init(crowd: Crowd?) { self.crowd = crowd }

  func handlerAdded(context: ChannelHandlerContext) {
    if let crowd, let remote = context.channel.remoteAddress {
      let (address, channel) = (HubContext.address(remote), context.channel)
      guard let ticket = crowd.enter(address, end: { channel.close(promise: nil) }) else {
        return context.close(promise: nil)
      }
      place = (address, ticket)
    }
    expectHead(context, within: HTTPLimits.firstHead)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head = unwrapInboundIn(data) {
      deadline?.cancel()
      if let place { crowd?.asked(place.ticket) }
    }
    context.fireChannelRead(data)
  }

  /// The next head is waited for once the answer has left, however long that takes.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.cascade(to: promise)
    sent.futureResult.assumeIsolated().whenSuccess { _ in
      self.expectHead(context, within: HTTPLimits.idle)
    }
    context.write(data, promise: sent)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  private func end() {
    deadline?.cancel()
    if let place { crowd?.leave(place.address, place.ticket) }
    place = nil
  }

  private func expectHead(_ context: ChannelHandlerContext, within time: TimeAmount) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
      context.close(promise: nil)
    }
  }
}

@available(*, unavailable)
extension CountedConnection: Sendable {}

/// How many connections each address holds, and which have not asked for anything yet.
final class Crowd: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    var total = 0
    var ticket = 0
    /// How to end a connection on which nothing was asked yet, by ticket.
    var silent: [Int: @Sendable () -> Void] = [:]
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Returns a ticket; nil when the address holds its share. When nearly all places are taken, the
  /// connection that has been silent for longest makes room.
  func enter(_ address: String, end: @escaping @Sendable () -> Void) -> Int? {
    let (ticket, ended) = state.withLock { state -> (Int?, (@Sendable () -> Void)?) in
      guard state.counts[address, default: 0] < HTTPLimits.connectionsOfAddress else {
        return (nil, nil)
      }
      state.counts[address, default: 0] += 1
      state.total += 1
      state.ticket += 1
      let isCrowded = state.total > limit - HTTPLimits.connectionsOfAddress
      let longest = isCrowded ? state.silent.keys.min() : nil
      let ended = longest.flatMap { state.silent.removeValue(forKey: $0) }
      state.silent[state.ticket] = end
      return (state.ticket, ended)
    }
    ended?()
    return ticket
  }

  /// A whole head came.
  func asked(_ ticket: Int) { _ = state.withLock { $0.silent.removeValue(forKey: ticket) } }

  func leave(_ address: String, _ ticket: Int) {
    state.withLock { state in
      state.silent[ticket] = nil
      state.total -= 1
      state.counts[address]! -= 1
      if state.counts[address] == 0 { state.counts[address] = nil }
    }
  }
}
