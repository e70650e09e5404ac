public import Shared
import Storage

/// What was saved of a damaged replica.
public struct RescueReport: Sendable, Equatable {
  /// Records with unsent changes that are in the fresh replica.
  public let saved: Int
  /// Records whose unsent changes could not be read: type and id, or `#` and the row's number
  /// where the id could not be read either.
  public let lost: [String]
  /// Whether there may have been more: a page that tells which changes are unsent could not be
  /// read.
  public let mayLackMore: Bool
  /// The folder that keeps the damaged files.
  public let kept: String
}

extension FieldClient {
  /// Reads the whole replica and counts its records and digests anew, without a network.
  ///
  /// - Returns: the scopes whose count or digest was wrong and is right now.
  /// - Throws: `.damaged` where a page cannot be what it should be.
  public func checkFile() throws(Problem) -> [Scope] {
    try replica.checkFile()
    return try replica.recount(now: surroundings.now())
  }

  /// Syncs, compares every confirmed record with Bamako's, values included, and mends what
  /// differs.
  ///
  /// - Throws: as `sync`.
  public func verify(
    language: Language = .fr, progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
  ) async throws(Problem) -> SyncReport {
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    return try await carryOut {
      SyncRun(client: self, maximumBytes: .max, language: language, progress: progress)
    } _: { run throws(Problem) in
      try await run.complete()
      try await run.repair(nil)
      try await run.complete()
    }
  }

  /// Makes a fresh replica that holds all that can be read of the damaged one; the next sync
  /// compares it with Bamako and mends what differs. The damaged files are kept beside it.
  ///
  /// - Throws: `.not_enrolled`, `.busy`, `.disk_full`, `.cannot_write`, `.not_a_replica` when
  ///   nothing can be read any more; what opening a sealed one throws.
  public static func rebuild(
    directory: String, surroundings: Surroundings = .system()
  ) throws(Problem) -> RescueReport {
    guard try DeviceFile.load(directory) != nil else { throw Problem(.not_enrolled, at: directory) }
    try finishRebuilding(directory)
    try openKey(directory, surroundings)
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    let path = replicaPath(directory)
    // What only another key opens is not damaged, and a fresh file would take its place.
    guard Seal.isOpen(directory) ? !Seal.isOthers(path) : !Seal.isNamed(path) else {
      throw Problem(.no_key, at: directory)
    }
    let folder = "\(directory)/damaged-\(surroundings.now())"
    let rescue = try Replica.rebuild(
      path: path, keeping: folder, now: surroundings.now())
    return RescueReport(
      saved: rescue.saved, lost: rescue.lost, mayLackMore: rescue.mayLackMore, kept: folder)
  }

  /// Goes on where the machine stopped in the last moments of a rebuilding.
  static func finishRebuilding(_ directory: String) throws(Problem) {
    let path = replicaPath(directory)
    guard Replica.isAwaited(path: path) else { return }
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    if Replica.isAwaited(path: path) { try Replica.takePlace(path) }
  }
}
