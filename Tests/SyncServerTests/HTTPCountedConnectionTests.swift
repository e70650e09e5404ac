import Hummingbird
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import SyncServer

/// In virtual time, as a connection sees it.
@Suite struct CountedConnectionTests {
  private let channel: EmbeddedChannel
  private var loop: EmbeddedEventLoop { channel.embeddedEventLoop }

  init() throws {
    channel = EmbeddedChannel(handler: CountedConnection(crowd: nil))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  private func ask() throws {
    let head = HTTPRequest(method: .get, scheme: "https", authority: "x", path: "/")
    try channel.writeInbound(HTTPRequestPart.head(head))
    try channel.writeInbound(HTTPRequestPart.end(nil))
  }

  @Test func `a connection on which nothing is asked ends`() {
    loop.advanceTime(by: HTTPLimits.firstHead - .seconds(1))
    #expect(channel.isActive)
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test func `an answer takes as long as it takes, and the next question does not`() throws {
    try ask()
    loop.advanceTime(by: .hours(1))
    #expect(channel.isActive)
    try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
    loop.advanceTime(by: .hours(1))
    #expect(channel.isActive)
    try channel.writeOutbound(HTTPResponsePart.end(nil))
    loop.advanceTime(by: HTTPLimits.idle - .seconds(1))
    #expect(channel.isActive)
    try ask()
    loop.advanceTime(by: .hours(1))
    #expect(channel.isActive)
    try channel.writeOutbound(HTTPResponsePart.end(nil))
    loop.advanceTime(by: HTTPLimits.idle)
    #expect(!channel.isActive)
  }

  @Test func `an address has its share of connections, and the silent make room`() {
    let crowd = Crowd(limit: HTTPLimits.connections)
    var tickets = (0..<HTTPLimits.connectionsOfAddress).map { _ in
      crowd.enter("a") {} ?? -1
    }
    #expect(crowd.enter("a") {} == nil)
    crowd.leave("a", tickets.removeFirst())
    #expect(crowd.enter("a") {} != nil)
    let full = HTTPLimits.connections - 2 * HTTPLimits.connectionsOfAddress
    for number in 0..<full { _ = crowd.enter("b\(number)") {} }
    crowd.asked(tickets[0])
    let ended = Ended()
    let silent = crowd.enter("c") { ended.note() }
    #expect(silent != nil && ended.count == 0)
    // The longest silent goes first: those of "a", but for the one that asked.
    for number in 0..<(HTTPLimits.connections - 2) { _ = crowd.enter("d\(number)") {} }
    #expect(ended.count == 1)
  }
}

/// Counts what it is told.
private final class Ended: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func note() { value.withLock { $0 += 1 } }
}
