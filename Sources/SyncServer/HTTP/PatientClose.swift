import NIOCore

/// Keeps a connection that is about to be closed until the answer it carries has left.
///
/// The server closes a connection that is idle or that it is stopping as soon as the answer was
/// *handed over*. NIO drops what it has not yet sent by then, which on a slow link is most of a
/// page. This handler waits as long as bytes leave, and no longer.
final class PatientClose: ChannelOutboundHandler, RemovableChannelHandler {
  typealias OutboundIn = Any
  typealias OutboundOut = Any

  private let patience: TimeAmount
  private let left: (any Channel) -> Int
  private var unsent = 0
  private var isClosing = false
  private var check: Scheduled<Void>?

  /// - Parameters:
  ///   - patience: how long nothing may leave before the connection is given up.
  ///   - left: how many bytes a channel has yet to send.
  init(
    patience: TimeAmount, left: @escaping (any Channel) -> Int = PatientClose.bufferedBytes
  ) {
    self.patience = patience
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
      if self.isClosing, self.unsent == 0 { self.close(context) }
    }
    context.write(data, promise: sent)
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
    if context.channel.isActive, unsent > 0 { watch(context, left: left(context.channel)) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    check?.cancel()
    check = nil
  }

  private func watch(_ context: ChannelHandlerContext, left before: Int) {
    check = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
      let now = self.left(context.channel)
      if now == before { self.close(context) } else { self.watch(context, left: now) }
    }
  }

  private func close(_ context: ChannelHandlerContext) {
    check?.cancel()
    check = nil
    context.close(promise: nil)
  }
}

@available(*, unavailable)
extension PatientClose: Sendable {}
