#if canImport(Glibc)
  import Glibc
#endif
import Shared

/// One sync of a directory at a time, whichever program runs it. The lock goes with the process.
struct SyncLock {
  private let descriptor: Int32

  /// Throws `.busy` when another sync holds it.
  init(directory: String) throws(Problem) {
    let path = directory + "/sync.lock"
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Problem(.cannot_write, at: path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw Problem(.busy, at: directory)
    }
  }

  /// Unlocks before closing: a program that this one is just starting holds the file open until it
  /// runs, and would hold the lock with it.
  func release() {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
