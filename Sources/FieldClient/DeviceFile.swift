import Foundation
import Shared
import Storage

/// `DIR/device.json`: how this device reaches the hub and what it proves itself with. Readable
/// by its owner alone, and apart from the replica, so that a copy of the data is not a copy of
/// the identity.
struct DeviceFile: Codable, Sendable {
  var addresses: [String]
  var authority: String
  var token: String
  /// The invitation's code until the hub has answered it.
  var code: String?
  /// The token that will take its place, once the hub has heard of it.
  var next: String?
  /// The one before it, for a hub that was restored to a time before the change.
  var former: String?
  /// When the token was taken up, by the hub's clock, in milliseconds since 1970.
  var drawn: Int64?
  /// What this device's bundles are signed with and their answers opened with: 64 hexadecimal digits.
  var bundleSecret: String?
  /// The hub's public keys for bundles, 128 hexadecimal digits, once the hub has this device's.
  var hubKeys: String?

  static func path(_ directory: String) -> String { directory + "/device.json" }

  /// Nil when there is none. Throws `.not_a_replica` when it cannot be read.
  static func load(_ directory: String) throws(Problem) -> DeviceFile? {
    let path = path(directory)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      return try JSONDecoder().decode(
        DeviceFile.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw Problem(.not_a_replica, at: path, cause: "\(type(of: error))")
    }
  }

  /// Replaces the file at once: a power cut leaves the old one or the new one.
  func save(_ directory: String) throws(Problem) {
    try DurableFile.write(DurableFile.json(self), to: Self.path(directory))
  }
}
