import Foundation
import GRDB
package import Shared

// The way out of a damaged file: a fresh replica that first saves every pending change. What the
// hub knows comes back with the next sync; what only this laptop knows is read out of the damaged
// file row by row, from both ends, so that a page that cannot be read costs that page.
//
// A machine may stop at any moment of it. The damaged file stays where it is until the fresh one
// is whole and its own copy is on the disk. Then it goes, and only then its log and its outline,
// which would otherwise be taken for the fresh file's. So a fresh file without a damaged one beside it is
// whole, and whoever opens the replica next gives it its name.

/// What a rebuilding saved.
package struct Rescue: Sendable, Equatable {
  /// Records with pending changes that were saved.
  package var saved = 0
  /// Pending changes of records that could not be read: type and id, or the row's number where
  /// the id could not be read either.
  package var lost: [String] = []
  /// Whether there may have been more that nothing is known of, because a page of the list of
  /// pending changes could not be read.
  package var mayLackMore = false
}

extension Replica {
  private static let logs = ["-wal", "-shm"]

  private static func fresh(_ path: String) -> String { path + ".fresh" }

  /// Makes a fresh replica out of what can be read of a damaged one, and keeps the damaged files
  /// in `keeping`, a folder that must not be there yet.
  ///
  /// - Throws: `.disk_full`, `.cannot_write`; `.not_a_replica` for a file that does not even say
  ///   which device it is of. The damaged file is untouched then.
  package static func rebuild(
    path: String, keeping folder: String, now: Int64
  ) throws(Problem) -> Rescue {
    let fresh = fresh(path)
    return try storing(at: path) {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      let leftovers = ([""] + logs).map { fresh + $0 } + [Outline.path(fresh)]
      let rescue: Rescue
      do {
        let kept = try keep(path, in: folder)
        try DurableFile.remove(leftovers)
        rescue = try salvage(copyOf: kept, Outline(beside: path), to: fresh, now: now)
        try DurableFile.remove(leftovers.filter { $0 != fresh })
      } catch {
        // The damaged file is still in its place, and a full disk needs the room of what was begun.
        try? DurableFile.remove(leftovers)
        try? FileManager.default.removeItem(atPath: folder)
        throw error
      }
      try takePlace(path)
      return rescue
    }
  }

  /// Whether the machine stopped in the last moments of a rebuilding.
  package static func isAwaited(path: String) -> Bool {
    let files = FileManager.default
    return !files.fileExists(atPath: path) && files.fileExists(atPath: fresh(path))
  }

  /// Puts the whole fresh file in the place of the damaged one.
  package static func takePlace(_ path: String) throws(Problem) {
    try DurableFile.sync(fresh(path))
    try DurableFile.remove([path])
    try DurableFile.remove(logs.map { path + $0 } + [Outline.path(path)])
    try DurableFile.rename(fresh(path), to: path)
  }

  /// Copies the file and its log, and waits until the copies are on the disk.
  private static func keep(_ path: String, in folder: String) throws -> String {
    let files = FileManager.default
    let kept = folder + "/replica.sqlite"
    for part in ["", "-wal"] where files.fileExists(atPath: path + part) {
      try files.copyItem(atPath: path + part, toPath: kept + part)
      try DurableFile.sync(kept + part)
    }
    try DurableFile.sync(folder)
    try DurableFile.syncFolder(of: folder)
    return kept
  }

  /// Reading out may write into the file that is read.
  private static func salvage(
    copyOf damaged: String, _ outline: Outline?, to fresh: String, now: Int64
  ) throws -> Rescue {
    let copy = fresh + ".copy"
    let copies = ([""] + logs).map { copy + $0 }
    defer { for copy in copies { try? FileManager.default.removeItem(atPath: copy) } }
    for part in copies { try? FileManager.default.removeItem(atPath: part) }
    for part in ["", "-wal"] where FileManager.default.fileExists(atPath: damaged + part) {
      try FileManager.default.copyItem(atPath: damaged + part, toPath: copy + part)
    }
    return try salvage(copy, outline, to: fresh, now: now)
  }

  /// Makes the fresh file `fresh` out of what can be read of a damaged one, which may be written to.
  package static func salvage(_ damaged: String, to fresh: String, now: Int64) throws -> Rescue {
    try salvage(damaged, nil, to: fresh, now: now)
  }

  private static func salvage(
    _ damaged: String, _ outline: Outline?, to fresh: String, now: Int64
  ) throws -> Rescue {
    let reader = try Salvaging(damaged, outline)
    try create(path: fresh, schema: reader.schema, device: reader.device)
    let replica = try Replica(path: fresh)
    let rescue = try replica.write { db, shape in
      let isWhole = try db.checkingIDs { try reader.copy(into: db, shape) }
      let unread = try reader.unread(db, shape)
      let state = try Settling.run(db, shape, now: now)
      try state.save()
      var rescue = try reader.report(db)
      rescue.lost += unread
      rescue.mayLackMore = !isWhole
      return rescue
    }
    _ = try replica.recount(now: now)
    // The log stays behind when the file gets its name.
    let busy = try replica.pool.writeWithoutTransaction { db in
      try Bool.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? true
    }
    guard !busy else { throw Problem(.busy, at: fresh) }
    try replica.pool.close()
    return rescue
  }
}
