package import Foundation
package import Shared

/// Files beside the database: a power cut leaves them whole, or as they were before.
///
/// A name is an entry of its folder, and the folder is written on its own: a file that was synced
/// and renamed has its old name again until the folder was synced, too.
package enum DurableFile {
  /// Hears what is about to be waited for, a file or a folder: whoever wants to know what a power cut
  /// leaves looks then.
  @TaskLocal package static var beforeWait: @Sendable (_ path: String) -> Void = { _ in }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether an ordinary file is there, and no folder, pipe or device.
  package static func isFile(_ path: String) -> Bool {
    var file = stat()
    return stat(path, &file) == 0 && file.st_mode & S_IFMT == S_IFREG
  }

  /// Bytes; 0 where there is none.
  package static func size(_ path: String) -> Int64 {
    var file = stat()
    return stat(path, &file) == 0 ? Int64(file.st_size) : 0
  }

  /// Throws `.file_missing`.
  package static func read(_ path: String) throws(Problem) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw Problem(.file_missing, at: path, cause: "\(error)")
    }
  }

  /// Reads an ordinary file that somebody named.
  ///
  /// - Parameter limit: bytes; of a longer file as many and one more.
  /// - Throws: `.file_missing`, also for what may not be read; `.not_a_file`.
  package static func read(_ path: String, upTo limit: Int) throws(Problem) -> [UInt8] {
    // What waits for a writer, such as a pipe, is not waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw Problem(.file_missing, at: path, cause: String(cString: strerror(errno)))
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var about = stat()
    guard fstat(descriptor, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
      throw Problem(.not_a_file, at: path)
    }
    do {
      return Array(try file.read(upToCount: limit + 1) ?? Data())
    } catch {
      throw Problem(.file_missing, at: path, cause: "\(type(of: error))")
    }
  }

  /// Sees that a file may be written: nothing is there, or something that `isObsolete` gives up.
  ///
  /// - Throws: `.not_a_file`, `.file_exists`.
  package static func checkPlace(
    _ path: String, upTo limit: Int, isObsolete: ([UInt8]) -> Bool
  ) throws(Problem) {
    let there: [UInt8]
    do throws(Problem) {
      there = try read(path, upTo: limit)
    } catch {
      var about = stat()
      guard error.code == .file_missing, lstat(path, &about) != 0 else {
        throw Problem(error.code == .not_a_file ? .not_a_file : .file_exists, at: path)
      }
      return
    }
    guard isObsolete(there) else { throw Problem(.file_exists, at: path) }
  }

  /// What a file of settings says: the same bytes for the same values, for people to read.
  package static func json(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return try encoder.encode(value)
    } catch {
      preconditionFailure("texts always encode: \(error)")
    }
  }

  /// Writes a small file beside its place and gives it its name there. The mode holds from the
  /// first byte: a key that is closed to others only afterwards can be read in between.
  ///
  /// - Parameter isForgetting: overwrites what stood there: secrets that were replaced stay out of
  ///   freed blocks.
  package static func write(
    _ bytes: some Sequence<UInt8>, to path: String, mode: UInt32 = 0o600,
    isForgetting: Bool = false
  ) throws(Problem) {
    let fresh = path + ".new"
    let handle = try begin(fresh, mode: mode)
    do throws(Problem) {
      try writing(fresh) {
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
      }
    } catch {
      unlink(fresh)
      throw Problem(error.code, at: path, cause: error.cause)
    }
    let old = isForgetting ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1
    defer { close(old) }
    try rename(fresh, to: path)
    blank(old)
  }

  /// Overwrites a small file that has lost its name. A disk may keep what it held all the same.
  private static func blank(_ file: Int32) {
    var about = stat()
    guard file >= 0, fstat(file, &about) == 0, about.st_nlink == 0 else { return }
    let zeros = [UInt8](repeating: 0, count: Int(about.st_size))
    _ = pwrite(file, zeros, zeros.count, 0)
    fsync(file)
  }

  /// A file to write into, empty, in place of what was left there. The mode holds from the first byte.
  package static func begin(_ path: String, mode: UInt32 = 0o600) throws(Problem) -> FileHandle {
    unlink(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure(path) }
    giveToFoldersOwner(file, path)
    return FileHandle(fileDescriptor: file, closeOnDealloc: true)
  }

  /// What root writes into a service's folder is the service's, or it could not read it.
  private static func giveToFoldersOwner(_ file: Int32, _ path: String) {
    var about = stat()
    guard geteuid() == 0, stat(folder(of: path), &about) == 0, about.st_uid != 0 else { return }
    _ = fchown(file, about.st_uid, about.st_gid)
  }

  /// Runs what writes into a file that was begun. Throws `.disk_full`, `.cannot_write`.
  package static func writing(_ path: String, _ body: () throws -> Void) throws(Problem) {
    do {
      try body()
    } catch let problem as Problem {
      throw problem
    } catch {
      let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
      throw Problem(isFull ? .disk_full : .cannot_write, at: path, cause: "\(error)")
    }
  }

  /// Gives a file that was written beside its place its name there. What it holds is on the disk
  /// before the name is.
  package static func rename(_ fresh: String, to path: String) throws(Problem) {
    try sync(fresh)
    guard Foundation.rename(fresh, path) == 0 else { throw failure(path) }
    try syncFolder(of: path)
  }

  /// Removes files, whether they are there or not. They do not come back.
  package static func remove(_ paths: [String]) throws(Problem) {
    for path in paths where unlink(path) != 0 && errno != ENOENT { throw failure(path) }
    if let path = paths.first { try syncFolder(of: path) }
  }

  /// Overwrites a small file, then removes it. A disk may keep what it held all the same.
  package static func destroy(_ path: String) throws(Problem) {
    if let file = FileHandle(forUpdatingAtPath: path) {
      do {
        let length = Int(try file.seekToEnd())
        try file.seek(toOffset: 0)
        try file.write(contentsOf: Data(count: length))
        try file.synchronize()
        try file.close()
      } catch {
        throw Problem(.cannot_write, at: path, cause: "\(type(of: error))")
      }
    }
    try remove([path])
  }

  /// Makes a folder that its owner alone may enter, and those above it.
  package static func makeFolder(_ path: String) throws(Problem) {
    var missing: [String] = []
    var folder = path
    while !FileManager.default.fileExists(atPath: folder), folder != Self.folder(of: folder) {
      missing.append(folder)
      folder = Self.folder(of: folder)
    }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Problem(
        FreeSpace.isOut(at: path) ? .disk_full : .cannot_write, at: path,
        cause: "\(type(of: error))")
    }
    for folder in missing { try syncFolder(of: folder) }
  }

  /// Waits until what a file or a folder holds is on the disk.
  package static func sync(_ path: String) throws(Problem) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    beforeWait(path)
    // Some network file systems cannot sync a folder, and say that the request means nothing.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
  }

  package static func syncFolder(of path: String) throws(Problem) { try sync(folder(of: path)) }

  private static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  private static func failure(_ path: String) -> Problem {
    let reason = errno
    return Problem(
      [ENOSPC, EDQUOT].contains(reason) ? .disk_full : .cannot_write, at: path,
      cause: String(cString: strerror(reason)))
  }
}

extension DurableFile {
  /// Sees that a bundle may be written: an older one of the same machine gives way to it.
  ///
  /// - Throws: `.not_a_file`, `.file_exists`.
  package static func checkPlace(
    _ path: String, upTo limit: Int, isReplacedBy head: BundleHead
  ) throws(Problem) {
    try checkPlace(path, upTo: limit) { file in
      (try? SealedBundle(file: file)).map { head.succeeds($0.head) } ?? false
    }
  }
}
