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

/// Ends connections of an address that holds too many, and those on which nothing moves.
///
/// A connection without a byte is closed by the server's library; this one counts whole heads and
/// kilobytes of bodies, so that a byte a minute keeps nothing open.
final class CountedConnection: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private enum Awaited {
    case head, body
    /// One that is a line of text, and is there at once.
    case shortBody
    case answer
  }

  private let crowd: Crowd?
  private var place: (address: String, ticket: Int)?
  private var deadline: Scheduled<Void>?
  private var awaited = Awaited.head
  /// Bytes of the body since it was last given time.
  private var received = 0

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
    expect(.head, context, within: HTTPLimits.firstHead)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let isShort = Self.isShort(head.path ?? "")
      expect(
        isShort ? .shortBody : .body, context,
        within: isShort ? HTTPLimits.shortBody : HTTPLimits.idle)
    case .body(let bytes): take(bytes.readableBytes, context)
    case .end: if awaited != .head { serve() }
    }
    context.fireChannelRead(data)
  }

  /// The next head is waited for once the answer has left, however long that takes.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.cascade(to: promise)
    sent.futureResult.assumeIsolated().whenSuccess { _ in
      self.expect(.head, context, within: HTTPLimits.idle)
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

  /// The slowest link brings many times that much; a body that was answered already gets no time.
  private func take(_ bytes: Int, _ context: ChannelHandlerContext) {
    guard case .body = awaited else { return }
    received += bytes
    if received >= HTTPLimits.progress { expect(.body, context, within: HTTPLimits.idle) }
  }

  private func serve() {
    awaited = .answer
    deadline?.cancel()
    if let place { crowd?.asked(place.ticket) }
  }

  private func expect(_ what: Awaited, _ context: ChannelHandlerContext, within time: TimeAmount) {
    awaited = what
    received = 0
    if let place { crowd?.waits(place.ticket) }
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
      context.close(promise: nil)
    }
  }

  /// Whether anybody may ask this, without a secret, in a few hundred bytes.
  private static func isShort(_ path: String) -> Bool {
    path.hasPrefix(HubRoute.enroll.rawValue) || PagesAtTheDoor.checksPassword(path)
  }
}

@available(*, unavailable)
extension CountedConnection: Sendable {}

/// How many connections each address holds, and which of them wait for their callers.
final class Crowd: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    var total = 0
    var ticket = 0
    var moves = 0
    /// How to end a connection, by ticket.
    var ends: [Int: @Sendable () -> Void] = [:]
    /// When each that has not asked its question whole last moved, in the order of moves.
    var waiting: [Int: Int] = [:]

    mutating func move(_ ticket: Int) {
      moves += 1
      waiting[ticket] = moves
    }
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Returns a ticket; nil when the address holds its share. When nearly all places are taken, the
  /// connection on which nothing has moved for longest makes room.
  func enter(_ address: String, end: @escaping @Sendable () -> Void) -> Int? {
    let (ticket, ended) = state.withLock { state -> (Int?, (@Sendable () -> Void)?) in
      guard state.counts[address, default: 0] < HTTPLimits.connectionsOfAddress else {
        return (nil, nil)
      }
      state.counts[address, default: 0] += 1
      state.total += 1
      state.ticket += 1
      let isCrowded = state.total > limit - HTTPLimits.connectionsOfAddress
      let longest = isCrowded ? state.waiting.min { $0.value < $1.value }?.key : nil
      if let longest { state.waiting[longest] = nil }
      state.ends[state.ticket] = end
      state.move(state.ticket)
      return (state.ticket, longest.flatMap { state.ends.removeValue(forKey: $0) })
    }
    ended?()
    return ticket
  }

  /// A whole question came.
  func asked(_ ticket: Int) { _ = state.withLock { $0.waiting.removeValue(forKey: ticket) } }

  /// Something came, and more is to come.
  func waits(_ ticket: Int) {
    state.withLock { if $0.ends[ticket] != nil { $0.move(ticket) } }
  }

  func leave(_ address: String, _ ticket: Int) {
    state.withLock { state in
      state.ends[ticket] = nil
      state.waiting[ticket] = nil
      state.total -= 1
      state.counts[address]! -= 1
      if state.counts[address] == 0 { state.counts[address] = nil }
    }
  }
}
