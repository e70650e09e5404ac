import Shared
import Synchronization
import Work

/// The sync that a person forced from a page. It goes on while they read other pages, and says
/// how far it is to whoever asks.
final class SyncBoard: Sendable {
  enum State: Sendable {
    case idle
    case running(LinkProgress)
    case done(LinkReport)
    case failed(Problem)
  }

  let desk: any FieldDesk
  private let current = Mutex(State.idle)

  init(desk: any FieldDesk) { self.desk = desk }

  var state: State { current.withLock { $0 } }

  /// Begins a sync; nothing when one is under way.
  func start() {
    let begins = current.withLock { state in
      if case .running = state { return false }
      state = .running(LinkProgress())
      return true
    }
    if begins { Task { await run() } }
  }

  func run() async {
    let end: State
    do throws(Problem) {
      end = .done(
        try await desk.sync { progress in
          self.current.withLock { $0 = .running(progress) }
        })
    } catch {
      end = .failed(error)
    }
    current.withLock { $0 = end }
  }
}
