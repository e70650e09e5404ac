import Foundation
import Shared
import SyncServer
import Terminal

/// The clock and the chance of this machine.
enum Machine {
  /// Milliseconds since 1970.
  static let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }

  static let random: @Sendable () -> UInt64 = {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }

  /// Who sits at this machine's terminal, as the audit log names them.
  static let clerk = "shell:\(ProcessInfo.processInfo.userName)"
}

extension Command {
  /// The data directory that the options name.
  var folder: HubFolder { HubFolder(global.directory().path) }

  /// - Parameter schema: taken over when it is newer than the hub's.
  func openHub(schema: Schema? = nil) throws(Problem) -> Hub {
    Hub(store: try folder.open(schema: schema), now: Machine.now, random: Machine.random)
  }
}
