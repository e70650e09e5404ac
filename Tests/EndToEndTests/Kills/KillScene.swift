import Dispatch
import Foundation

/// One piece of work during which processes get killed, and what is found afterwards.
struct KillScene {
  let mission: KillMission
  private let device: String
  /// Seconds after the start of the work at which a victim is killed; nil for never.
  private let moment: () -> Double?

  var place: FaultPlace { mission.place }

  init(_ mission: KillMission, device: String, moment: @escaping () -> Double?) {
    self.mission = mission
    self.device = device
    self.moment = moment
  }

  /// - Returns: how far the work had come, and the seconds until it ended.
  func play(
    _ victim: Victim, _ chance: inout SeededChance
  ) throws -> (phase: Phase, seconds: Double) {
    switch victim {
    case .importing: try importing(&chance)
    case .syncing: try syncing(&chance)
    case .hub: try hubDying(&chance)
    case .hubAndDevice: try bothDying(&chance)
    case .rebuilding: try rebuilding(&chance)
    case .enrolling: try enrolling()
    case .founding: try founding()
    }
  }

  // MARK: Alone

  /// Rows that were accepted when nobody could say so are there all the same.
  private func importing(_ chance: inout SeededChance) throws -> (Phase, Double) {
    let values = (0..<chance.pick([1, 10, 60])).map { _ in mission.book.freshValue() }
    let table = place.path("table.csv")
    try Data(Samples.contactTable(values).utf8).write(to: URL(filePath: table))
    let before = mission.log(device)
    let (end, seconds) = try act(["import", "contact", table])
    let log = mission.log(device)
    let found = try mission.file(device).replicasValues().intersection(values)
    mission.book.accepted(end.wasKilled ? found : Set(values), by: device)
    try mission.checkReplica(device, mission.checkHub(isRunning: true))
    let isCut = log != before && log.isCutInCommit
    let phase: Phase = found.count == values.count ? .after : found.isEmpty ? .before : .between
    return (end.wasKilled ? isCut ? .inCommit : phase : .outrun, seconds)
  }

  private func syncing(_ chance: inout SeededChance) throws -> (Phase, Double) {
    try bringNews(&chance)
    let before = try Before(mission, device)
    let (end, seconds) = try act(["sync"])
    try mission.require(end.wasKilled || end.code == 0, "\(end.code) \(end.sentences)")
    let hub = try mission.checkHub(isRunning: true)
    let phase = try before.phase(end, mission.log(device), mission.checkReplica(device, hub), hub)
    return (phase, seconds)
  }

  /// The file of a rebuilding that was killed is the old one or the fresh one, also when neither
  /// has its name.
  private func rebuilding(_ chance: inout SeededChance) throws -> (Phase, Double) {
    try mission.write(on: device, new: 3, changed: 5, &chance)
    let before = place.identity(of: place.replica(device))
    let (end, seconds) = try act(["verify", "--rebuild"])
    let after = place.identity(of: place.replica(device))
    let isBegun = place.identity(of: place.replica(device) + ".fresh") != nil
    try place.at(device, "status").succeeding()
    try place.removeDamaged(device)
    try mission.checkReplica(device, mission.checkHub(isRunning: true))
    let phase: Phase =
      after == nil ? .inCommit : after != before ? .after : isBegun ? .between : .before
    return (end.wasKilled ? phase : .outrun, seconds)
  }

  private func act(_ arguments: [String]) throws -> (Ended, seconds: Double) {
    try act { try place.start(device, arguments) }
  }

  /// Starts a program and kills it when its moment comes.
  func act(_ begin: () throws -> Running) throws -> (Ended, seconds: Double) {
    let start = DispatchTime.now()
    let victim = try begin()
    guard let moment = moment() else { return (try victim.finish().succeeding(), start.elapsed) }
    start.wait(moment)
    return (victim.end(SIGKILL), start.elapsed)
  }

  // MARK: With the hub

