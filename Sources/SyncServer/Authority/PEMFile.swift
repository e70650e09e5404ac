import Foundation
import Shared
import Storage

/// Small files that are there whole or not at all, and that nobody else may read meanwhile.
enum PEMFile {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func read(_ path: String) throws(Problem) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw Problem(.file_missing, at: path, cause: "\(error)")
    }
  }

  /// Writes beside `path` and renames. The mode holds from the first byte: a key that is closed to
  /// others only afterwards can be read in between.
  static func write(_ bytes: [UInt8], _ path: String, mode: mode_t) throws(Problem) {
    let draft = path + ".new"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure(path, errno) }
    do {
      let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
      try handle.write(contentsOf: Data(bytes))
      try handle.close()
    } catch {
      unlink(draft)
      let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
      throw Problem(isFull ? .disk_full : .cannot_write, at: path, cause: "\(error)")
    }
    try DurableFile.rename(draft, to: path)
  }

  static func rename(_ draft: String, to path: String) throws(Problem) {
    try DurableFile.rename(draft, to: path)
  }

  static func remove(_ paths: [String]) throws(Problem) { try DurableFile.remove(paths) }

  static func makeFolder(_ path: String) throws(Problem) { try DurableFile.makeFolder(path) }

  private static func failure(_ path: String, _ reason: Int32) -> Problem {
    Problem(
      reason == ENOSPC ? .disk_full : .cannot_write, at: path,
      cause: String(cString: strerror(reason)))
  }
}
