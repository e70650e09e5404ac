import Shared

// A world: one hub, some laptops, the links between them, and the people who use them. The
// product in it is the real one down to its SQL; the world gives it disks, clocks, links and
// chance, all from one seed, and all in virtual time. So one seed is one history, bit for bit.

/// One run of one plan.
///
/// Sendable unchecked: everything in a world happens in one task, one thing after the other.
package final class World: @unchecked Sendable {
  /// The world of the running task; what SQLite asks for time and chance.
  @TaskLocal static var current: World?

  let plan: Plan
  let scaffold: Scaffold
  let hub: HubMachine
  /// Copies of a folder on other machines come last.
  var laptops: [Laptop]
  /// Milliseconds since 1970: true time.
  private(set) var time = World.beginning
  var book = Book()
  var tally = Tally()
  /// Requests that are still somewhere on the way, and arrive late.
  var strays: [Stray] = []
  /// Sticks that somebody carries, or that lie about.
  var sticks: [Stick] = []
  var sabotage: Sabotage?
  /// Whether the action of this step did what it is called.
  var hasActed = false
  /// What may go wrong in this step, because the world made it go wrong.
  var excuses: Set<Problem.Code> = []
  /// Machines that may differ from the hub.
  var doubted: Set<Int> = []
  /// Whether a canary made somebody doubt once.
  var isDoubtSown = false
  /// Whether somebody has everything compared, needed or not.
  var isVerifying = false
  /// What did not hold, as it was found.
  var broken: [Violation] = []
  /// What power cuts take here; drawn each time when nil.
  var powerCut: PowerCut?
  /// Records that the hub held as deleted, and what the book said then.
  var graves: [RecordKey: Grave] = [:]
  /// Whether the hub lost what came after a copy of it.
  var hubWentBack = false
  private(set) var step = 0
  private var fingerprint = Fingerprint()
  private var chance: Dice
  private var clock = WallClock.right
  private var unique = 0
  private let tells: ((String) -> Void)?

  static let beginning: Int64 = 1_795_336_800_000

  init(_ plan: Plan, in scaffold: Scaffold, sabotage: Sabotage?, tells: ((String) -> Void)?) {
    self.plan = plan
    self.scaffold = scaffold
    self.sabotage = sabotage
    self.tells = tells
    let template = scaffold.template
    hub = HubMachine(
      path: scaffold.hubFolder + "/hub.sqlite", disk: Disk(template.hub(of: plan.laptops)),
      schema: template.schema)
    laptops = template.laptops.prefix(plan.laptops).enumerated().map { index, laptop in
      Laptop(laptop, index: index, folder: scaffold.laptopFolders[index])
    }
    chance = Dice(plan.seed)
    hub.world = self
    for laptop in laptops { laptop.world = self }
  }

  /// Begins a step: time passes, chance starts again from the step's own seed.
  func begin(_ step: Step) {
    self.step = step.number
    time += step.pause
    chance = Dice(step.seed ^ 0x5eed)
    excuses = []
    hasActed = false
    clock = .right
  }

  // MARK: What the product asks for

  /// Random bits for ids, marks and SQL.
  func draw() -> UInt64 { chance.next() }

  /// The time by the clock of whoever acts.
  var actorsTime: Int64 { clock.reading(time) }

  /// Runs `body` while SQLite shows the time of this clock.
  func acting<T, Failure: Error>(
    by clock: WallClock, _ body: () throws(Failure) -> T
  ) throws(Failure) -> T {
    let before = self.clock
    self.clock = clock
    defer { self.clock = before }
    return try body()
  }

  /// From here on SQLite shows the time of this clock.
  func act(by clock: WallClock) { self.clock = clock }

  /// The disk and the file's name on it, for a path below the scaffold.
  func place(of path: String) -> (Disk, String)? {
    guard path.hasPrefix(scaffold.root) else { return nil }
    if path.hasPrefix(hub.folder) { return (hub.disk, String(path.dropFirst(hub.folder.count))) }
    for laptop in laptops where path.hasPrefix(laptop.folder) {
      return (laptop.disk, String(path.dropFirst(laptop.folder.count)))
    }
    return nil
  }

  // MARK: What happens

  func pass(_ milliseconds: Int64) { time += milliseconds }

  /// A number that no other write of this world has.
  func nextNumber() -> Int {
    unique += 1
    return unique
  }

  func note(_ fault: Fault) {
    tally.count(fault)
    say("    \(fault)")
  }

  /// Adds a line to what is told of this run.
  func say(_ line: @autoclosure () -> String) {
    let line = line()
    fingerprint.add(line.utf8)
    tells?(line)
  }

  /// Adds a line for readers, which is no part of the fingerprint.
  func tell(_ line: String) { tells?(line) }

  var isTold: Bool { tells != nil }

  /// Adds bytes that went over a link to the fingerprint.
  func saw(_ bytes: [UInt8]) { fingerprint.add(bytes) }

  var mark: UInt64 { fingerprint.value }

  /// Closes every file, and saves nothing.
  func close() {
    for disk in laptops.map(\.disk) + [hub.disk] { disk.goDown() }
    for laptop in laptops { laptop.close() }
    hub.close()
  }
}

/// A request that arrives again when nobody expects it any more.
struct Stray {
  let laptop: Int
  let request: Posted
}
