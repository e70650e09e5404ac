/// A machine's disk, in memory. It remembers what was synced, so that the power can be cut at any
/// write, and it can be full.
///
/// Sendable unchecked: a world runs in one task, so one thread at a time is in here.
final class Disk: @unchecked Sendable {
  /// What a file's bytes were: a copy of a folder.
  typealias Copy = [String: [UInt8]]

  /// How much of what was not synced survives the end of a process or of the power.
  enum Loss: CaseIterable {
    /// The process ends, the system writes everything.
    case nothing
    /// The power goes: a prefix of the writes of each file made it, the last perhaps torn.
    case tail
    /// The power goes: any of the writes made it.
    case some
    /// The power goes: any sector of any of the writes made it.
    case sectors
    case everything

    /// Those that a world draws from.
    static let drawn: [Loss] = [.nothing, .tail, .some, .everything]
  }

  private var files: [String: DiskFile] = [:]
  /// Grows with whatever may make a file another.
  private(set) var changes = 0
  /// Down: every access fails until the machine starts again.
  private(set) var isDown = false
  /// Writes and syncs until the machine goes down; nil for never.
  private var callsLeft: Int?
  /// Writes that still find room; nil when there is room for all.
  private var roomLeft: Int?
  /// What it is called when the machine goes down as planned, and when a write finds no room.
  private var plannedEnd: Fault?
  private var plannedLack: Fault?
  private var happened: [Fault] = []
  /// Syncs so far, and the one in the middle of which the power goes.
  private(set) var syncs = 0
  var cutAtSync: Int?

  init(_ copy: Copy = [:]) { insert(copy) }

  // MARK: Faults

  /// The machine goes down at one of the next writes, if there are as many.
  func goDown(afterWrites count: Int, as fault: Fault? = nil) {
    callsLeft = count
    plannedEnd = fault
  }

  /// The machine goes down now.
  func goDown() { isDown = true }

  /// It does not go down after all.
  func goNoMore() {
    callsLeft = nil
    plannedEnd = nil
  }

  /// The disk has room for so many writes more.
  func fill(afterWrites count: Int?, as fault: Fault? = nil) {
    roomLeft = count
    plannedLack = fault
  }

  /// The planned faults that happened since somebody asked.
  func takeHappened() -> [Fault] {
    defer { happened = [] }
    return happened
  }

  private func happen(_ planned: Fault?) {
    if let planned { happened.append(planned) }
  }

  var isFull: Bool { roomLeft == 0 }

  /// Starts the machine again after it went down, or after somebody switched it off just now.
  func start(_ loss: Loss, _ dice: inout Dice) {
    isDown = false
    callsLeft = nil
    roomLeft = nil
    changes += 1
    var left: Copy = [:]
    for (name, file) in files.sorted(by: { $0.key < $1.key }) {
      left[name] = surviving(file, loss, &dice)
    }
    files = [:]
    insert(left)
  }

  /// Bytes that a disk writes whole or not at all.
  private static let sector = 512

  private func surviving(_ file: DiskFile, _ loss: Loss, _ dice: inout Dice) -> [UInt8] {
    let count = file.unsynced.count
    guard count > 0, loss != .nothing else { return file.bytes }
    switch loss {
    case .nothing: return file.bytes
    case .everything: return file.afterPowerCut { _ in [] }
    case .tail:
      let kept = dice.below(count + 1)
      let cut = kept > 0 ? dice.below(file.unsynced[kept - 1].new.count + 1) : 0
      return file.afterPowerCut { index in
        index < kept ? [0..<(index == kept - 1 ? cut : .max)] : []
      }
    case .some:
      let kept = (0..<count).map { _ in !dice.once(in: 2) }
      return file.afterPowerCut { kept[$0] ? [0..<Int.max] : [] }
    case .sectors:
      let kept = file.unsynced.map { write in
        stride(from: 0, through: write.new.count, by: Self.sector).filter { _ in dice.once(in: 2) }
      }
      return file.afterPowerCut { index in kept[index].map { $0..<$0 + Self.sector } }
    }
  }

  /// Counts a write, a sync or a removal. False when the machine is down, or goes down with it.
  func survives() -> Bool {
    changes += 1
    if let left = callsLeft {
      callsLeft = left - 1
      if left <= 0 {
        isDown = true
        happen(plannedEnd)
        plannedEnd = nil
      }
    }
    return !isDown
  }

  /// Counts a sync. False when the machine is down, or goes down before the sync is done.
  func survivesSync() -> Bool {
    syncs += 1
    if syncs == cutAtSync { isDown = true }
    return survives()
  }

  func hasRoom() -> Bool {
    guard let left = roomLeft else { return true }
    roomLeft = max(0, left - 1)
    guard left <= 0 else { return true }
    happen(plannedLack)
    plannedLack = nil
    return false
  }

  // MARK: Files

  subscript(name: String) -> DiskFile? { files[name] }

  func open(_ name: String, create: Bool) -> DiskFile? {
    if let file = files[name] { return file }
    guard create else { return nil }
    let file = DiskFile()
    files[name] = file
    return file
  }

  func remove(_ name: String) {
    changes += 1
    files[name] = nil
  }

  func move(_ name: String, to other: String) {
    changes += 1
    files[other] = files.removeValue(forKey: name)
  }

  /// A page of a file is not what was written there.
  func garble(_ name: String, page: Int, _ dice: inout Dice) {
    changes += 1
    let size = 4096
    var bytes: [UInt8] = []
    while bytes.count < size { withUnsafeBytes(of: dice.next()) { bytes.append(contentsOf: $0) } }
    bytes.withUnsafeBytes { files[name]?.write($0, at: (page - 1) * size) }
    files[name]?.sync()
  }

  func exists(_ name: String) -> Bool { files[name] != nil }

  /// A copy of the folder as it is; nobody may have it open for writing.
  func copy() -> Copy { files.mapValues(\.bytes) }

  /// Puts a copy in the place of what is there.
  func replace(with copy: Copy) {
    files = [:]
    insert(copy)
  }

  private func insert(_ copy: Copy) {
    changes += 1
    for (name, bytes) in copy { files[name] = DiskFile(bytes: bytes) }
  }
}
