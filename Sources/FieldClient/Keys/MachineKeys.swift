import Crypto
import Foundation
import Shared
import Storage

/// The folder of keys that stay on this machine when a data folder is copied: 32 bytes a file,
/// readable by their owner alone.
struct MachineKeys {
  private let folder: String

  /// Throws `.no_key` where the machine has no place for them.
  init(_ surroundings: Surroundings) throws(Problem) {
    guard let folder = surroundings.keyFolder else { throw Problem(.no_key) }
    self.folder = folder
  }

  func make(_ name: String, _ bytes: [UInt8]) throws(Problem) -> SymmetricKey {
    try DurableFile.makeFolder(folder)
    try DurableFile.write(bytes, to: path(name))
    return SymmetricKey(data: bytes)
  }

  func read(_ name: String) throws(Problem) -> SymmetricKey {
    // The name comes from a file: it leads nowhere else.
    guard name.wholeMatch(of: #/[0-9a-f]{16}/#) != nil,
      let bytes = try? DurableFile.read(path(name)), bytes.count == 32
    else { throw Problem(.no_key, at: path(name)) }
    return SymmetricKey(data: bytes)
  }

  func has(_ name: String) -> Bool { DurableFile.exists(path(name)) }

  func destroy(_ name: String) throws(Problem) { try DurableFile.destroy(path(name)) }

  private func path(_ name: String) -> String { "\(folder)/\(name).key" }
}
