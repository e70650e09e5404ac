import Foundation
package import Shared

/// One server of a folder at a time, on whichever port. What paces callers, counts a device's day and
/// remembers bodies is one process's own: two would each let through as much. The lock is the folder's
/// own and goes with the process.
package struct ServingLock: Sendable {
  private let descriptor: Int32

  /// Throws `.already_served` when another server holds it.
  package init(_ folder: HubFolder) throws(Problem) {
    descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Problem(.no_hub, at: folder.path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw Problem(.already_served, at: folder.path)
    }
  }

  package func release() {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