  private func hubDying(_ chance: inout SeededChance) throws -> (Phase, Double) {
    let syncing = Array(KillMission.devices.filter { $0 != device }.prefix(1)) + [device]
    var own: Set<String> = []
    for device in syncing {
      try mission.write(on: device, new: chance.pick([1, 10, 60]), changed: 5, &chance)
      own.formUnion(mission.book.owed(by: device))
    }
    let log = mission.hubsLog
    let start = DispatchTime.now()
    let syncs = try syncing.map { try place.start($0, ["sync"]) }
    guard let moment = moment() else {
      for sync in syncs { try sync.finish().succeeding() }
      return (.outrun, start.elapsed)
    }
    start.wait(moment)
    try mission.require(place.killHub()?.wasKilled == true, "the hub ended by itself")
    let ends = syncs.map { $0.finish() }
    for end in ends {
      // What a person sees of it is few words, and none of them that something is lost.
      try mission.require(
        [0, 69, 75].contains(end.code) && end.sentences.count <= 3, "\(end.code) \(end.sentences)")
    }
    let seconds = start.elapsed
    let found = try phase(own, log, syncing)
    return (ends.allSatisfy { $0.code == 0 } ? .after : found, seconds)
  }

  private func bothDying(_ chance: inout SeededChance) throws -> (Phase, Double) {
    try bringNews(&chance)
    let own = mission.book.owed(by: device)
    let log = mission.hubsLog
    let start = DispatchTime.now()
    let sync = try place.start(device, ["sync"])
    guard let first = moment(), let second = moment() else {
      try sync.finish().succeeding()
      return (.outrun, start.elapsed)
    }
    start.wait(min(first, second))
    if first < second { _ = place.killHub() } else { sync.end(SIGKILL) }
    start.wait(max(first, second))
    let end = sync.end(SIGKILL)
    _ = place.killHub()
    let seconds = start.elapsed
    let found = try phase(own, log, [device])
    return (end.wasKilled ? found : .outrun, seconds)
  }

  /// What the files of a dead hub and these devices tell. Starts the hub again.
  private func phase(
    _ own: Set<String>, _ log: WriteAheadLog, _ devices: [String]
  ) throws -> Phase {
    let left = mission.hubsLog
    let hub = try mission.checkHub(isRunning: false)
    for device in devices { try mission.checkReplica(device, hub) }
    try place.startHub()
    if left != log && left.isCutInCommit { return .inCommit }
    return own.isDisjoint(with: mission.book.admitted) ? .before : .between
  }

  /// Something to send, and often something to receive.
  private func bringNews(_ chance: inout SeededChance) throws {
    if Bool.random(using: &chance) {
      let other = chance.pick(KillMission.devices.filter { $0 != device })
      try mission.write(on: other, new: chance.pick([0, 3, 20]), changed: 8, &chance)
      try mission.sync(other)
    }
    let new = chance.pick([0, 2, 10, 60])
    try mission.write(on: device, new: new, changed: chance.pick([1, 5, 30]), &chance)
  }
}

/// What a device and its files were before a sync.
private struct Before {
  private let mission: KillMission
  private let log: WriteAheadLog
  private let stands: [String: KilledFile.Standing]
  private let own: Set<String>

  init(_ mission: KillMission, _ device: String) throws {
    self.mission = mission
    log = mission.log(device)
    stands = try mission.file(device).replicaStands()
    own = mission.book.owed(by: device)
  }

  func phase(
    _ end: Ended, _ left: WriteAheadLog, _ file: KilledFile, _ hub: KilledFile
  ) throws -> Phase {
    guard end.wasKilled else { return .outrun }
    if left != log && left.isCutInCommit { return .inCommit }
    let (now, hubs) = (try file.replicaStands(), try hub.hubStands())
    if try !file.isPending() && now.allSatisfy({ hubs[$0.key]?.seq ?? 0 == $0.value.seq }) {
      return .after
    }
    return now != stands || !own.isDisjoint(with: mission.book.admitted) ? .between : .before
  }
}

extension SeededChance {
  mutating func pick<T>(_ items: [T]) -> T { items.randomElement(using: &self)! }
}

extension DispatchTime {
  fileprivate func wait(_ seconds: Double) {
    _ = DispatchSemaphore(value: 0).wait(timeout: self + seconds)
  }

  fileprivate var elapsed: Double {
    Double(DispatchTime.now().uptimeNanoseconds - uptimeNanoseconds) / 1e9
  }
}
