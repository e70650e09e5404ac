import Shared
import Synchronization

/// The port that the machine gave, known only once the server runs: the names under which the
/// console answers hold it.
final class OpenedPort: Sendable {
  private let port: Mutex<Int>
  private let made = Mutex<ConsoleResponder?>(nil)

  init(_ wanted: Int) { port = Mutex(wanted) }

  func open(_ real: Int) { port.withLock { $0 = real } }

  func responder(_ console: Console) -> ConsoleResponder {
    let port = port.withLock { $0 }
    return made.withLock { made in
      if let made { return made }
      let fresh = ConsoleResponder(
        console, isSecure: false, hosts: ["127.0.0.1:\(port)", "localhost:\(port)"])
      made = fresh
      return fresh
    }
  }
}
