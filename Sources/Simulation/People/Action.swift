import Shared

/// What people and machines do in a world. One line here, one in `perform`, and its function.
package enum Action: String, CaseIterable, Sendable {
  // Writing, with the library and without
  case add, addTally, addReport, edit, delete, move, spoil, bulk
  case sqlInsert, sqlUpdate, sqlDelete, sqlReplace, sqlReenter, sqlUpsert
  case dropRefused, correctRefused
  // Syncing
  case sync, syncLittle, strayArrives, verifies
  case stickLeaves, stickArrives
  // Clocks
  case clockJumps, clockStops, clockRight
  // Machines
  case diesWriting, diesSyncing, fullWriting, fullSyncing, restarts, yearPasses, laptopRests
  case folderGoesBack, folderIsCopied, pageBreaks, laptopUpgrades
  // Bamako
  case hubEdits, hubKeeps, hubRestores, hubRestarts, hubUpgrades, hubGoesBack
  case hubEnrols, hubGrants, hubErases, hubRevokes, hubCompacts, hubClockJumps, hubClockRight

  /// How often it happens, against the others.
  var weight: Int {
    switch self {
    case .sync: 30
    case .edit: 16
    case .add, .delete, .syncLittle: 6
    case .addTally, .sqlUpdate,
      .strayArrives, .stickLeaves, .stickArrives, .move, .hubCompacts, .hubClockRight:
      4
    case .laptopRests, .folderIsCopied, .hubEnrols: 1
    default: 2
    }
  }

  /// A world without it would show nothing.
  var isEssential: Bool { [.add, .edit, .sync].contains(self) }

  /// The hub writes, and may go down in the midst of it.
  var isAtHub: Bool {
    [
      .hubEdits, .hubEnrols, .hubKeeps, .hubRestores, .hubUpgrades, .hubErases, .hubCompacts,
      .stickArrives,
    ]
    .contains(self)
  }
}

extension World {
  func perform(_ step: Step) async {
    let laptop = laptops[step.laptop % laptops.count]
    var dice = Dice(step.seed)
    say("\(self.step) \(day) \(laptop) \(step.action)")
    act(by: laptop.clock)
    if powerCut == nil, step.action.isAtHub, dice.once(in: 6) {
      hub.disk.goDown(afterWrites: dice.below(30), as: .hubDies)
    }
    switch step.action {
    case .add: add(on: laptop, &dice)
    case .addTally: addTally(on: laptop, &dice)
    case .addReport: addReport(on: laptop, &dice)
    case .edit: edit(on: laptop, &dice)
    case .delete: delete(on: laptop, &dice)
    case .move: move(on: laptop, &dice)
    case .spoil: spoil(on: laptop, &dice)
    case .bulk: bulk(on: laptop, &dice)
    case .sqlInsert: sqlInsert(on: laptop, &dice)
    case .sqlUpdate: sqlUpdate(on: laptop, &dice)
    case .sqlDelete: sqlDelete(on: laptop, &dice)
    case .sqlReplace: sqlReplace(on: laptop, &dice)
    case .sqlReenter: sqlReenter(on: laptop, &dice)
    case .sqlUpsert: sqlUpsert(on: laptop, &dice)
    case .dropRefused: dropRefused(on: laptop, &dice)
    case .correctRefused: correctRefused(on: laptop, &dice)
    case .sync: await sync(laptop, step, &dice)
    case .syncLittle: await sync(laptop, step, &dice, bytes: 1024 + dice.below(600))
    case .strayArrives: strayArrives(&dice)
    case .verifies: await verify(laptop, step, &dice)
    case .stickLeaves: stickLeaves(laptop)
    case .stickArrives: stickArrives(laptop, &dice)
    case .clockJumps: set(&laptop.clock, to: .any(&dice, time))
    case .clockStops: set(&laptop.clock, to: .stopped(at: laptop.now))
    case .clockRight: set(&laptop.clock, to: .right)
    case .diesWriting: diesWriting(laptop, &dice)
    case .diesSyncing: await diesSyncing(laptop, step, &dice)
    case .fullWriting: fullWriting(laptop, &dice)
    case .fullSyncing: await fullSyncing(laptop, step, &dice)
    case .restarts: restart(laptop, &dice)
    case .folderGoesBack: folderGoesBack(laptop, &dice)
    case .folderIsCopied: folderIsCopied(laptop)
    case .pageBreaks: pageBreaks(laptop, &dice)
    case .laptopUpgrades: laptopUpgrades(laptop)
    case .yearPasses: yearPasses()
    case .laptopRests: await laptopRests(laptop, &dice)
    case .hubEdits: hubEdits(&dice)
    case .hubUpgrades: hubUpgrades()
    case .hubGoesBack: hubGoesBack(&dice)
    case .hubEnrols: hubEnrols(&dice)
    case .hubGrants: hubGrants(laptop, &dice)
    case .hubErases: hubErases(&dice)
    case .hubRevokes: hubRevokes(laptop)
    case .hubCompacts: hubCompacts()
    case .hubClockJumps: hubClockJumps(&dice)
    case .hubClockRight: set(&hub.clock, to: .right)
    case .hubKeeps: hubSettles(&dice, restoring: false)
    case .hubRestores: hubSettles(&dice, restoring: true)
    case .hubRestarts: restartHub(&dice)
    }
    if hasActed { tally.count(step.action) }
    recover(&dice)
  }

  private func set(_ clock: inout WallClock, to other: WallClock) {
    hasActed = clock != other
    clock = other
  }

  /// True time, for people.
  private var day: String { CivilDay.iso(milliseconds: time) }
}

extension WallClock {
  /// Any clock that a machine may have.
  static func any(_ dice: inout Dice, _ time: Int64) -> WallClock {
    let year: Int64 = 366 * 86_400_000
    switch dice.below(6) {
    case 0: return .off(by: -time)
    case 1: return .off(by: Int64(dice.below(20)) * year)
    case 2: return .off(by: -Int64(dice.below(20)) * year)
    case 3: return .stopped(at: time + (Int64(dice.below(4)) - 2) * year)
    case 4: return .off(by: Int64(dice.below(240_000)) - 120_000)
    default: return .right
    }
  }
}
