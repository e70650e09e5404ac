import Foundation
import GRDBSQLite

/// One connection's opening of a file.
final class OpenFile {
  let disk: Disk
  let file: DiskFile
  /// Whether its writes count for the end of the machine and the room on its disk; not those of
  /// SQLite's own scratch files.
  let isCounted: Bool
  var sharedSlots: UInt32 = 0
  var exclusiveSlots: UInt32 = 0

  init(disk: Disk, file: DiskFile, isCounted: Bool) {
    self.disk = disk
    self.file = file
    self.isCounted = isCounted
  }

  var id: ObjectIdentifier { ObjectIdentifier(self) }

  func close() {
    file.locks.lower(id, to: FileLocks.none)
    for slot in 0..<SharedMemory.slots { release(slot) }
  }

  func release(_ slot: Int) {
    let bit: UInt32 = 1 << UInt32(slot)
    if sharedSlots & bit != 0 { file.shared.readers[slot] -= 1 }
    if exclusiveSlots & bit != 0 { file.shared.writers[slot] = false }
    sharedSlots &= ~bit
    exclusiveSlots &= ~bit
  }

  /// False when another connection holds a slot.
  func take(_ slots: Range<Int>, exclusively: Bool) -> Bool {
    let memory = file.shared
    for slot in slots {
      let bit: UInt32 = 1 << UInt32(slot)
      let own = sharedSlots & bit != 0 ? 1 : 0
      if memory.writers[slot] && exclusiveSlots & bit == 0 { return false }
      if exclusively && memory.readers[slot] > own { return false }
    }
    for slot in slots {
      let bit: UInt32 = 1 << UInt32(slot)
      if exclusively {
        memory.writers[slot] = true
        exclusiveSlots |= bit
      } else if sharedSlots & bit == 0 {
        memory.readers[slot] += 1
        sharedSlots |= bit
      }
    }
    return true
  }
}

/// SQLite's codes for what failed of a file; its header spells them with macros.
enum IOError {
  static let read = SQLITE_IOERR | 1 << 8, shortRead = SQLITE_IOERR | 2 << 8
  static let write = SQLITE_IOERR | 3 << 8, sync = SQLITE_IOERR | 4 << 8
  static let truncate = SQLITE_IOERR | 6 << 8, size = SQLITE_IOERR | 7 << 8
  static let delete = SQLITE_IOERR | 10 << 8, access = SQLITE_IOERR | 13 << 8
  static let lock = SQLITE_IOERR | 15 << 8, slot = SQLITE_IOERR | 20 << 8
  static let map = SQLITE_IOERR | 21 << 8, deleteOfNothing = SQLITE_IOERR | 23 << 8
}

/// The memory that SQLite keeps for an open file: its methods, then ours.
struct SimulatedFile {
  var base: sqlite3_file
  var open: Unmanaged<OpenFile>

  static func start(_ file: UnsafeMutablePointer<sqlite3_file>, _ open: OpenFile) {
    UnsafeMutableRawPointer(file).assumingMemoryBound(to: SimulatedFile.self)
      .initialize(
        to: SimulatedFile(
          base: sqlite3_file(pMethods: methods.table), open: Unmanaged.passRetained(open)))
  }

  /// Sendable unchecked: written once, before anybody can open a file.
  private struct Methods: @unchecked Sendable {
    let table: UnsafePointer<sqlite3_io_methods>
  }

  private static let methods: Methods = {
    let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    table.initialize(to: sqlite3_io_methods())
    table.pointee.iVersion = 2
    table.pointee.xClose = fileClose
    table.pointee.xRead = fileRead
    table.pointee.xWrite = fileWrite
    table.pointee.xTruncate = fileTruncate
    table.pointee.xSync = fileSync
    table.pointee.xFileSize = fileSize
    table.pointee.xLock = fileLock
    table.pointee.xUnlock = fileUnlock
    table.pointee.xCheckReservedLock = fileCheckReservedLock
    table.pointee.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
    table.pointee.xSectorSize = { _ in 4096 }
    table.pointee.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
    table.pointee.xShmMap = fileShmMap
    table.pointee.xShmLock = fileShmLock
    table.pointee.xShmBarrier = { _ in }
    table.pointee.xShmUnmap = fileShmUnmap
    return Methods(table: UnsafePointer(table))
  }()
}

