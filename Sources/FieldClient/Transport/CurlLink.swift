import Shared

/// The hub's addresses and the handle that reaches them.
///
/// `@unchecked Sendable`: `CurlTransport` touches it on its serial queue only.
final class CurlLink: @unchecked Sendable {
  private let addresses: [HubAddress]
  private let handle: CurlHandle
  /// The address that answered last.
  private var preferred = 0

  init(addresses: [HubAddress], handle: CurlHandle) {
    self.addresses = addresses
    self.handle = handle
  }

  /// Goes to the next address only while nothing of the request has left: before that, trying
  /// elsewhere costs nothing and gives nothing away.
  func exchange(
    _ request: HTTPRequest, stop: StopSign, progress: @escaping (TransferProgress) -> Void
  ) throws(Problem) -> HTTPAnswer {
    let headers = try HeaderList(request.headers)
    var worst: Problem?
    for index in [preferred] + addresses.indices.filter({ $0 != preferred }) where !stop.isRaised {
      do throws(CurlFailure) {
        let answer = try handle.perform(
          request, headers: headers, at: addresses[index], stop: stop, progress: progress)
        preferred = index
        return answer
      } catch {
        guard !error.connected else {
          preferred = index
          throw error.problem
        }
        // A stranger who answers for the hub matters more than a date, and that more than silence.
        if error.problem.weight >= worst?.weight ?? 0 { worst = error.problem }
      }
    }
    guard let worst, !stop.isRaised else { throw Problem(.interrupted, cause: "cancelled") }
    throw worst
  }
}

extension Problem {
  fileprivate var weight: Int {
    switch code {
    case .untrusted_hub: 2
    case .certificate_date: 1
    default: 0
    }
  }
}
