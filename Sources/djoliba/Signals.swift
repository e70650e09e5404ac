import Foundation

/// Does work that ends in good order when the process is told to stop (SIGINT, SIGTERM): the
/// work's task is cancelled. A second signal ends the process at once, as it always would.
func stoppable<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) async throws -> T {
  let task = Task { try await work() }
  let sources = [SIGINT, SIGTERM].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      task.cancel()
      signal(number, SIG_DFL)
    }
    source.resume()
    return source
  }
  defer { for source in sources { source.cancel() } }
  return try await task.value
}
