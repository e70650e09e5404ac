import Foundation
package import Shared
import Storage
import Work

// The key that opens a hub's backups. `recovery.seal` is the half that seals, and stays with the hub;
// the half that opens is a file that somebody carries away.

extension HubFolder {
  private var sealFile: String { path + "/recovery.seal" }

  /// What backups are sealed for; nil when they are not. Throws `.not_a_key` when it cannot be read.
  package func recoverySeal() throws(Problem) -> RecoverySeal? {
    guard DurableFile.exists(sealFile) else { return nil }
    do throws(Problem) {
      return try RecoverySeal(file: DurableFile.read(sealFile))
    } catch {
      // Never an open backup because its seal is damaged.
      throw Problem(.not_a_key, at: sealFile)
    }
  }

  /// Draws a key, writes it into a new file, and has each backup from now on sealed for it.
  ///
  /// - Throws: `.no_hub`, `.file_exists`, `.cannot_write`, `.disk_full`; `.key_at_home` for a file in the
  ///   hub's own folder, where it would be lost with the hub.
  package func makeRecoveryKey(
    _ hub: Hub, to file: String, by who: String
  ) throws(Problem) -> RecoverySeal {
    guard !DurableFile.exists(file) else { throw Problem(.file_exists, at: file) }
    let places = [file, path + "/hub.sqlite"].map { place in
      URL(filePath: place).deletingLastPathComponent().resolvingSymlinksInPath().path
    }
    guard places[0] != places[1] else { throw Problem(.key_at_home, at: file) }
    let key = RecoveryKey([UInt8](words: 4, from: hub.random))
    // Before anything is sealed for it.
    try DurableFile.write(key.file, to: file)
    do throws(Problem) {
      try hub.note(AuditEntry(.recoveryKey, by: who, detail: key.seal.fingerprint))
      try seal(backupsFor: key.seal)
    } catch {
      // A key that opens nothing would be taken for one.
      try? DurableFile.destroy(file)
      throw error
    }
    return key.seal
  }

  func seal(backupsFor seal: RecoverySeal) throws(Problem) {
    try DurableFile.write(seal.file, to: sealFile)
  }

  /// A recovery key's file. Throws `.file_missing`, `.not_a_file`, `.not_a_key`.
  package static func recoveryKey(_ file: String) throws(Problem) -> RecoveryKey {
    do throws(Problem) {
      return try RecoveryKey(file: DurableFile.read(file, upTo: 1_000))
    } catch {
      throw error.code == .not_a_key ? Problem(.not_a_key, at: file) : error
    }
  }
}
