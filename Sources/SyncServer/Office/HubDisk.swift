import Shared
import Storage

/// Where a hub's folder stands.
extension HubFolder {
  /// As much as a commit and the log's index may need.
  private static let probe = [UInt8](repeating: 0, count: 1 << 16)

  /// Writes a file, waits for the disk, and removes it: whether anything can be kept here is known
  /// from nothing else. Throws `.disk_full`, `.cannot_write`.
  func tryDisk() throws(Problem) {
    try DurableFile.write(Self.probe, to: path + "/probe")
    try DurableFile.remove([path + "/probe"])
  }

  func figures() -> [Figure] {
    var figures = [
      Figure("djoliba_database_bytes", "Size of the database and its log.", Int(size)),
      Figure(
        "djoliba_disk_free_bytes", "Room on the disk of the hub's folder.",
        Int(clamping: FreeSpace.bytes(at: path + "/hub.sqlite"))),
    ]
    // Behind a proxy the certificate is the proxy's.
    if let expiry = try? authority.expiry() {
      figures.append(
        Figure(
          "djoliba_certificate_expiry_timestamp_seconds", "Until when the certificate is valid.",
          Int(expiry)))
    }
    return figures
  }
}
