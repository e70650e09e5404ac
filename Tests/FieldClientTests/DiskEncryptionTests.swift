import Foundation
import Testing

@testable import FieldClient

/// Devices and mounts as Linux shows them, in a folder of the test's.
@Suite struct DiskEncryptionTests {
  private let devices = NSTemporaryDirectory() + "djoliba-sys-\(UUID().uuidString)"

  /// - Parameter devices: by number, what dm says and what it is made of.
  private func look(
    _ folder: String, _ mounts: String, _ made: [String: (uuid: String?, parts: [String])],
    number: String? = nil
  ) throws -> DiskEncryption {
    defer { try? FileManager.default.removeItem(atPath: devices) }
    for (name, device) in made {
      let path = devices + "/" + name
      try FileManager.default.createDirectory(
        atPath: path + "/dm", withIntermediateDirectories: true)
      try FileManager.default.createDirectory(
        atPath: path + "/slaves", withIntermediateDirectories: true)
      if let uuid = device.uuid {
        try Data((uuid + "\n").utf8).write(to: URL(filePath: path + "/dm/uuid"))
      }
      for part in device.parts {
        try FileManager.default.createSymbolicLink(
          atPath: path + "/slaves/\(part)", withDestinationPath: "../../\(part)")
      }
    }
    return DiskEncryption.of(
      folder, .init(mounts: mounts, devices: devices, number: { _ in number }))
  }

  private static let root = "1 0 8:2 / / rw - ext4 /dev/sda2 rw\n"

  @Test func `a plain partition is plain`() throws {
    #expect(try look("/home/awa", Self.root, ["8:2": (nil, [])]) == .plain)
  }

  @Test func `LUKS is seen, below the root, a home of its own and a volume group`() throws {
    let luks = "CRYPT-LUKS2-0123-home"
    let root = "1 0 253:0 / / rw - ext4 /dev/mapper/root rw\n"
    #expect(try look("/home/awa", root, ["253:0": (luks, [])]) == .encrypted)
    let home = Self.root + "2 1 253:1 / /home rw shared:3 - xfs /dev/mapper/home rw\n"
    #expect(
      try look("/home/awa", home, ["8:2": (nil, []), "253:1": (luks, [])]) == .encrypted)
    #expect(try look("/srv", home, ["8:2": (nil, []), "253:1": (luks, [])]) == .plain)
    #expect(try look("/homes", home, ["8:2": (nil, []), "253:1": (luks, [])]) == .plain)
    let group: [String: (uuid: String?, parts: [String])] = [
      "253:0": ("LVM-abc", ["253:1"]), "253:1": (luks, ["8:3"]), "8:3": (nil, []),
    ]
    #expect(try look("/home/awa", root, group) == .encrypted)
  }

  @Test func `a volume of which one part is plain is plain`() throws {
    let root = "1 0 253:0 / / rw - ext4 /dev/mapper/root rw\n"
    let mixed: [String: (uuid: String?, parts: [String])] = [
      "253:0": ("LVM-abc", ["253:1", "8:3"]), "253:1": ("CRYPT-LUKS2-x", []), "8:3": (nil, []),
    ]
    #expect(try look("/home", root, mixed) == .plain)
  }

  @Test func `Btrfs is looked up by its device, and a space in a name is one`() throws {
    let mounts = Self.root + #"3 1 0:42 /@data /media/awa\040d rw - btrfs /dev/mapper/x rw"# + "\n"
    let made: [String: (uuid: String?, parts: [String])] = [
      "8:2": (nil, []), "253:7": ("CRYPT-LUKS1-y", []),
    ]
    #expect(try look("/media/awa d/djoliba", mounts, made, number: "253:7") == .encrypted)
    #expect(try look("/media/awa d/djoliba", mounts, made, number: "8:2") == .plain)
  }

  @Test func `what cannot be told is not called plain, nor encrypted`() throws {
    #expect(try look("/home", "", [:]) == .unknown)
    #expect(try look("/home", "nonsense\n1 2 - \n", [:]) == .unknown)
    #expect(try look("/x", "1 0 0:9 / / rw - nfs4 server:/home rw\n", [:]) == .unknown)
    #expect(try look("/x", "1 0 8:9 / / rw - ext4 /dev/sdz9 rw\n", [:]) == .unknown)
    let fuse = Self.root + "4 1 0:50 / /home/awa/d rw - fuse.gocryptfs /home/awa/c rw\n"
    #expect(try look("/home/awa/d/x", fuse, ["8:2": (nil, [])]) == .encrypted)
  }

  @Test func `this machine can be asked`() {
    // Whatever it answers, a folder that is not there is on the disk of the one above it.
    #expect(DiskEncryption.of("/nowhere/at/all") == DiskEncryption.of("/"))
  }

  @Test func `swap in the open is told, wherever it is, and compressed memory is none`() throws {
    defer { try? FileManager.default.removeItem(atPath: devices) }
    for (number, uuid) in ["8:2": nil, "8:3": nil, "253:4": "CRYPT-PLAIN-swap"] {
      try FileManager.default.createDirectory(
        atPath: devices + "/\(number)/dm", withIntermediateDirectories: true)
      let file = URL(filePath: devices + "/\(number)/dm/uuid")
      if let uuid { try Data(uuid.utf8).write(to: file) }
    }
    let numbers = ["/dev/sda3": "8:3", "/dev/dm-4": "253:4"]
    func open(_ swaps: String) -> [String] {
      let head = "Filename Type Size Used Priority\n"
      return DiskEncryption.openSwap(
        .init(mounts: Self.root, swaps: head + swaps, devices: devices) { numbers[$0] })
    }
    #expect(open("") == [])
    #expect(open("/dev/dm-4 partition 8 0 -2\n/dev/zram0 partition 8 0 -3\n") == [])
    #expect(open("/dev/sda3   partition\t8 0 -2\n") == ["/dev/sda3"])
    #expect(open(#"/mon\040fichier file 8 0 -2"#) == ["/mon fichier"])
    #expect(open("/dev/unseen partition 8 0 -2") == ["/dev/unseen"])
  }
}
