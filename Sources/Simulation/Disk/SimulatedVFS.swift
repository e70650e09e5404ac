import Foundation
import GRDBSQLite
import Storage

// Where SQLite meets the simulation. The product opens its files by path and its triggers ask
// SQLite for the time, so the simulation stands below SQLite: a virtual file system, registered
// once, below the seal and so below the process's default. Inside a world's task a path of the world is a file of one of
// its disks, and the time is that of the machine that acts. Everything else in the process goes
// to the machine's own file system, untouched.

enum SimulatedVFS {
  /// Registers it, once a process.
  static func install() { installed }

  private static let installed: Void = {
    // Not the default: below this, nothing may seal.
    let system = sqlite3_vfs_find("unix")!
    let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    vfs.initialize(to: system.pointee)
    let handle = MemoryLayout<SimulatedFile>.size
    vfs.pointee.szOsFile = max(system.pointee.szOsFile, Int32(handle))
    vfs.pointee.pNext = nil
    vfs.pointee.zName = UnsafePointer(strdup("simulation"))
    vfs.pointee.pAppData = UnsafeMutableRawPointer(system)
    vfs.pointee.xOpen = vfsOpen
    vfs.pointee.xDelete = vfsDelete
    vfs.pointee.xAccess = vfsAccess
    vfs.pointee.xFullPathname = vfsFullPathname
    vfs.pointee.xRandomness = vfsRandomness
    vfs.pointee.xSleep = vfsSleep
    vfs.pointee.xCurrentTime = vfsCurrentTime
    vfs.pointee.xCurrentTimeInt64 = vfsCurrentTimeInt64
    // Never the default itself: what opened a sealed file in that moment would read its bytes.
    sqlite3_vfs_register(vfs, 0)
    Seal.install(above: "simulation")
    SeededFunctions.install()
  }()

  /// Whether a file system hands what it does not do itself to this one.
  static func isBelow(_ vfs: UnsafeMutablePointer<sqlite3_vfs>) -> Bool {
    vfs.pointee.pAppData == UnsafeMutableRawPointer(sqlite3_vfs_find("simulation"))
  }

  /// The disk and the file name of a path of the current world; nil for any other path.
  fileprivate static func place(_ path: UnsafePointer<CChar>?) -> (Disk, String)? {
    guard let path, let world = World.current else { return nil }
    return world.place(of: String(cString: path))
  }
}

private typealias VFS = UnsafeMutablePointer<sqlite3_vfs>

/// The file system below.
private func system(_ vfs: VFS?) -> VFS {
  vfs!.pointee.pAppData.assumingMemoryBound(to: sqlite3_vfs.self)
}

private func vfsOpen(
  _ vfs: VFS?, _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?,
  _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
) -> Int32 {
  guard World.current != nil, name == nil || SimulatedVFS.place(name) != nil else {
    let below = system(vfs)
    return below.pointee.xOpen(below, name, file, flags, outFlags)
  }
  file!.pointee.pMethods = nil
  guard let (disk, path) = SimulatedVFS.place(name) else {
    SimulatedFile.start(file!, OpenFile(disk: Disk(), file: DiskFile(), isCounted: false))
    return SQLITE_OK
  }
  guard !disk.isDown, let found = disk.open(path, create: flags & SQLITE_OPEN_CREATE != 0)
  else { return SQLITE_CANTOPEN }
  SimulatedFile.start(file!, OpenFile(disk: disk, file: found, isCounted: true))
  outFlags?.pointee = flags
  return SQLITE_OK
}

private func vfsDelete(_ vfs: VFS?, _ name: UnsafePointer<CChar>?, _ sync: Int32) -> Int32 {
  guard let (disk, path) = SimulatedVFS.place(name) else {
    let below = system(vfs)
    return below.pointee.xDelete(below, name, sync)
  }
  guard disk.survives() else { return IOError.delete }
  guard disk.exists(path) else { return IOError.deleteOfNothing }
  disk.remove(path)
  return SQLITE_OK
}

private func vfsAccess(
  _ vfs: VFS?, _ name: UnsafePointer<CChar>?, _ flags: Int32,
  _ result: UnsafeMutablePointer<Int32>?
) -> Int32 {
  guard let (disk, path) = SimulatedVFS.place(name) else {
    let below = system(vfs)
    return below.pointee.xAccess(below, name, flags, result)
  }
  guard !disk.isDown else { return IOError.access }
  result?.pointee = disk.exists(path) ? 1 : 0
  return SQLITE_OK
}

private func vfsFullPathname(
  _ vfs: VFS?, _ name: UnsafePointer<CChar>?, _ size: Int32, _ out: UnsafeMutablePointer<CChar>?
) -> Int32 {
  guard SimulatedVFS.place(name) != nil else {
    let below = system(vfs)
    return below.pointee.xFullPathname(below, name, size, out)
  }
  strncpy(out!, name!, Int(size))
  return SQLITE_OK
}

private func vfsRandomness(
  _ vfs: VFS?, _ count: Int32, _ out: UnsafeMutablePointer<CChar>?
) -> Int32 {
  let below = system(vfs)
  return below.pointee.xRandomness(below, count, out)
}

/// Nobody waits in a simulation: a busy file stays busy while its user waits for it.
private func vfsSleep(_ vfs: VFS?, _ microseconds: Int32) -> Int32 {
  guard World.current == nil else { return microseconds }
  let below = system(vfs)
  return below.pointee.xSleep(below, microseconds)
}

/// Milliseconds from SQLite's beginning of time, noon on 24 November 4714 BC, to 1970.
private let julianOfUnix: Int64 = 210_866_760_000_000

private func vfsCurrentTimeInt64(
  _ vfs: VFS?, _ out: UnsafeMutablePointer<sqlite3_int64>?
) -> Int32 {
  guard let world = World.current else {
    let below = system(vfs)
    return below.pointee.xCurrentTimeInt64(below, out)
  }
  out!.pointee = world.actorsTime + julianOfUnix
  return SQLITE_OK
}

private func vfsCurrentTime(_ vfs: VFS?, _ out: UnsafeMutablePointer<Double>?) -> Int32 {
  var time: sqlite3_int64 = 0
  let code = vfsCurrentTimeInt64(vfs, &time)
  out!.pointee = Double(time) / 86_400_000
  return code
}
