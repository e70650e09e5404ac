import Foundation
import Storage

/// Where the open copies lie of which a sealed backup is made: never where the backup lies. In the
/// hub's folder, or, when its disk has no room, in the machine's memory, which holds the records all the
/// same while the hub runs.
struct OpenCopies {
  private static let memory = "/dev/shm"
  let folder: String

  init(of hub: HubFolder) {
    let needed = UInt64(clamping: hub.size) * 5 / 4 + 1_000_000
    let isRoomy = FreeSpace.bytes(at: hub.path + "/hub.sqlite") >= needed
    let isMemoryRoomy = FreeSpace.bytes(at: Self.memory + "/hub.sqlite") >= needed
    folder = isRoomy || !isMemoryRoomy ? hub.path : Self.ownFolder() ?? hub.path
  }

  /// Of this user alone: what stands there under this name and is somebody else's is not used.
  private static func ownFolder() -> String? {
    let path = "\(memory)/djoliba-backup-\(geteuid())"
    mkdir(path, 0o700)
    // Of a link it tells about the link.
    let about = try? FileManager.default.attributesOfItem(atPath: path)
    guard about?[.type] as? FileAttributeType == .typeDirectory,
      (about?[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid(),
      let mode = (about?[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 == 0
    else { return nil }
    return path
  }

  /// Once the copies are gone.
  func leave() {
    if folder.hasPrefix(Self.memory + "/") { rmdir(folder) }
  }
}
