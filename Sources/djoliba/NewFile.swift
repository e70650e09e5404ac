import Foundation
import Shared
import Storage
import Terminal

/// A file that appears whole or not at all, readable by its owner alone: what leaves the replica
/// must not lie half written, nor open to everybody on the machine.
struct NewFile {
  private let path: String
  private let fresh: String
  private let file: FileHandle

  /// Writes a file through `body`; nothing is left of it when that throws.
  ///
  /// - Throws: `.file_exists`, `.cannot_write`, `.disk_full`, and what `body` throws.
  static func make(_ path: String, _ body: (NewFile) throws -> Void) throws {
    guard !exists(path) else { throw Problem(.file_exists, at: path) }
    let new = try NewFile(path)
    do {
      try body(new)
      try new.finish()
    } catch {
      try? FileManager.default.removeItem(atPath: new.fresh)
      throw error
    }
  }

  static func exists(_ path: String) -> Bool {
    // Also a link that leads nowhere: writing would go where nobody looks.
    (try? FileManager.default.attributesOfItem(atPath: path)) != nil
  }

  private init(_ path: String) throws(Problem) {
    let fresh = path + ".\(ProcessInfo.processInfo.processIdentifier).tmp"
    guard
      FileManager.default.createFile(
        atPath: fresh, contents: nil, attributes: [.posixPermissions: 0o600]),
      let file = FileHandle(forWritingAtPath: fresh)
    else { throw Problem(errno == ENOSPC ? .disk_full : .cannot_write, at: path) }
    (self.path, self.fresh, self.file) = (path, fresh, file)
  }

  func write(_ text: String) throws(Problem) {
    do {
      try file.write(contentsOf: Data(text.utf8))
    } catch {
      throw failure(error)
    }
  }

  private func finish() throws(Problem) {
    do {
      try file.close()
    } catch {
      throw failure(error)
    }
    guard !Self.exists(path) else { throw Problem(.file_exists, at: path) }
    try DurableFile.rename(fresh, to: path)
  }

  private func failure(_ error: any Error) -> Problem {
    let problem = Problem(reporting: error)
    let code: Problem.Code = problem.code == .disk_full ? .disk_full : .cannot_write
    return Problem(code, at: path, cause: problem.cause)
  }
}
