import Dispatch
import Shared
import Synchronization

/// Runs the exchanges one after the other, away from the threads that serve the network. What came in
/// while others ran becomes durable together, with one wait for the disk: an exchange writes little,
/// and the disk takes longer than the hub.
///
/// Nobody is answered before what they sent is durable.
final class ExchangeQueue: Sendable {
  private struct Call: Sendable {
    let work: @Sendable () throws(Problem) -> [UInt8]
    let continuation: CheckedContinuation<Result<[UInt8], Problem>, Never>
  }

  private let queue = DispatchQueue(label: "djoliba.exchanges")
  private let waiting = Mutex<[Call]>([])
  private let together: @Sendable (() -> Void) throws(Problem) -> Void

  /// - Parameter together: runs what writes so that all of it is durable when it returns, and none
  ///   of it when it throws.
  init(together: @escaping @Sendable (() -> Void) throws(Problem) -> Void) {
    self.together = together
  }

  func run(
    _ work: @escaping @Sendable () throws(Problem) -> [UInt8]
  ) async throws(Problem) -> [UInt8] {
    let result = await withCheckedContinuation { continuation in
      waiting.withLock { $0.append(Call(work: work, continuation: continuation)) }
      queue.async { self.serve() }
    }
    return try result.get()
  }

  /// How many have not begun.
  var waitingCount: Int { waiting.withLock { $0.count } }

  private func serve() {
    let calls = waiting.withLock { waiting in
      defer { waiting.removeFirst(min(Limits.exchangesTogether, waiting.count)) }
      return Array(waiting.prefix(Limits.exchangesTogether))
    }
    for (call, result) in zip(calls, results(of: calls)) {
      call.continuation.resume(returning: result)
    }
  }

  private func results(of calls: [Call]) -> [Result<[UInt8], Problem>] {
    var results: [Result<[UInt8], Problem>] = []
    func work() { results = calls.map { call in Result { () throws(Problem) in try call.work() } } }
    guard calls.count > 1 else {
      work()
      return results
    }
    do throws(Problem) {
      try together(work)
      return results
    } catch {
      // Nothing was written; who was refused on their own account hears that.
      return calls.indices.map { index in
        guard results.indices.contains(index), case .failure = results[index] else {
          return .failure(error)
        }
        return results[index]
      }
    }
  }
}
