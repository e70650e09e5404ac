import Foundation
import Shared
import Storage

/// `DIR/device.json`: how this device reaches the hub and what it proves itself with. Readable
/// by its owner alone, and apart from the replica, so that a copy of the data is not a copy of
/// the identity. What proves it is sealed where the replica is.
struct DeviceFile: Codable, Sendable {
  var addresses: [String]
  var authority: String
  /// Empty in a sealed file whose key is not open.
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
  /// The tokens and the bundles' secret, sealed with the replica's key.
  private var sealed: Data?

  init(
    addresses: [String], authority: String, token: String, code: String? = nil,
    bundleSecret: String? = nil, hubKeys: String? = nil
  ) {
    (self.addresses, self.authority, self.token, self.code) = (addresses, authority, token, code)
    (self.bundleSecret, self.hubKeys) = (bundleSecret, hubKeys)
  }

  static func path(_ directory: String) -> String { directory + "/device.json" }

  /// Nil when there is none. Throws `.not_a_replica` when it cannot be read, `.no_key` when another key
  /// than the folder's sealed it.
  static func load(_ directory: String) throws(Problem) -> DeviceFile? {
    let path = path(directory)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let device: DeviceFile = try read(path, Data(contentsOf: URL(fileURLWithPath: path)))
    return try device.opened(directory)
  }

  /// With what only the folder's key opens, once that is open. Throws as `load`.
  func opened(_ directory: String) throws(Problem) -> DeviceFile {
    var device = self
    if let sealed, let bytes = try Seal.unseal([UInt8](sealed), in: directory) {
      device.take(try Self.read(Self.path(directory), Data(bytes)))
    }
    return device
  }

  private static func read<T: Decodable>(
    _ path: String, _ bytes: @autoclosure () throws -> Data
  ) throws(Problem) -> T {
    do {
      return try JSONDecoder().decode(T.self, from: bytes())
    } catch {
      throw Problem(.not_a_replica, at: path, cause: "\(type(of: error))")
    }
  }

  /// Replaces the file at once: a power cut leaves the old one or the new one. An enrolment that is not
  /// over has nothing sealed yet.
  func save(_ directory: String) throws(Problem) {
    var file = self
    let secrets = Secrets(token: token, next: next, former: former, bundleSecret: bundleSecret)
    // Without the key what is sealed stays as it is.
    if sealed == nil, code == nil,
      let sealed = Seal.seal([UInt8](DurableFile.json(secrets)), in: directory)
    {
      file.take(Secrets(token: ""))
      file.sealed = Data(sealed)
    }
    try DurableFile.write(
      DurableFile.json(file), to: Self.path(directory), isForgetting: true)
  }

  private mutating func take(_ secrets: Secrets) {
    (token, next, former) = (secrets.token, secrets.next, secrets.former)
    bundleSecret = secrets.bundleSecret
    sealed = nil
  }

  /// What a thief could be this device with.
  private struct Secrets: Codable {
    var token: String
    var next: String?
    var former: String?
    var bundleSecret: String?
  }
}

extension DeviceFile {
  /// Seals the secrets of a folder whose key is open, where they are not, and overwrites what the open
  /// file held. A copy of that one is worth nothing once the next two syncs have brought another token.
  static func seal(_ directory: String) throws(Problem) {
    let path = path(directory)
    guard Seal.isOpen(directory), DurableFile.exists(path) else { return }
    var device: DeviceFile = try read(path, Data(contentsOf: URL(fileURLWithPath: path)))
    guard device.code == nil, device.sealed == nil else { return }
    let open = FileHandle(forUpdatingAtPath: path)
    device.drawn = 0
    try device.save(directory)
    guard let open else { return }
    try DurableFile.writing(path) {
      let length = Int(try open.seekToEnd())
      try open.seek(toOffset: 0)
      try open.write(contentsOf: Data(count: length))
      try open.synchronize()
      try open.close()
    }
  }
}
