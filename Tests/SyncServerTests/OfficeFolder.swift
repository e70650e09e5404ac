import Foundation
import Shared
import SyncServer

/// A hub in a folder of its own that goes when the test ends, with a clock that stands still.
final class OfficeFolder {
  /// 20 July 2026, 12:00 UTC.
  static let noon: Int64 = 1_784_548_800_000

  let folder: HubFolder

  init(addresses: String...) throws {
    let path =
      FileManager.default.temporaryDirectory.path
      + "/djoliba-office-" + UUID().uuidString
    folder = HubFolder(path)
    let texts = addresses.isEmpty ? [HubFolder.defaultAddress] : addresses
    try folder.create(addresses: try texts.map { try HubAddress($0) }, schema: .mission) { _ in }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.path) }

  func hub() throws -> Hub {
    Hub(store: try folder.open(), now: { Self.noon }, random: { 0x0123_4567_89ab_cdef })
  }

  /// A hub that knows the bases.
  func furnishedHub() throws -> Hub {
    let hub = try hub()
    _ = try hub.load(try BaseList.rows(.mission), language: .en)
    return hub
  }

  func mode(_ file: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }
}
