import Dispatch
import Foundation
import NIOCore
import Synchronization

/// Backups of the hub by its own program, one after the other while it is driven, and the last of them
/// restored and verified.
final class Copies: Sendable {
  private let server: String
  private let folder: String
  private let file: String
  private let state = Mutex<(seconds: [Double], isOver: Bool, failure: (any Error)?)>(
    ([], false, nil))
  private let ended = DispatchSemaphore(value: 0)

  init(server: String, folder: String, file: String, from start: NIODeadline) {
    (self.server, self.folder, self.file) = (server, folder, file)
    Thread.detachNewThread { [self] in
      Thread.sleep(forTimeInterval: Double((start - .now()).nanoseconds) / 1e9)
      while !state.withLock({ $0.isOver || $0.failure != nil }) { copy() }
      ended.signal()
    }
  }

  private func copy() {
    let begun = NIODeadline.now()
    do {
      try? FileManager.default.removeItem(atPath: file)
      try HubProcess.run(server, ["backup", file, "--data", folder])
      let seconds = Double((.now() - begun).nanoseconds) / 1e9
      state.withLock { $0.seconds.append(seconds) }
    } catch {
      state.withLock { $0.failure = error }
    }
  }

  /// Waits for the last one, restores and verifies it. Throws when one failed.
  func end() throws {
    state.withLock { $0.isOver = true }
    ended.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
    let fresh = folder + "-restored"
    try? FileManager.default.removeItem(atPath: fresh)
    defer { try? FileManager.default.removeItem(atPath: fresh) }
    try HubProcess.run(server, ["restore", file, "--data", fresh])
    try HubProcess.run(server, ["verify", "--data", fresh])
    let seconds = state.withLock { $0.seconds.sorted() }
    let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    print(
      "\(seconds.count) backups, median \(String(format: "%.2f", seconds[seconds.count / 2])) s, "
        + "highest \(String(format: "%.2f", seconds[seconds.count - 1])) s, the last of \(bytes) bytes; "
        + "restored and verified")
  }
}
