import NIOCore

/// Waits for an answer to leave as long as its reader takes it, and no longer.
///
/// The server closes a connection that is idle or that it is stopping as soon as the answer was
/// *handed over*. NIO drops what it has not yet sent by then, which on a slow link is most of a
/// page. And who takes a byte now and then would hold a connection and an answer for ever.
final class PatientClose: ChannelOutboundHandler, RemovableChannelHandler {
  typealias OutboundIn = Any
  typealias OutboundOut = Any

  private let patience: TimeAmount
  private let least: Int
  private let left: (any Channel) -> Int
  private var unsent = 0
  private var sentCount = 0
  private var isClosing = false
  private var check: Scheduled<Void>?

  /// - Parameters:
  ///   - patience: in which something must leave, or the connection is given up.
  ///   - least: how many bytes at the least.
  ///   - left: how many bytes a channel has yet to send.
  init(
    patience: TimeAmount, least: Int = HTTPLimits.progress,
    left: @escaping (any Channel) -> Int = PatientClose.bufferedBytes
  ) {
    self.patience = patience
    self.least = least
    self.left = left
  }

  private static func bufferedBytes(_ channel: any Channel) -> Int {
    (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.cascade(to: promise)
    unsent += 1
    sent.futureResult.assumeIsolated().whenComplete { _ in
      self.unsent -= 1
      self.sentCount += 1
      if self.unsent == 0 { self.finish(context) }
    }
    if check == nil { watch(context) }
    context.write(data, promise: sent)
  }

  private func finish(_ context: ChannelHandlerContext) {
    check?.cancel()
    check = nil
    if isClosing { context.close(promise: nil) }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all, unsent > 0 else {
      context.close(mode: mode, promise: promise)
      return
    }
    context.channel.closeFuture.cascade(to: promise)
    guard !isClosing else { return }
    isClosing = true
    // What was written but never flushed would otherwise wait for ever.
    context.flush()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    check?.cancel()
    check = nil
  }

  private func watch(_ context: ChannelHandlerContext) {
    let (before, count) = (left(context.channel), sentCount)
    check = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
      let now = self.left(context.channel)
      // More is left than before when more was written, which waits until there is room.
      let moves = self.sentCount > count || now > before || before - now >= self.least
      if moves { return self.watch(context) }
      self.check = nil
      context.close(promise: nil)
    }
  }
}

@available(*, unavailable)
extension PatientClose: Sendable {}
