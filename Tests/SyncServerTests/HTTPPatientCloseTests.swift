import NIOCore
import NIOEmbedded
import Testing

@testable import SyncServer

/// In virtual time: the embedded loop moves only when it is told to.
@Suite struct PatientCloseTests {
  @Test func `a connection with nothing left to send closes at once`() throws {
    let slow = try SlowLink()
    slow.channel.close(promise: nil)
    slow.loop.run()
    #expect(!slow.channel.isActive)
  }

  @Test func `an answer that was handed over leaves before the connection closes`() throws {
    let slow = try SlowLink()
    slow.answer(bytes: 100)
    slow.channel.close(promise: nil)
    slow.loop.run()
    #expect(slow.channel.isActive)
    slow.link.deliver(100)
    slow.loop.run()
    #expect(!slow.channel.isActive)
  }

  @Test func `a reader who takes a byte now and then does not hold an answer`() throws {
    let slow = try SlowLink(least: 10)
    slow.answer(bytes: 1_000)
    for _ in 0..<5 {
      slow.link.deliver(10)
      slow.loop.advanceTime(by: .seconds(10))
      #expect(slow.channel.isActive)
    }
    slow.link.deliver(9)
    slow.loop.advanceTime(by: .seconds(10))
    #expect(!slow.channel.isActive)
  }

  @Test func `a connection whose answer has left is not held to any pace`() throws {
    let slow = try SlowLink(least: 10)
    slow.answer(bytes: 100)
    slow.link.deliver(100)
    slow.loop.advanceTime(by: .hours(1))
    #expect(slow.channel.isActive)
  }

  @Test func `a link that creeps is waited for, a link that is dead is not`() throws {
    let slow = try SlowLink()
    slow.answer(bytes: 100)
    slow.channel.close(promise: nil)
    for _ in 0..<50 {
      slow.link.deliver(1)
      slow.loop.advanceTime(by: .seconds(10))
      #expect(slow.channel.isActive)
    }
    slow.loop.advanceTime(by: .seconds(10))
    #expect(!slow.channel.isActive)
  }
}

/// A channel whose link takes bytes only when the test says so.
private struct SlowLink {
  let loop = EmbeddedEventLoop()
  let link = Link()
  let channel: EmbeddedChannel

  init(least: Int = 1) throws {
    let patience = PatientClose(patience: .seconds(10), least: least) { [link] _ in link.left }
    channel = EmbeddedChannel(handlers: [link, patience], loop: loop)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  func answer(bytes: Int) {
    channel.writeAndFlush(ByteBuffer(repeating: 0, count: bytes), promise: nil)
  }
}

private final class Link: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  private(set) var left = 0
  private var sent: EventLoopPromise<Void>?

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    left += unwrapOutboundIn(data).readableBytes
    sent = promise
  }

  func deliver(_ bytes: Int) {
    left -= bytes
    if left == 0 { sent?.succeed() }
  }
}
