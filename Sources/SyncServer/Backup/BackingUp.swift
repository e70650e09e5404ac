import Foundation
package import Shared
import Storage
import Work

/// What a backup holds.
package struct BackupReport: Sendable {
  /// Of the file.
  package let bytes: Int64
  package let records: Int
  /// Of the audit log; its fault is one of the hub as it stands, which the backup keeps as it is.
  package let log: AuditCheck
  /// Of the recovery key that it is sealed for, if it is.
  package let fingerprint: String?
  /// Whether the hub's log could not take the line that tells of the backup, for want of room.
  package fileprivate(set) var isUnnoted = false
}

extension HubFolder {
  /// Writes everything that a hub needs to come back into one file, while the hub serves: a copy of
  /// the database from one moment, the accounts, the addresses and the keys. The copy is checked as
  /// `verify` does, the file is read back, and only then has its name. It is sealed where the folder
  /// has a `recovery.seal`.
  ///
  /// - Parameters:
  ///   - who: as the audit log names them.
  ///   - progress: bytes done, and bytes in all.
  /// - Throws: `.no_hub`, `.file_exists`, `.damaged` for a hub whose file is; `.too_large` for one
  ///   beyond 8 GiB; `.cannot_write`, `.disk_full`. What was begun is removed then.
  package func backUp(
    _ hub: Hub, to file: String, by who: String, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(Problem) -> BackupReport {
    guard !DurableFile.exists(file) else { throw Problem(.file_exists, at: file) }
    // Before anything is copied, so that the copy holds the line, too.
    let isNoted = try hub.noting { () throws(Problem) in
      try hub.note(AuditEntry(.backup, by: who))
    }
    let draft = BackupDraft(file, seal: try recoverySeal(), in: self)
    defer { draft.removeCopies() }
    do throws(Problem) {
      var report = try draft.write(self, hub, progress)
      guard !DurableFile.exists(file) else { throw Problem(.file_exists, at: file) }
      try DurableFile.rename(draft.archive, to: file)
      let isDated = try hub.noting { () throws(Problem) in
        try hub.store.write { transaction in try transaction.set(.backup, hub.now()) }
      }
      report.isUnnoted = !isNoted || !isDated
      return report
    } catch {
      // What stopped it is what people want to know.
      try? DurableFile.remove([draft.archive])
      throw error
    }
  }
}

/// A backup until it has its name. Beside its place and not in the hub's folder: the disk that is full
/// is most often the hub's. What a sealed one is made of lies elsewhere, or it could be read from where the
/// backup lies.
private struct BackupDraft {
  let archive: String
  private let seal: RecoverySeal?
  private let hubCopy: String
  private let accountsCopy: String
  private let open: OpenCopies?

  init(_ file: String, seal: RecoverySeal?, in folder: HubFolder) {
    self.seal = seal
    archive = file + ".new"
    let name = (file as NSString).lastPathComponent
    open = seal.map { _ in OpenCopies(of: folder) }
    let copies = open.map { $0.folder + "/" + name } ?? file
    hubCopy = copies + ".hub"
    accountsCopy = copies + ".accounts"
  }

  func removeCopies() {
    let copies = [hubCopy, hubCopy + "-wal", hubCopy + "-shm", accountsCopy]
    // They hold what the backup holds; the next one of this name removes what is left.
    try? DurableFile.remove(copies)
    open?.leave()
  }

  func write(
    _ folder: HubFolder, _ hub: Hub, _ progress: (Int64, Int64) -> Void
  ) throws(Problem) -> BackupReport {
    let store = try folder.open()
    var (done, size) = (Int64(0), folder.size)
    for file in [hubCopy, accountsCopy] { try DurableFile.write([], to: file) }
    try store.copy(to: hubCopy) { copied, all in
      (done, size) = (copied, all)
      progress(done, 3 * size)
    }
    guard size < 1 << 33 else { throw Problem(.too_large, at: hubCopy) }
    try AccountFile(path: folder.path + "/accounts.sqlite").copy(to: accountsCopy)
    let (check, log) = try verify(hub)
    func passed(_ bytes: Int) {
      done += Int64(bytes)
      progress(min(done, 3 * size), 3 * size)
    }
    let hash = try BackupArchive.write(
      files(of: folder), to: archive, for: seal, time: hub.now(), progress: passed)
    try DurableFile.sync(archive)
    try BackupArchive.check(archive, hash: hash, progress: passed)
    return BackupReport(
      bytes: DurableFile.size(archive), records: check.records, log: log,
      fingerprint: seal?.fingerprint)
  }

  /// Throws `.damaged`.
  private func verify(_ hub: Hub) throws(Problem) -> (HubCheck, AuditCheck) {
    let copy = try SQLiteHubStore(path: hubCopy)
    let copied = Hub(store: copy, now: hub.now, random: hub.random)
    let found = (try copied.verify(), try copied.checkAudit())
    try copy.close()
    return found
  }

  private func files(of folder: HubFolder) -> [(BackupMember, String)] {
    BackupMember.files.map { member in
      switch member {
      case .hub: (member, hubCopy)
      case .accounts: (member, accountsCopy)
      default: (member, folder.path + "/" + member.rawValue)
      }
    }
  }
}

extension Hub {
  /// Writes what tells of a backup. Where the hub's disk is full, the backup is needed more than that.
  /// Returns whether it was written.
  fileprivate func noting(_ body: () throws(Problem) -> Void) throws(Problem) -> Bool {
    do throws(Problem) {
      try body()
      return true
    } catch {
      guard [.disk_full, .cannot_write].contains(error.code) else { throw error }
      return false
    }
  }
}
