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

  private struct Line {
    var waiting: [Call] = []
    /// Whether the queue is at work, or about to be.
    var isServed = false

    /// Who is next; nobody ends the work.
    mutating func next() -> [Call] {
      defer { waiting.removeFirst(min(Limits.exchangesTogether, waiting.count)) }
      isServed = !waiting.isEmpty
      return Array(waiting.prefix(Limits.exchangesTogether))
    }
  }

  private let queue = DispatchQueue(label: "djoliba.exchanges")
  private let line = Mutex(Line())
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
      let isIdle = line.withLock { line in
        line.waiting.append(Call(work: work, continuation: continuation))
        defer { line.isServed = true }
        return !line.isServed
      }
      if isIdle { queue.async { self.serve() } }
    }
    return try result.get()
  }

  /// How many have not begun.
  var waitingCount: Int { line.withLock { $0.waiting.count } }

  private func serve() {
    while case let calls = line.withLock({ $0.next() }), !calls.isEmpty {
      for (call, result) in zip(calls, results(of: calls)) {
        call.continuation.resume(returning: result)
      }
    }
  }

  private func results(of calls: [Call]) -> [Result<[UInt8], Problem>] {
    var results: [Result<[UInt8], Problem>] = []
    do throws(Problem) {
      try together {
        results = calls.map { call in Result { () throws(Problem) in try call.work() } }
      }
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
