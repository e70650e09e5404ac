import CCurl
import Glibc

/// What one exchange gathers while libcurl runs; the callbacks reach it through a pointer.
final class CurlExchange {
  private(set) var body: [UInt8] = []
  private(set) var bytesSent = 0
  private(set) var bytesReceived = 0
  /// Whether the last header line was the empty one. libcurl takes a connection that closes
  /// among the headers for the end of a good answer.
  private(set) var headersEnded = false
  /// Of `bytesSent`, those of the body.
  private(set) var bytesPosted = 0
  /// Whether a new connection was wanted to send the request once more.
  private(set) var wasAskedAgain = false
  private let limit: Int
  private let isSentOnce: Bool
  private let stop: StopSign
  private let progress: (TransferProgress) -> Void
  private var lastProgress = TransferProgress()

  /// - Parameter isSentOnce: whether the request is not to go again by itself. libcurl does that when a
  ///   used connection ends without a byte of the answer; a sync decides for itself what goes again.
  init(
    limit: Int, isSentOnce: Bool, stop: StopSign,
    progress: @escaping (TransferProgress) -> Void
  ) {
    self.limit = limit
    self.isSentOnce = isSentOnce
    self.stop = stop
    self.progress = progress
  }

  /// Points the handle's callbacks here; valid until the exchange is over.
  func attach(to handle: UnsafeMutableRawPointer) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
    ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
    ccurl_set_pointer(handle, CURLOPT_DEBUGDATA, context)
    ccurl_set_pointer(handle, CURLOPT_SOCKOPTDATA, context)
  }

  /// False refuses the bytes, and with them the answer.
  fileprivate func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= limit - body.count else { return false }
    body.append(contentsOf: bytes)
    return true
  }

  /// libcurl's own sums overlap (the request size includes whatever of the body left with the
  /// headers), so what passes through the connection is counted where it passes.
  fileprivate func count(_ bytes: UnsafeRawBufferPointer, _ kind: curl_infotype) {
    switch kind {
    case CURLINFO_HEADER_OUT, CURLINFO_DATA_OUT: bytesSent += bytes.count
    case CURLINFO_HEADER_IN, CURLINFO_DATA_IN: bytesReceived += bytes.count
    default: break
    }
    if kind == CURLINFO_DATA_OUT { bytesPosted += bytes.count }
    if kind == CURLINFO_HEADER_IN { headersEnded = bytes.elementsEqual("\r\n".utf8) }
  }

  /// False refuses a connection, before it costs anything.
  fileprivate func mayConnect() -> Bool {
    wasAskedAgain = isSentOnce && bytesSent > 0
    return !wasAskedAgain
  }

  /// False aborts the exchange.
  fileprivate func report(_ now: TransferProgress) -> Bool {
    if now != lastProgress {
      lastProgress = now
      progress(now)
    }
    return !stop.isRaised
  }
}

extension CurlExchange {
  /// The callbacks are the same for every exchange: set once for a handle's life.
  static func installCallbacks(on handle: UnsafeMutableRawPointer) {
    ccurl_on_write(handle) { bytes, size, count, context in
      let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return CurlExchange.behind(context).append(buffer) ? buffer.count : 0
    }
    ccurl_on_progress(handle) { context, toReceive, received, toSend, sent in
      let now = TransferProgress(
        bytesSent: Int(sent), bytesExpectedToSend: Int(toSend), bytesReceived: Int(received),
        bytesExpectedToReceive: Int(toReceive))
      return CurlExchange.behind(context).report(now) ? 0 : 1
    }
    ccurl_on_debug(handle) { _, kind, bytes, size, context in
      let buffer = UnsafeRawBufferPointer(start: bytes, count: size)
      CurlExchange.behind(context).count(buffer, kind)
      return 0
    }
    ccurl_on_socket(handle) { context, socket, _ in
      guard CurlExchange.behind(context).mayConnect() else { return CURL_SOCKOPT_ERROR }
      keepQueueShort(socket)
      return CURL_SOCKOPT_OK
    }
  }

  private static func behind(_ context: UnsafeMutableRawPointer?) -> CurlExchange {
    Unmanaged<CurlExchange>.fromOpaque(context!).takeUnretainedValue()
  }
}

/// Without this the kernel swallows a whole page at once: on a slow link nothing would then seem
/// to move for as long as it drains, which looks like a stall and is none.
private func keepQueueShort(_ socket: Int32) {
  var unsent: Int32 = 16 * 1024
  setsockopt(
    socket, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &unsent, socklen_t(MemoryLayout<Int32>.size))
}
