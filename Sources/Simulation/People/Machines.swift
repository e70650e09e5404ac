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
    hasActed = laptop.disk.isDown
  }

  func diesSyncing(_ laptop: Laptop, _ step: Step, _ dice: inout Dice) async {
    laptop.disk.goDown(afterWrites: dice.below(120))
    await sync(laptop, step, &dice)
    hasActed = laptop.disk.isDown
  }

  func fullWriting(_ laptop: Laptop, _ dice: inout Dice) {
    laptop.disk.fill(afterWrites: dice.below(12), as: .diskFull)
    for _ in 0..<3 { writeSomething(on: laptop, &dice) }
    hasActed = laptop.disk.isFull
    laptop.disk.fill(afterWrites: nil)
  }

  func fullSyncing(_ laptop: Laptop, _ step: Step, _ dice: inout Dice) async {
    laptop.disk.fill(afterWrites: dice.below(60), as: .diskFull)
    await sync(laptop, step, &dice)
    hasActed = laptop.disk.isFull
    laptop.disk.fill(afterWrites: nil)
  }

  /// Switched off at a quiet moment.
  func restart(_ laptop: Laptop, _ dice: inout Dice) {
    laptop.disk.goDown()
    hasActed = true
  }

  /// Somebody puts an older copy of the folder in its place.
  func folderGoesBack(_ laptop: Laptop, _ dice: inout Dice) {
    guard let copy = laptop.copy else {
      laptop.copy = (laptop.disk.copy(), book.count)
      return say("    somebody copies the folder")
    }
    laptop.close()
    doubtAll()
    laptop.disk.replace(with: copy.disk)
    book.wentBack(laptop.index, to: copy.entries, except: (try? hubsValues()) ?? [])
    hasActed = true
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
    doubtAll()
    hasActed = true
    say("    \(copy) has a copy of the folder of \(laptop)")
  }

  /// A newer program brings a newer schema, before or after the hub's.
  func laptopUpgrades(_ laptop: Laptop) {
    let newer = scaffold.template.newer
    let isOlder = laptop.schema.map { $0.version < newer.version } ?? false
    let isDone = judged(on: laptop) { try laptop.client().replica.adopt(newer) }
    hasActed = isOlder && isDone
  }

  /// Everything lies in a drawer for most of a year.
  func yearPasses() {
    pass(Self.longSilence)
    hasActed = true
  }

  /// A laptop lies in a drawer for most of a year, and the others go on.
  func laptopRests(_ laptop: Laptop, _ dice: inout Dice) async {
    for _ in 0..<3 {
      pass(Self.longSilence / 3)
      for other in laptops where other !== laptop {
        act(by: other.clock)
        writeSomething(on: other, &dice)
        await sync(other, &dice)
        watch(other)
      }
      hubCompacts()
      guard broken.isEmpty else { return }
    }
    hasActed = true
  }

  /// What holds after every step holds in the midst of a long one.
  private func watch(_ laptop: Laptop) {
    do {
      try checkAnytime([laptop])
    } catch {
      fail(.progress, "could not look at \(laptop): \(error)")
    }
  }

  private static let longSilence: Int64 = 300 * 86_400_000

  func restartHub(_ dice: inout Dice) {
    hub.disk.goDown()
    hasActed = true
  }

  /// Machines that went down start again.
  func recover(_ dice: inout Dice) {
    for disk in laptops.map(\.disk) + [hub.disk] { disk.takeHappened().forEach(note) }
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
