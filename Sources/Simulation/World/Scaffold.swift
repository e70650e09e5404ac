import Foundation
import Shared
import Storage
import Synchronization

/// The few things of a world that the product wants to see on a real file system: its folders,
/// and files of the databases' names, empty. One for each runner, used again by all its worlds.
package final class Scaffold: Sendable {
  /// Four devices, and machines for copies of a folder and for those that enrol later.
  static let laptops = 6

  let root: String
  let hubFolder: String
  let laptopFolders: [String]
  let template: Template

  private static let count = Mutex(0)

  /// - Parameter sealed: whether the laptops' replicas are.
  package init(sealed: Bool = false) throws {
    SimulatedVFS.install()
    let number = Self.count.withLock { count in
      count += 1
      return count
    }
    let process = ProcessInfo.processInfo.processIdentifier
    let root = "\(Self.place)/djoliba-simulation-\(process)-\(number)"
    let folders = (1...Self.laptops).map { "\(root)/laptop\($0)/" }
    self.root = root
    hubFolder = root + "/hub"
    laptopFolders = folders.map { String($0.dropLast()) }
    for folder in folders + [root + "/hub/"] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    if sealed {
      for folder in laptopFolders { Seal.open(folder, with: SealKey(Array(1...32))) }
    }
    template = try Template(
      schema: Schema(json: PackageResources.simulation_json), newer: Self.newerSchema(),
      root: root, folders: laptopFolders)
    for path in laptopFolders.map({ $0 + "/replica.sqlite" }) + [hubFolder + "/hub.sqlite"] {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
  }

  /// Where a database has a log on its disk, puts a file in its place that is not empty, and none where it
  /// has none: GRDB looks for one, and writes into a database without.
  func show(_ log: DiskFile?, at path: String) {
    guard let log, !log.bytes.isEmpty else { return remove(path) }
    _ = FileManager.default.createFile(atPath: path, contents: Data([0]))
  }

  /// Removes a file that the product made to have a name.
  func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  deinit {
    for folder in laptopFolders { Seal.close(folder) }
    try? FileManager.default.removeItem(atPath: root)
  }

  /// What a later version of the mission's schema would be, a field and a type more: it only grows.
  private static func newerSchema() throws -> Schema {
    let text = String(decoding: PackageResources.simulation_json, as: UTF8.self)
      .replacingOccurrences(of: "\"version\": 1", with: "\"version\": 2")
      .replacingOccurrences(of: "{ \"name\": \"topic\",", with: "\(extra), { \"name\": \"topic\",")
      .replacingOccurrences(of: "\"types\": [", with: "\"types\": [\(parcel),")
    return try Schema(json: Array(text.utf8))
  }

  private static let extra =
    "{ \"name\": \"extra\", \"fr\": \"Plus\", \"en\": \"More\", \"kind\": \"text\", \"policy\": \"review\" }"

  private static let parcel = """
    {
      "name": "parcel", "fr": "Colis", "en": "Parcel", "title": ["label"],
      "scope": { "base": "place" }, "priority": 1,
      "writers": ["staff"], "deleters": ["staff"], "wideners": ["deciders"],
      "fields": [
        { "name": "place", "fr": "Base", "en": "Base", "kind": "reference", "to": "base", "by": "code", "policy": "last" },
        { "name": "label", "fr": "Contenu", "en": "Label", "kind": "text", "policy": "last" },
        { "name": "weight", "fr": "Poids", "en": "Weight", "kind": "int", "policy": { "cautious": [] } }
      ]
    }
    """

  /// Memory where there is some that looks like a file system.
  private static let place =
    FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
}
