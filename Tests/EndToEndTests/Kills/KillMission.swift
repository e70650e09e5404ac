import Foundation
import Shared

/// A hub and three laptops of one base whose processes get killed, and what must hold of their
/// files whenever one was.
final class KillMission {
  static let devices = ["gao", "kidal", "menaka"]

  let place: FaultPlace
  var book = KillBook()
  var tally: KillTally
  /// How far each scope of the hub had come when it was last looked at.
  private var reached: [String: Int64] = [:]

  init(_ tally: KillTally) throws {
    self.tally = tally
    place = try FaultPlace()
    for device in Self.devices { try place.enroll(device) }
  }

  func write(on device: String, new: Int, changed: Int, _ chance: inout SeededChance) throws {
    let writer = KillWriter(path: place.replica(device), device: device)
    try writer.write(new: new, changed: changed, into: &book, &chance)
  }

  /// A sync that nobody kills.
  func sync(_ device: String) throws {
    try place.at(device, "sync").succeeding()
    tally.syncs += 1
  }

  // MARK: Files

  func log(_ device: String) -> WriteAheadLog { WriteAheadLog(beside: place.replica(device)) }
  var hubsLog: WriteAheadLog { WriteAheadLog(beside: place.hubsFile) }

  /// A device's file as it is, its programs being dead.
  func file(_ device: String) throws -> KilledFile {
    try KilledFile(copying: place.replica(device), to: place.path("copy.sqlite"))
  }

  /// The hub's file, whether it runs or not.
  func hubsFile(isRunning: Bool) throws -> KilledFile {
    isRunning
      ? try KilledFile(reading: place.hubsFile)
      : try KilledFile(copying: place.hubsFile, to: place.path("hubs.sqlite"))
  }

  // MARK: What must hold

  /// No page is damaged, nothing that was admitted is gone, no sequence went back, and what the
  /// hub says of its scopes is what its rows say.
  @discardableResult
  func checkHub(isRunning: Bool) throws -> KilledFile {
    let file = try hubsFile(isRunning: isRunning)
    try checkPages(file, "the hub")
    let values = try file.hubsValues()
    tally.values += values.count
    let gone = book.saw(values)
    try require(gone.isEmpty, "the hub lost \(gone.sorted().prefix(5))")
    let stands = try file.hubStands()
    for (scope, seq) in reached {
      try require(stands[scope]?.seq ?? 0 >= seq, "the hub's \(scope) went back below \(seq)")
    }
    reached = stands.mapValues(\.seq)
    try checkCounts(stands, try file.hubCounts(), "the hub")
    return file
  }

  /// The same of a device: what it accepted is in its file or at the hub, and where its cursor
  /// stands at the hub's, it holds what the hub holds.
  @discardableResult
  func checkReplica(_ device: String, _ hub: KilledFile) throws -> KilledFile {
    let file = try file(device)
    try checkPages(file, device)
    let owed = book.owed(by: device)
    tally.values += owed.count
    let gone = owed.subtracting(try file.replicasValues())
    try require(gone.isEmpty, "\(device) lost \(gone.sorted().prefix(5))")
    guard try !file.isUnsettled() else { return file }
    let (stands, hubs) = (try file.replicaStands(), try hub.hubStands())
    try checkCounts(stands, try file.replicaCounts(), device)
    for (scope, own) in stands where own.seq > 0 {
      guard let theirs = hubs[scope], own.seq == theirs.seq, own.mark == theirs.mark else {
        continue
      }
      try require(own == theirs, "\(device) stands where the hub does in \(scope), and differs")
    }
    return file
  }

  private func checkPages(_ file: KilledFile, _ whose: String) throws {
    tally.files += 1
    let damage = try file.damage()
    try require(damage == nil, "\(whose): \(damage ?? "")")
  }

  private func checkCounts(
    _ stands: [String: KilledFile.Standing], _ counts: [String: (records: Int, digest: Digest)],
    _ whose: String
  ) throws {
    for (scope, standing) in stands {
      let count = counts[scope] ?? (0, Digest())
      tally.records += count.records
      try require(
        count.records == standing.records && count.digest == standing.digest,
        "\(whose) says \(standing.records) records of \(scope) with another digest than that of "
          + "the \(count.records) in its rows")
    }
  }

  /// Everybody syncs, and then everybody holds the same.
  func settle() throws {
    for device in Self.devices + Self.devices { try sync(device) }
    let hub = try checkHub(isRunning: true)
    let scopes = "scope IN ('mission', 'base:GAO')"
    let contacts = try hub.contacts(where: scopes + " AND NOT _deleted")
    for device in Self.devices {
      let file = try checkReplica(device, hub)
      try require(!file.isPending(), "\(device) never gets rid of what it has to send")
      try require(try file.contacts(where: scopes) == contacts, "\(device) differs from the hub")
    }
  }

  func require(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
    guard condition else { throw Unexpected(sentence()) }
  }
}
