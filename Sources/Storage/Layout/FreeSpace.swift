import Foundation

/// Whether a disk has nothing left to give.
///
/// SQLite says of a file that it cannot make, or of one that it cannot let grow, only that it
/// failed: the reason is to be seen on the disk.
package enum FreeSpace {
  /// Bytes. The log's index alone takes half of it.
  private static let least: UInt64 = 65_536

  package static func isOut(at path: String) -> Bool {
    // What has no blocks at all, such as /proc, is not full: it holds no files.
    guard let disk = disk(of: path), disk.f_blocks > 0 else { return false }
    return bytes(of: disk) < least || disk.f_files > 0 && disk.f_favail == 0
  }

  /// Bytes that are left beside a file; 0 where nobody can tell.
  package static func bytes(at path: String) -> UInt64 { disk(of: path).map(bytes) ?? 0 }

  private static func bytes(of disk: statvfs) -> UInt64 {
    UInt64(disk.f_bavail) * UInt64(disk.f_frsize)
  }

  private static func disk(of path: String) -> statvfs? {
    var disk = statvfs()
    let folder = (path as NSString).deletingLastPathComponent
    return statvfs(folder.isEmpty ? "." : folder, &disk) == 0 ? disk : nil
  }
}