private typealias File = UnsafeMutablePointer<sqlite3_file>

private func opened(_ file: File?) -> OpenFile {
  UnsafeMutableRawPointer(file!).assumingMemoryBound(to: SimulatedFile.self)
    .pointee.open.takeUnretainedValue()
}

private func fileClose(_ file: File?) -> Int32 {
  let raw = UnsafeMutableRawPointer(file!).assumingMemoryBound(to: SimulatedFile.self)
  raw.pointee.open.takeUnretainedValue().close()
  raw.pointee.open.release()
  return SQLITE_OK
}

private func fileRead(
  _ file: File?, _ buffer: UnsafeMutableRawPointer?, _ count: Int32, _ offset: sqlite3_int64
) -> Int32 {
  let open = opened(file)
  guard !open.disk.isDown else { return IOError.read }
  let target = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
  let got = open.file.read(into: target, at: Int(offset))
  guard got < Int(count) else { return SQLITE_OK }
  memset(buffer! + got, 0, Int(count) - got)
  return IOError.shortRead
}

private func fileWrite(
  _ file: File?, _ buffer: UnsafeRawPointer?, _ count: Int32, _ offset: sqlite3_int64
) -> Int32 {
  let open = opened(file)
  if open.isCounted {
    guard open.disk.survives() else { return IOError.write }
    guard open.disk.hasRoom() else { return SQLITE_FULL }
  }
  open.file.write(UnsafeRawBufferPointer(start: buffer, count: Int(count)), at: Int(offset))
  return SQLITE_OK
}

private func fileTruncate(_ file: File?, _ size: sqlite3_int64) -> Int32 {
  let open = opened(file)
  guard !open.isCounted || open.disk.survives() else { return IOError.truncate }
  open.file.truncate(to: Int(size))
  return SQLITE_OK
}

private func fileSync(_ file: File?, _ flags: Int32) -> Int32 {
  let open = opened(file)
  guard !open.isCounted || open.disk.survivesSync() else { return IOError.sync }
  open.file.sync()
  return SQLITE_OK
}

private func fileSize(_ file: File?, _ size: UnsafeMutablePointer<sqlite3_int64>?) -> Int32 {
  let open = opened(file)
  guard !open.disk.isDown else { return IOError.size }
  size!.pointee = sqlite3_int64(open.file.bytes.count)
  return SQLITE_OK
}

private func fileLock(_ file: File?, _ level: Int32) -> Int32 {
  let open = opened(file)
  guard !open.disk.isDown else { return IOError.lock }
  return open.file.locks.raise(open.id, to: level) ? SQLITE_OK : SQLITE_BUSY
}

private func fileUnlock(_ file: File?, _ level: Int32) -> Int32 {
  let open = opened(file)
  open.file.locks.lower(open.id, to: level)
  return SQLITE_OK
}

private func fileCheckReservedLock(_ file: File?, _ out: UnsafeMutablePointer<Int32>?) -> Int32 {
  out!.pointee = opened(file).file.locks.isReserved ? 1 : 0
  return SQLITE_OK
}

private func fileShmMap(
  _ file: File?, _ index: Int32, _ size: Int32, _ extend: Int32,
  _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  let open = opened(file)
  guard !open.disk.isDown else { return IOError.map }
  out!.pointee = open.file.shared.region(
    Int(index), size: Int(size), extend: extend != 0, for: open.id)
  return SQLITE_OK
}

private func fileShmLock(_ file: File?, _ offset: Int32, _ count: Int32, _ flags: Int32) -> Int32 {
  let open = opened(file)
  let slots = Int(offset)..<Int(offset + count)
  if flags & SQLITE_SHM_UNLOCK != 0 {
    for slot in slots { open.release(slot) }
    return SQLITE_OK
  }
  guard !open.disk.isDown else { return IOError.slot }
  let exclusively = flags & SQLITE_SHM_EXCLUSIVE != 0
  return open.take(slots, exclusively: exclusively) ? SQLITE_OK : SQLITE_BUSY
}

private func fileShmUnmap(_ file: File?, _ delete: Int32) -> Int32 {
  let open = opened(file)
  open.file.shared.leave(open.id)
  return SQLITE_OK
}
