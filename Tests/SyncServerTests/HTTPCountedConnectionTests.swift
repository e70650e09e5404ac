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

  private func begin(_ path: String) throws {
    let head = HTTPRequest(method: .post, scheme: "https", authority: "x", path: path)
    try channel.writeInbound(HTTPRequestPart.head(head))
  }

  private func send(_ bytes: Int) throws {
    try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 0, count: bytes)))
  }

  @Test func `a body of which a byte comes now and then ends its connection`() throws {
    try begin("/v1/sync")
    loop.advanceTime(by: HTTPLimits.idle - .seconds(1))
    try send(HTTPLimits.progress - 1)
    #expect(channel.isActive)
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test func `a body that moves, however slowly, is waited for to its end`() throws {
    try begin("/v1/sync")
    // A satellite that stalls for two minutes and goes on: two hours for 64 KiB.
    for _ in 0..<64 {
      loop.advanceTime(by: HTTPLimits.idle - .seconds(1))
      try send(HTTPLimits.progress)
    }
    try channel.writeInbound(HTTPRequestPart.end(nil))
    loop.advanceTime(by: .hours(1))
    #expect(channel.isActive)
  }

  @Test(arguments: ["/v1/enroll", "/entree", "/mot-de-passe?x"])
  func `a code or a password is there at once or not at all`(path: String) throws {
    try begin(path)
    for _ in 0..<29 {
      loop.advanceTime(by: .seconds(1))
      try send(HTTPLimits.progress)
    }
    #expect(channel.isActive)
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test func `what still comes of a body that was answered gives no time`() throws {
    try begin("/v1/sync")
    try channel.writeOutbound(HTTPResponsePart.end(nil))
    loop.advanceTime(by: HTTPLimits.idle - .seconds(1))
    try send(HTTPLimits.progress)
    try channel.writeInbound(HTTPRequestPart.end(nil))
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test func `who moves keeps a place, and who has asked before and is silent gives it up`() {
    let crowd = Crowd(limit: HTTPLimits.connections)
    let (slow, idle, moving) = (Ended(), Ended(), Ended())
    let tickets = [slow, idle, moving].map { ended in crowd.enter("a") { ended.note() }! }
    crowd.asked(tickets[1])
    crowd.waits(tickets[1])
    let full = HTTPLimits.connections - HTTPLimits.connectionsOfAddress - 3
    for number in 0..<full { _ = crowd.enter("b\(number)") {} }
    crowd.waits(tickets[2])
    _ = crowd.enter("c") {}
    #expect(slow.count == 1 && idle.count == 0)
    _ = crowd.enter("d") {}
    #expect(idle.count == 1)
    for number in 0..<full { _ = crowd.enter("e\(number)") {} }
    #expect(moving.count == 0)
    _ = crowd.enter("f") {}
    #expect(moving.count == 1)
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
