import Shared

// Bundles are sealed and signed with keys of their own, which the device and the hub tell each other
// over the network once, while it is sure who the other is. After that a stick will do.

/// What this device needs to write a bundle and to read its answer.
package struct BundleIdentity: Sendable {
  let secret: BundleSecret
  let hub: BundleKeys

  package init(secret: BundleSecret, hub: BundleKeys) {
    self.secret = secret
    self.hub = hub
  }

  /// Throws `.bundle_unready` before the first sync of a program that knows bundles.
  init(_ directory: String) throws(Problem) {
    guard let device = try DeviceFile.load(directory), device.code == nil else {
      throw Problem(.not_enrolled, at: directory)
    }
    guard let secret = device.secret,
      let bytes = device.hubKeys.flatMap({ [UInt8](hexadecimal: $0) }),
      let keys = try? BundleKeys(bytes: bytes)
    else { throw Problem(.bundle_unready) }
    self.secret = secret
    hub = keys
  }
}

extension DeviceFile {
  fileprivate var secret: BundleSecret? {
    bundleSecret.flatMap { [UInt8](hexadecimal: $0) }.flatMap { BundleSecret($0) }
  }
}

extension FieldClient {
  /// Gives the hub this device's public keys and notes the hub's, when neither knows the other's
  /// yet. The secret is on the disk before the hub hears of its keys.
  func exchangeKeys(again: Bool, _ line: inout HubLine) async throws(Problem) {
    // A client that was given its token has no file to keep a secret in.
    guard var device = try DeviceFile.load(directory), device.code == nil,
      again || device.hubKeys == nil
    else { return }
    if device.secret == nil {
      device.bundleSecret = surroundings.randomHex(words: 4)
      try device.save(directory)
    }
    guard let keys = device.secret?.keys else { return }
    let answer = try await line.tell("/v1/keys", KeyExchange(keys).body)
    device.hubKeys = try KeyExchange.keys(in: answer).bytes.hexadecimal
    try device.save(directory)
  }
}
