import Hummingbird
import NIOCore
import NIOHTTPTypes
import Synchronization

/// A request's context: who calls, as far as the network tells.
struct HubContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// An IPv4 address, or the half of an IPv6 address that its owner does not choose.
  let address: String

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    address = source.channel.remoteAddress.map(Self.address) ?? ""
  }

  init(source: ApplicationRequestContextSource, address: String) {
    coreContext = .init(source: source)
    self.address = address
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
final class CountedConnection: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let crowd: Crowd?
  private var address: String?
  private var deadline: Scheduled<Void>?

  /// - Parameter crowd: nil behind a proxy, whose address is everybody's.
  init(crowd: Crowd?) { self.crowd = crowd }

  func handlerAdded(context: ChannelHandlerContext) {
    if let crowd, let remote = context.channel.remoteAddress {
      let address = HubContext.address(remote)
      guard crowd.enter(address) else { return context.close(promise: nil) }
      self.address = address
    }
    expectHead(context, within: HTTPLimits.firstHead)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: deadline?.cancel()
    case .body: break
    case .end: expectHead(context, within: HTTPLimits.idle)
    }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  private func end() {
    deadline?.cancel()
    if let address { crowd?.leave(address) }
    address = nil
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

/// How many connections each address holds.
final class Crowd: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  func enter(_ address: String) -> Bool {
    counts.withLock { counts in
      guard counts[address, default: 0] < HTTPLimits.connectionsOfAddress else { return false }
      counts[address, default: 0] += 1
      return true
    }
  }

  func leave(_ address: String) {
    counts.withLock { counts in
      counts[address]! -= 1
      if counts[address] == 0 { counts[address] = nil }
    }
  }
}
