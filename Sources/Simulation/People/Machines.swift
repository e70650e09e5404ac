import FieldClient
import GRDB
import Shared
import Storage
import SyncServer

// What happens to laptops and their disks.

extension World {
  func diesWriting(_ laptop: Laptop, _ dice: inout Dice) {
    laptop.disk.goDown(afterWrites: dice.below(12))
    for _ in 0..<3 where !laptop.disk.isDown { writeSomething(on: laptop, &dice) }
  }

  func diesSyncing(_ laptop: Laptop, _ step: Step, _ dice: inout Dice) async {
    laptop.disk.goDown(afterWrites: dice.below(120))
    await sync(laptop, step, &dice)
  }

  func fullWriting(_ laptop: Laptop, _ dice: inout Dice) {
    laptop.disk.fill(afterWrites: dice.below(12))
    note(.diskFull)
    for _ in 0..<3 { writeSomething(on: laptop, &dice) }
    laptop.disk.fill(afterWrites: nil)
  }

  func fullSyncing(_ laptop: Laptop, _ step: Step, _ dice: inout Dice) async {
    laptop.disk.fill(afterWrites: dice.below(60))
    note(.diskFull)
    await sync(laptop, step, &dice)
    laptop.disk.fill(afterWrites: nil)
  }

  /// Switched off at a quiet moment.
  func restart(_ laptop: Laptop, _ dice: inout Dice) {
    laptop.disk.goDown()
  }

  /// Somebody puts an older copy of the folder in its place.
  func folderGoesBack(_ laptop: Laptop, _ dice: inout Dice) {
    guard let copy = laptop.copy else {
      laptop.copy = (laptop.disk.copy(), book.count)
      return say("    somebody copies the folder")
    }
    laptop.close()
    mayDiffer = true
    laptop.disk.replace(with: copy.disk)
    book.wentBack(laptop.index, to: copy.entries, except: (try? hubsValues()) ?? [])
    if dice.once(in: 2) { laptop.copy = nil }
    say("    the copy takes the folder's place")
  }

  /// Somebody starts a second machine with a copy of the folder, and both go on.
  func folderIsCopied(_ laptop: Laptop) {
    guard laptops.count < scaffold.laptopFolders.count else { return }
    let copy = Laptop(
      copyOf: laptop, index: laptops.count, folder: scaffold.laptopFolders[laptops.count])
    copy.world = self
    laptops.append(copy)
    mayDiffer = true
    say("    \(copy) has a copy of the folder of \(laptop)")
  }

  /// A newer program brings a newer schema, before or after the hub's.
  func laptopUpgrades(_ laptop: Laptop) {
    judged(on: laptop) { try laptop.client().replica.adopt(scaffold.template.newer) }
  }

  /// Everything lies in a drawer for most of a year.
  func yearPasses() { pass(Self.longSilence) }

  /// A laptop lies in a drawer for most of a year, and the others go on.
  func laptopRests(_ laptop: Laptop, _ dice: inout Dice) async {
    for _ in 0..<3 {
      pass(Self.longSilence / 3)
      for other in laptops where other !== laptop {
        act(by: other.clock)
        writeSomething(on: other, &dice)
        await sync(other, &dice)
      }
      hubCompacts()
    }
  }

  private static let longSilence: Int64 = 300 * 86_400_000

  func restartHub(_ dice: inout Dice) {
    hub.disk.goDown()
  }

  /// Machines that went down start again.
  func recover(_ dice: inout Dice) {
    for laptop in laptops {
      if laptop.disk.isDown {
        laptop.close()
        laptop.disk.start(loss(&dice), &dice)
        laptop.starts += 1
        say("    \(laptop) starts again")
        checkPages(laptop.name) { try laptop.read($0) }
      }
      laptop.disk.goNoMore()
    }
    if hub.disk.isDown {
      hub.close()
      hub.disk.start(loss(&dice), &dice)
      say("    the hub starts again")
      checkPages("the hub") { try hub.store().pool.read($0) }
    }
    hub.disk.goNoMore()
    hub.disk.fill(afterWrites: nil)
  }

  private func loss(_ dice: inout Dice) -> Disk.Loss {
    let loss = powerCut?.loss ?? dice.pick(Disk.Loss.drawn)
    note(loss == .nothing ? .processKilled : .powerCut)
    return loss
  }
}
