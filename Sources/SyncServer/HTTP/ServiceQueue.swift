import Dispatch
import Shared

/// Runs the hub's blocking questions, one after the other, away from the threads that serve the network.
struct ServiceQueue: Sendable {
  private let queue: DispatchQueue

  init(_ label: String) {
    queue = DispatchQueue(label: label)
  }

  func run<T: Sendable>(
    _ work: @escaping @Sendable () throws(Problem) -> T
  ) async throws(Problem) -> T {
    let result = await withCheckedContinuation { continuation in
      queue.async {
        continuation.resume(returning: Result { () throws(Problem) in try work() })
      }
    }
    return try result.get()
  }
}
