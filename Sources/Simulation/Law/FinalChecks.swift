import FieldClient
import GRDB
import Shared
import SyncServer

// What holds in the end, when every link works, every machine is up and nobody writes.

extension World {
  private static let rounds = 8

  /// Brings everybody together and compares.
  func settle() async throws {
    var dice = Dice(plan.seed ^ 0xe4d)
    excuses = []
    recover(&dice)
    hub.clock = .right
    while !strays.isEmpty { strayArrives(&dice) }
    for laptop in laptops { stickArrives(laptop, &dice) }
    sticks = []
    say("in the end")
    // What the hub does not know yet waits on the laptops until it does.
    let newest = laptops.compactMap(\.schema?.version).max() ?? 0
    if newest > hub.schema.version { hubUpgrades() }
    try await syncAll(&dice)
    guard broken.isEmpty else { return }
    hub.seen = nil
    for laptop in laptops { laptop.seen = (nil, nil) }
    try checkAnytime(laptops)
    try checkAbsencesKept()
    try checkEqual()
    try checkKept()
  }

  /// The machines whose device is let in.
  private var admitted: [Laptop] { laptops.filter { !$0.isRevoked } }

  /// Everybody syncs until nothing moves.
  private func syncAll(_ dice: inout Dice) async throws {
    for _ in 0..<Self.rounds {
      let before = try hubStands().mapValues(\.seq)
      let wasDoubtful = mayDiffer
      for laptop in laptops {
        say("in the end \(laptop) syncs")
        await sync(laptop, &dice)
        guard broken.isEmpty else { return }
      }
      let isMoving = try hubStands().mapValues(\.seq) != before
      // Who was seen to hold the same just now repairs nothing in another round.
      let isSettled = wasDoubtful == mayDiffer
      guard try isMoving || !isSettled || admitted.contains(where: isPending) else { break }
    }
    for laptop in admitted where try isPending(laptop) {
      fail(.progress, "\(laptop) never gets rid of what it has to send")
    }
  }

  /// Every replica equals the hub in every scope that it may read.
  private func checkEqual() throws {
    for laptop in admitted {
      for type in hub.schema.types where laptop.schema?[type: type.name] != nil {
        let own = try laptop.read { try Self.texts($0, type, where: "TRUE") }
        let hubs = try hub.store().pool.read { db in
          try Self.texts(db, type, where: "NOT _deleted AND \(laptop.readable)")
        }
        guard own != hubs else { continue }
        let id = Set(own.keys).union(hubs.keys).filter { own[$0] != hubs[$0] }.sorted()[0]
        fail(
          .equal,
          "\(type.name) …\(id.suffix(4)) is \(own[id] ?? "missing") on \(laptop) and "
            + "\(hubs[id] ?? "missing") at the hub")
      }
      let hubs = try hubStands()
      for (scope, own) in try stands(laptop) {
        let theirs = hubs[scope]
        if own.digest != theirs?.digest ?? [0, 0] || own.records != theirs?.records ?? 0 {
          fail(.digests, "\(laptop) and the hub have other digests of \(scope) in the end")
        }
      }
    }
  }

  /// Every accepted write is somewhere.
  private func checkKept() throws {
    let hubs = try hubsValues()
    for laptop in laptops {
      // What it could not send is in its own file.
      let own = try laptop.isRevoked ? heldValues(laptop) : refusedValues(laptop)
      let found = hubs.union(own)
      let owed = book.entries.filter {
        $0.laptop == laptop.index && ($0.state == .owed || $0.state == .open)
      }
      for entry in owed {
        guard let value = entry.value, !found.contains(value) else { continue }
        fail(.kept, "\(entry.field)=\(value) of \(entry.key), written on \(laptop), is nowhere")
      }
    }
    for entry in book.entries where entry.laptop == -1 && entry.state == .open {
      guard let value = entry.value, !hubs.contains(value) else { continue }
      fail(.kept, "\(entry.field)=\(value) of \(entry.key), written in Bamako, is nowhere")
    }
  }
}

extension Laptop {
  /// SQL for the scopes that it may read.
  var readable: String {
    if grant.everything { return "TRUE" }
    let scopes = grant.read.map { "'\($0)'" }.sorted().joined(separator: ", ")
    return "scope IN (\(scopes))"
  }
}
