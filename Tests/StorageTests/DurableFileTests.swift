import Foundation
import Testing

@testable import Storage

@Suite struct DurableFileTests {
  /// `systemd` runs the hub as a user of its own; people run `sudo djoliba-server …` on its folder.
  @Test func `what root writes into a service's folder is the service's`() throws {
    let folder = NSTemporaryDirectory() + "djoliba-durable-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Anybody else writes what is their own.
    let (user, group) = geteuid() == 0 ? (12_345, 23_456) : (geteuid(), getegid())
    try #require(chown(folder, user, group) == 0)
    try DurableFile.write([1], to: folder + "/written")
    try DurableFile.begin(folder + "/begun").close()
    for name in ["written", "begun"] {
      var about = stat()
      try #require(stat(folder + "/" + name, &about) == 0)
      #expect(about.st_uid == user && about.st_gid == group, "\(name)")
      #expect(about.st_mode & 0o777 == 0o600, "\(name)")
    }
  }
}
