import Dispatch
package import Shared
import Synchronization

/// HTTP/1.1 to the hub through libcurl, over one connection that is kept between exchanges.
///
/// Exchanges are done one after the other. libcurl blocks, so it works on a queue of its own and
/// never on the threads that run tasks.
package final class CurlTransport: Transport {
  private let link: CurlLink
  private let queue = DispatchQueue(label: "djoliba.transport")

  /// - Parameters:
  ///   - addresses: tried in this order when connecting fails, the one that worked last first.
  ///   - authorityPEM: the only authority an https hub is believed from; without one, no https
  ///     hub is. The system's authorities are never asked.
  ///   - userAgent: sent with each request; empty sends none.
  ///   - stallSeconds: how long nothing may move before an exchange is given up.
  ///   - connectSeconds: how long connecting to one address may take, TLS included.
  /// - Throws: `.plain_http` or `.invitation_invalid` for an address that is not allowed.
  package init(
    addresses: [String], authorityPEM: [UInt8]?, userAgent: String, stallSeconds: Int = 30,
    connectSeconds: Int = 30
  ) throws(Problem) {
    precondition(stallSeconds > 0 && connectSeconds > 0, "a time limit is at least a second")
    var parsed: [HubAddress] = []
    for address in addresses { parsed.append(try HubAddress(address)) }
    guard !parsed.isEmpty else { throw Problem(.invitation_invalid, cause: "no address") }
    let handle = CurlHandle(
      authorityPEM: authorityPEM, userAgent: userAgent, stallSeconds: stallSeconds,
      connectSeconds: connectSeconds)
    link = CurlLink(addresses: parsed, handle: handle)
  }

  package func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    let stop = StopSign()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async { [link] in
          continuation.resume(
            returning: Result { () throws(Problem) in
              try link.exchange(request, stop: stop, progress: progress)
            })
        }
      }
    } onCancel: {
      stop.raise()
    }
    return try result.get()
  }
}

/// Raised by whoever cancels, seen by libcurl's callbacks at least once a second.
final class StopSign: Sendable {
  private let raised = Atomic<Bool>(false)

  var isRaised: Bool { raised.load(ordering: .relaxed) }
  func raise() { raised.store(true, ordering: .relaxed) }
}
