import Foundation

/// Whether a disk has nothing left to give.
///
/// SQLite says of a file that it cannot make, or of one that it cannot let grow, only that it
/// failed: the reason is to be seen on the disk.
package enum FreeSpace {
  /// Bytes. The log's index alone takes half of it.
  private static let least: UInt64 = 65_536

  package static func isOut(at path: String) -> Bool {
    var disk = statvfs()
    let folder = (path as NSString).deletingLastPathComponent
    guard statvfs(folder.isEmpty ? "." : folder, &disk) == 0 else { return false }
    return UInt64(disk.f_bavail) * UInt64(disk.f_frsize) < least
      || disk.f_files > 0 && disk.f_favail == 0
  }
}
