import Shared

// Nobody repairs without a reason. A reason is an older copy that took a folder's place or the hub's, a
// second machine with a copy of a folder, or a hub that dropped what somebody silent had not heard of.
// From then on any machine may differ from the hub, until each was seen to hold the same: what differs
// after that has no reason again.

extension World {
  /// Whether replicas and hub may differ after a sync.
  var mayDiffer: Bool { !doubted.isEmpty }

  /// From here on each machine may differ from the hub.
  func doubtAll() { doubted = Set(laptops.indices) }

  /// After a complete sync: whether the machine and the hub show that they hold the same.
  func ceaseDoubting(_ laptop: Laptop) throws {
    guard doubted.contains(laptop.index), !hasTwin(laptop), try isEqual(laptop) else { return }
    // What was written before may still be on its way.
    guard strays.isEmpty, sticks.isEmpty else { return }
    doubted.remove(laptop.index)
    guard doubted.isEmpty else { return }
    tally.count(OutcomeOfSync.shownEqual)
    say("    all hold what the hub holds")
  }

  /// Two machines with one folder stamp alike, as long as there are two.
  private func hasTwin(_ laptop: Laptop) -> Bool {
    laptops.contains { $0 !== laptop && $0.device == laptop.device }
  }

  private func isEqual(_ laptop: Laptop) throws -> Bool {
    guard try !isUnproven(laptop) else { return false }
    let own = try stands(laptop)
    return try hubStands().allSatisfy { name, hubs in
      guard hubs.records > 0, let scope = Scope(name), laptop.grant.mayRead(scope) else {
        return own[name].map { $0.records == 0 } ?? true
      }
      return own[name].map { $0.digest == hubs.digest && $0.records == hubs.records } ?? false
    }
  }
}
