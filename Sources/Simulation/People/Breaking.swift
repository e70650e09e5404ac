import FieldClient
import GRDB
import Shared
import Storage

// A page of a laptop's file breaks, and its people have it built anew: `djoliba verify --rebuild`.

extension World {
  /// What a file holds nowhere else and cannot say that it is missing: a page of these takes
  /// writes with it that nobody can name afterwards.
  private static let unsaid: Set<String> = [
    "_state", "_pending", "_journal", "_hidden", "_was", "_withheld", "_refused", "_switch",
  ]

  func pageBreaks(_ laptop: Laptop, _ dice: inout Dice) {
    judged(on: laptop) {
      let pages = try laptop.read { db in
        try Row.fetchAll(
          db, sql: "SELECT tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 1 ORDER BY 2")
      }.filter { !Self.unsaid.contains($0[0]) }
      let page = dice.pick(pages)
      // What is in the log as well would not be missed.
      try laptop.client().replica.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      let held = try heldValues(laptop)
      noteAcknowledged(laptop)
      laptop.close()
      say("    the first page of \(page[0] as String) breaks")
      laptop.disk.garble("/replica.sqlite", page: page[1], &dice)
      try rebuild(laptop)
      hasActed = true
      tally.count(OutcomeOfSync.rebuilt)
      // What the hub lost before, and this page alone still had.
      if hubWentBack { try loseWhatNobodyGivesBack(held) }
    }
  }

  /// The steps of `Replica.rebuild` on a disk that is not the machine's own.
  private func rebuild(_ laptop: Laptop) throws {
    let disk = laptop.disk
    for suffix in ["", "-wal"] {
      disk.move("/replica.sqlite" + suffix, to: "/damaged.sqlite" + suffix)
    }
    let fresh = laptop.folder + "/replica.sqlite.fresh"
    defer { scaffold.remove(fresh) }
    let rescue = try Replica.salvage(
      laptop.folder + "/damaged.sqlite", to: fresh, now: laptop.now)
    disk.move("/replica.sqlite.fresh", to: "/replica.sqlite")
    for name in ["/damaged.sqlite", "/damaged.sqlite-wal", "/replica.sqlite.fresh-wal"] {
      disk.remove(name)
    }
    sabotage?.afterRebuilding(laptop)
    for lost in rescue.lost { forgive(lost, laptop) }
    say("    rebuilt: \(rescue.saved) saved, \(rescue.lost.count) lost")
  }

  /// What was said to be lost is known to its people: a record, or a row of a type.
  private func forgive(_ lost: String, _ laptop: Laptop) {
    let parts = lost.split(separator: " ").map(String.init)
    book.broke(laptop.index) { key in
      key.type == parts[0] && (key.id == parts[1] || parts[1].hasPrefix("#"))
    }
  }
}
