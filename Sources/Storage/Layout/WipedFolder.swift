import Foundation
package import Shared

// Wiping a folder. Overwriting a gigabyte takes longer than anybody at a checkpoint has, and on a
// solid-state disk overwrites nothing. So the beginning of each file, without which SQLite cannot
// read the rest, and the whole of a small file, is overwritten and on the disk first, then the file is
// cut to nothing and removed: identity and keys before all else. What the disk keeps of freed blocks is
// for its encryption.

package enum WipedFolder {
  /// Bytes at the beginning of a large file that are overwritten: SQLite's header, the schema.
  private static let head = 64 << 10
  /// Bytes of a file that is overwritten whole: a base's records for years.
  private static let small = 32 << 20
  /// A folder with this file in it is being wiped.
  private static let marker = "wiping"
  /// What the programs write there: all that goes from a folder which is somebody's home.
  private static let own = [
    "device.json", "key.json", "contact.json", "replica.", "sync.lock", "damaged-", marker,
  ]

  /// Whether a wiping was begun here and not finished.
  package static func isBegun(_ folder: String) -> Bool {
    DurableFile.exists(folder + "/" + marker)
  }

  /// Whether a hub lives in a folder.
  package static func holdsHub(_ folder: String) -> Bool {
    DurableFile.exists(folder + "/hub.sqlite")
  }

  /// Makes everything in a folder unreadable, removes it, then the folder. From somebody's home, and
  /// from a hub's folder, only what a device's programs wrote goes. Goes on past what cannot be removed,
  /// and begins again where another program wrote meanwhile; the mark goes last.
  ///
  /// - Parameters:
  ///   - home: the user's own folder.
  ///   - gone: is told of each entry of the folder that was taken.
  /// - Throws: `.cannot_write` with the first file that is left.
  package static func wipe(
    _ folder: String, home: String, gone: (_ name: String) -> Void = { _ in }
  ) throws(Problem) {
    let isShared = isShared(folder, home)
    for _ in 0..<rounds {
      setMark(folder)
      try empty(folder, isShared: isShared, gone)
      if takeMark(folder, isShared: isShared) { return }
    }
    throw Problem(.cannot_write, at: folder)
  }

  /// A program that writes there for ever is told to whoever wipes.
  private static let rounds = 100

  /// A full disk must not stop a wiping; without the mark it is only not gone on with by itself.
  private static func setMark(_ folder: String) {
    let mark = folder + "/" + marker
    close(open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600))
    try? DurableFile.syncFolder(of: mark)
  }

  private static func empty(
    _ folder: String, isShared: Bool, _ gone: (String) -> Void
  ) throws(Problem) {
    var left: [String] = []
    for name in names(folder, isShared).sorted(by: secretsFirst) {
      remove(folder + "/" + name, &left)
      gone(name)
    }
    if let first = left.first { throw Problem(.cannot_write, at: first) }
  }

  private static func names(_ folder: String, _ isShared: Bool) -> [String] {
    entries(folder).filter { $0 != marker && (!isShared || isOwn($0)) }
  }

  /// Removes the mark and the folder. Returns false when something came into it meanwhile.
  private static func takeMark(_ folder: String, isShared: Bool) -> Bool {
    guard names(folder, isShared).isEmpty else { return false }
    let mark = folder + "/" + marker
    unlink(mark)
    try? DurableFile.syncFolder(of: mark)
    // A folder that somebody else uses, or that is held in its place, stays empty of what was ours.
    guard !isShared, rmdir(folder) != 0 else {
      try? DurableFile.syncFolder(of: folder)
      return true
    }
    return names(folder, isShared).isEmpty
  }

  /// What goes with a folder and is not the programs', such as an export or somebody's letters.
  package static func others(in folder: String, home: String) -> [String] {
    isShared(folder, home) ? [] : entries(folder).filter { !isOwn($0) }.sorted()
  }

  private static func isShared(_ folder: String, _ home: String) -> Bool {
    holds(folder, home) || holdsHub(folder)
  }

  private static func isOwn(_ name: String) -> Bool { own.contains { name.hasPrefix($0) } }

  private static func secretsFirst(_ a: String, _ b: String) -> Bool {
    func rank(_ name: String) -> Int {
      name.hasPrefix("device") || name.contains("key") ? 0 : name.hasPrefix("replica") ? 1 : 2
    }
    return (rank(a), a) < (rank(b), b)
  }

  private static func entries(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// A link is removed, and what it leads to stays.
  private static func remove(_ path: String, _ left: inout [String]) {
    var found = stat()
    guard lstat(path, &found) == 0 else { return }
    switch found.st_mode & S_IFMT {
    case S_IFDIR:
      for name in entries(path) { remove(path + "/" + name, &left) }
      if rmdir(path) != 0 { left.append(path) }
    case S_IFREG:
      // Other programs have the index of the log in their memory; cutting it would end them.
      if !path.hasSuffix("-shm") { destroy(path, size: Int(found.st_size)) }
      if unlink(path) != 0, errno != ENOENT { left.append(path) }
    default:
      if unlink(path) != 0, errno != ENOENT { left.append(path) }
    }
  }

  private static func destroy(_ path: String, size: Int) {
    var file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    if file < 0, chmod(path, 0o600) == 0 { file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) }
    guard file >= 0 else { return }
    let zeros = [UInt8](repeating: 0, count: min(size, head))
    let end = size <= small ? size : zeros.count
    for place in stride(from: 0, to: end, by: max(1, zeros.count)) {
      _ = pwrite(file, zeros, min(zeros.count, end - place), off_t(place))
    }
    // Before it is cut: what was never written back would otherwise never be.
    fsync(file)
    ftruncate(file, 0)
    close(file)
  }

  /// Whether a folder is another one, or lies above it.
  private static func holds(_ folder: String, _ other: String) -> Bool {
    func whole(_ path: String) -> [String] {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().pathComponents
    }
    return whole(other).starts(with: whole(folder))
  }
}
