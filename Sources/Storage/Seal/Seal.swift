import CSealed
import Foundation
import GRDB
package import Shared
import Synchronization

/// Sealed databases: SQLite files whose pages only their key opens. What seals them stands below
/// SQLite; everything above opens them by their path, as any other.
package enum Seal {
  private static let name = Array("Djoliba\u{1}".utf8)
  /// The keys that are open, by their folder.
  private static let keys = Mutex<[String: SealKey]>([:])

  /// Whether a file says that it is sealed. Not to be asked of one that this process has open:
  /// closing a file takes all of a process's locks from it.
  package static func isNamed(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    return (try? file.read(upToCount: name.count)).map { Array($0) == name } ?? false
  }

  /// Whether a file is sealed with another key than its folder's, which is open: its head says so, and
  /// none of its first pages opens. Of a head that was damaged, some page tells better. Not to be asked
  /// of a file that this process has open, either.
  package static func isOthers(_ path: String) -> Bool {
    let folder = realPath(folder(of: path))
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    for number in 1...UInt32(64) {
      guard let page = try? file.read(upToCount: Int(SEALED_PAGE)), page.count == SEALED_PAGE else {
        return number > 1
      }
      let bytes = [UInt8](page)
      if number == 1, sealed_is_other(folder, bytes) == 0 { return false }
      if sealed_opens(folder, number, bytes) != 0 { return false }
    }
    return true
  }

  /// Has SQLite open every file through the seal, and the seal through this file system of SQLite's.
  package static func install(above name: String) {
    precondition(sealed_install(name) == 0, "out of memory")
  }

  /// Opens a folder's sealed databases with this key, from now on and in this process. Empty files
  /// become sealed ones.
  package static func open(_ folder: String, with key: SealKey) {
    let path = realPath(folder)
    let failure = key.withKeys { sealed_unlock(path, $0) }
    precondition(failure == 0, "out of memory")
    keys.withLock { $0[path] = key }
  }

  /// Forgets the key. What is open stays open.
  package static func close(_ folder: String) {
    let path = realPath(folder)
    sealed_lock(path)
    keys.withLock { $0[path] = nil }
  }

  /// Seals a few bytes with a folder's key; nil when none is open.
  package static func seal(_ bytes: [UInt8], in folder: String) -> [UInt8]? {
    let path = realPath(folder)
    return keys.withLock { $0[path] }?.seal(bytes)
  }

  /// What was sealed so. Throws `.no_key` when another key did, and is nil while none is open.
  package static func unseal(_ box: [UInt8], in folder: String) throws(Problem) -> [UInt8]? {
    let path = realPath(folder)
    guard let key = keys.withLock({ $0[path] }) else { return nil }
    guard let bytes = key.open(box) else { throw Problem(.no_key, at: folder) }
    return bytes
  }

  package static func isOpen(_ folder: String) -> Bool { sealed_is_unlocked(realPath(folder)) != 0 }

  /// Bytes that each page of this folder's databases keeps free for its seal.
  static func reserve(beside path: String) -> Int {
    isOpen(folder(of: path)) ? Int(SEALED_RESERVE) : 0
  }

  /// The first page of a database at this path, sealed when those of its folder are.
  static func firstPage(_ page: Data, beside path: String) -> Data {
    var bytes = [UInt8](page)
    guard sealed_first_page(realPath(folder(of: path)), &bytes) == 0 else { return page }
    return Data(bytes)
  }

  private static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  /// As SQLite names it.
  private static func realPath(_ folder: String) -> String {
    guard let found = realpath(folder, nil) else { return folder }
    defer { free(found) }
    return String(cString: found)
  }
}

extension Replica {
  /// Whether this replica is unreadable without its key.
  package var isSealed: Bool {
    (try? pool.read { db in sealed_holds(db.sqliteConnection) != 0 }) ?? false
  }

  /// The same of one that is not open; its folder's key must be.
  package static func isSealed(path: String) throws(Problem) -> Bool {
    try storing(at: path) {
      let queue = try DatabaseQueue(path: path)
      defer { try? queue.close() }
      return try queue.read { db in sealed_holds(db.sqliteConnection) != 0 }
    }
  }

  /// Puts a sealed copy in the place of a plain replica, and overwrites what the plain file held.
  /// The folder's key must be open.
  ///
  /// A machine that stops in the middle of it has the plain file or the sealed one.
  ///
  /// - Throws: `.busy` when another program has the file open, `.disk_full`, `.cannot_write`.
  package static func seal(path: String) throws(Problem) {
    let fresh = path + ".sealing"
    let reserve = Seal.reserve(beside: path)
    precondition(reserve > 0, "the key must be open")
    try storing(at: path) {
      try DurableFile.remove(["", "-journal", "-wal", "-shm"].map { fresh + $0 })
      let queue = try DatabaseQueue(path: path)
      // Nobody else can have it open from here on, so nobody writes into a file that goes away.
      try queue.inDatabase { db in
        try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE")
        try db.execute(sql: "BEGIN EXCLUSIVE; COMMIT")
        db.reservePages(reserve)
        try db.execute(sql: "VACUUM INTO ?", arguments: [fresh])
      }
      // SQLite makes files as readable as the user's others are.
      guard chmod(fresh, 0o600) == 0 else { throw Problem(.cannot_write, at: fresh) }
      try log(fresh)
      try DurableFile.sync(fresh)
      let plain = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      try DurableFile.rename(fresh, to: path)
      try queue.close()
      try overwrite(plain)
    }
  }

  /// A sealed file has its log before anybody else sees it: it never has a rollback journal.
  private static func log(_ path: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.inDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL")
    }
    try queue.close()
    try DurableFile.remove(["-wal", "-shm"].map { path + $0 })
  }

  /// A disk may keep what it held all the same; `docs/operations.md` says so.
  private static func overwrite(_ file: FileHandle) throws {
    let length = Int(try file.seekToEnd())
    try file.seek(toOffset: 0)
    for start in stride(from: 0, to: length, by: 1 << 20) {
      try file.write(contentsOf: Data(count: min(1 << 20, length - start)))
    }
    try file.synchronize()
    try file.close()
  }
}
