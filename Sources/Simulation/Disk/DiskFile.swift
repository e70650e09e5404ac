/// One file of a simulated disk: its bytes, what of them would not survive a power cut, the locks
/// on it and the memory that connections share beside it.
///
/// Sendable unchecked: a world runs in one task, so one thread at a time is in here.
final class DiskFile: @unchecked Sendable {
  private(set) var bytes: [UInt8]
  /// How to take back each write since the last sync, oldest first.
  private(set) var unsynced: [Unsynced] = []
  var locks = FileLocks()
  let shared = SharedMemory()

  /// One write that has not reached the platter yet: what was there before.
  struct Unsynced {
    let offset: Int
    let old: [UInt8]
    let length: Int
    let new: [UInt8]
    /// The file's length after it, for a write that shortened the file.
    let newLength: Int
  }

  init(bytes: [UInt8] = []) { self.bytes = bytes }

  /// How many bytes were there to read.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    let count = max(0, min(buffer.count, bytes.count - offset))
    guard count > 0 else { return 0 }
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
    }
    return count
  }

  func write(_ data: UnsafeRawBufferPointer, at offset: Int) {
    let end = offset + data.count
    let kept = offset < bytes.count ? Array(bytes[offset..<min(end, bytes.count)]) : []
    unsynced.append(
      Unsynced(
        offset: offset, old: kept, length: bytes.count, new: Array(data),
        newLength: max(bytes.count, end)))
    put(data, at: offset)
  }

  func truncate(to length: Int) {
    guard length < bytes.count else { return }
    unsynced.append(
      Unsynced(
        offset: length, old: Array(bytes[length...]), length: bytes.count, new: [],
        newLength: length))
    bytes.removeLast(bytes.count - length)
  }

  func sync() { unsynced.removeAll(keepingCapacity: true) }

  /// What is on the platter after the power went: the synced bytes, and of each write since then
  /// the parts that `surviving` says. A shortening survives as a whole, when it has any part.
  func afterPowerCut(_ surviving: (Int) -> [Range<Int>]) -> [UInt8] {
    let writes = unsynced
    for write in writes.reversed() { undo(write) }
    for (index, write) in writes.enumerated() {
      let parts = surviving(index)
      if write.new.isEmpty && !parts.isEmpty {
        bytes.removeLast(max(0, bytes.count - write.newLength))
      }
      for part in parts {
        let data = write.new[part.clamped(to: write.new.indices)]
        data.withUnsafeBytes { put($0, at: write.offset + part.lowerBound) }
      }
    }
    return bytes
  }

  private func undo(_ write: Unsynced) {
    if write.length < bytes.count { bytes.removeLast(bytes.count - write.length) }
    write.old.withUnsafeBytes { put($0, at: write.offset) }
  }

  private func put(_ data: UnsafeRawBufferPointer, at offset: Int) {
    guard !data.isEmpty else { return }
    let end = offset + data.count
    if offset == bytes.count { return bytes.append(contentsOf: data) }
    if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
    bytes.withUnsafeMutableBytes {
      UnsafeMutableRawBufferPointer(rebasing: $0[offset..<end]).copyMemory(from: data)
    }
  }
}

/// The memory that the connections to one file share: SQLite's index of its write-ahead log, and
/// the eight locks on it. It is gone when the machine goes down.
final class SharedMemory {
  static let slots = 8
  private var regions: [UnsafeMutableRawPointer] = []
  private var users: Set<ObjectIdentifier> = []
  var readers = [Int](repeating: 0, count: slots)
  var writers = [Bool](repeating: false, count: slots)

  deinit { clear() }

  func region(
    _ index: Int, size: Int, extend: Bool, for user: ObjectIdentifier
  ) -> UnsafeMutableRawPointer? {
    users.insert(user)
    while extend && regions.count <= index {
      let region = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      region.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      regions.append(region)
    }
    return index < regions.count ? regions[index] : nil
  }

  /// The last one to leave takes it down.
  func leave(_ user: ObjectIdentifier) {
    users.remove(user)
    if users.isEmpty { clear() }
  }

  private func clear() {
    for region in regions { region.deallocate() }
    regions = []
  }
}

/// SQLite's locks on a database file, between the connections of one machine.
struct FileLocks {
  private var levels: [ObjectIdentifier: Int32] = [:]

  static let none: Int32 = 0, shared: Int32 = 1, reserved: Int32 = 2, pending: Int32 = 3,
    exclusive: Int32 = 4

  /// False when another connection is in the way.
  mutating func raise(_ owner: ObjectIdentifier, to level: Int32) -> Bool {
    let own = levels[owner] ?? Self.none
    guard level > own else { return true }
    let others = levels.filter { $0.key != owner }.values
    switch level {
    case Self.shared:
      guard !others.contains(where: { $0 >= Self.pending }) else { return false }
    case Self.reserved:
      guard !others.contains(where: { $0 >= Self.reserved }) else { return false }
    default:
      guard !others.contains(where: { $0 >= Self.reserved }) else { return false }
      if others.contains(where: { $0 >= Self.shared }) {
        levels[owner] = Self.pending
        return false
      }
    }
    levels[owner] = level
    return true
  }

  mutating func lower(_ owner: ObjectIdentifier, to level: Int32) {
    levels[owner] = level == Self.none ? nil : level
  }

  var isReserved: Bool { levels.values.contains { $0 >= Self.reserved } }
}
