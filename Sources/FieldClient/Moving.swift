package import Shared

extension FieldClient {
  /// Where a device looks for its hub, in the order of its tries. Throws `.not_enrolled`.
  package static func addresses(directory: String) throws(Problem) -> [String] {
    guard let device = try DeviceFile.load(directory) else {
      throw Problem(.not_enrolled, at: directory)
    }
    return device.addresses
  }

  /// Lets a device look for its hub elsewhere. Whom it believes there stays as the invitation said.
  ///
  /// - Throws: `.not_enrolled`, `.busy` during a sync, `.plain_http` or `.invitation_invalid` for an
  ///   address that is not allowed, `.cannot_write`, `.disk_full`. The old ones stay then.
  package static func setAddresses(_ addresses: [String], directory: String) throws(Problem) {
    _ = try Self.addresses(directory: directory)
    // A sync may write the same file.
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    guard var device = try DeviceFile.load(directory) else {
      throw Problem(.not_enrolled, at: directory)
    }
    for address in addresses { _ = try HubAddress(address) }
    device.addresses = addresses
    try device.save(directory)
  }
}
