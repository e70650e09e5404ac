import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Shared
@testable import SyncServer

/// Who may read the figures, and what answers when the hub is not well.
@Suite struct HTTPFiguresTests {
  @Test(arguments: [
    ("127.0.0.1", true), ("127.8.8.8", true), ("::1", true), ("192.168.1.4", false),
    ("::ffff:192.168.1.4", false), ("2001:db8::1", false),
  ])
  func `only a program of this machine is one`(address: String, isOne: Bool) throws {
    let channel = EmbeddedChannel()
    try channel.connect(to: SocketAddress(ipAddress: address, port: 9)).wait()
    let source = ApplicationRequestContextSource(channel: channel, logger: Logger(label: "test"))
    #expect(HubContext(source: source).isThisMachine == isOne)
  }

  @Test func `figures are for this machine alone, whoever a proxy speaks for`() async throws {
    try await LiveHub.run(behindProxy: true) { hub in
      #expect(try await hub.curl("/metrics").status == 200)
      for address in ["192.0.2.7", "127.0.0.1"] {
        let answer = try await hub.curl("/metrics", "-H", "X-Forwarded-For: \(address)")
        #expect(answer.status == 403)
      }
    }
  }

  @Test func `the hub's health is felt once a second, and both answers are remembered`() throws {
    let (uptime, asked) = (TableClock(0), TableClock(0))
    let pulse = Pulse(uptime: { uptime.now }) { () throws(Problem) in
      asked.advance(1)
      if asked.now == 1 { throw Problem(.disk_full) }
      return [1]
    }
    for _ in 0..<3 { #expect(throws: Problem(.disk_full)) { try pulse.feel() } }
    uptime.advance(1_000)
    for _ in 0..<3 { #expect(try pulse.feel() == [1]) }
    #expect(asked.now == 2)
  }
}
