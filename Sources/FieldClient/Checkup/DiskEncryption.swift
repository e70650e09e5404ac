import Foundation

/// Whether what is written into a folder can be read from the disk of a machine that is off. Linux
/// tells which device a folder is on, and of each device mapper's device whether dm-crypt (LUKS)
/// made it, or out of which others it is made.
package enum DiskEncryption: Sendable, Equatable {
  case encrypted, plain
  /// A network's, a container's or memory: nobody here can tell.
  case unknown

  /// Where Linux tells. Tests give folders and texts of their own.
  package struct Sources: Sendable {
    /// As `/proc/self/mountinfo`.
    var mounts: String
    /// As `/proc/swaps`.
    var swaps: String
    /// As `/sys/dev/block`: a folder for each device, named `MAJOR:MINOR`.
    var devices: String
    /// The numbers of a device file, `MAJOR:MINOR`.
    var number: @Sendable (_ file: String) -> String?

    package init(
      mounts: String, swaps: String = "", devices: String,
      number: @escaping @Sendable (_ file: String) -> String?
    ) {
      self.mounts = mounts
      self.swaps = swaps
      self.devices = devices
      self.number = number
    }

    package static func system() -> Sources {
      let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
      let swaps = try? String(contentsOfFile: "/proc/swaps", encoding: .utf8)
      return Sources(mounts: mounts ?? "", swaps: swaps ?? "", devices: "/sys/dev/block") { file in
        let attributes = try? FileManager.default.attributesOfItem(
          atPath: URL(filePath: file).resolvingSymlinksInPath().path)
        guard let device = (attributes?[.deviceIdentifier] as? NSNumber)?.uint64Value else {
          return nil
        }
        return "\(device >> 8 & 0xfff):\(device & 0xff | device >> 12 & 0xfff00)"
      }
    }
  }

  /// File systems that encrypt by themselves.
  private static let encrypting = ["ecryptfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.encfs"]

  package static func of(_ folder: String, _ sources: Sources = .system()) -> DiskEncryption {
    let path = URL(filePath: folder).resolvingSymlinksInPath().path
    let mounts = sources.mounts.split(separator: "\n").compactMap { Mount(line: $0) }
    // The last of two on one point hides the other.
    guard
      let mount = mounts.filter({ $0.holds(path) }).max(by: { $0.point.count <= $1.point.count })
    else { return .unknown }
    if encrypting.contains(mount.kind) { return .encrypted }
    // Btrfs has a number that is no device's.
    let isDevices = mount.source.hasPrefix("/dev/")
    let number =
      mount.number.hasPrefix("0:") && isDevices
      ? sources.number(mount.source) : mount.number
    return number.map { of(device: $0, sources) } ?? .unknown
  }

  /// Where this machine puts what its memory has no room for, and cannot be seen to encrypt it.
  package static func openSwap(_ sources: Sources = .system()) -> [String] {
    sources.swaps.split(separator: "\n").dropFirst().compactMap { line in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count > 1 else { return nil }
      let place = Mount.plain(words[0])
      // Compressed memory is memory.
      if place.hasPrefix("/dev/zram") { return nil }
      let isPartition = words[1] == "partition"
      let found =
        isPartition
        ? sources.number(place).map { of(device: $0, sources) } : of(place, sources)
      return found == .encrypted ? nil : place
    }
  }

  private static func of(device number: String, _ sources: Sources) -> DiskEncryption {
    let device = sources.devices + "/" + number
    guard FileManager.default.fileExists(atPath: device) else { return .unknown }
    return isEncrypted(device, depth: 0) ? .encrypted : .plain
  }

  /// A volume is encrypted when it is made by dm-crypt, or of such devices alone.
  private static func isEncrypted(_ device: String, depth: Int) -> Bool {
    let kind = try? String(contentsOfFile: device + "/dm/uuid", encoding: .utf8)
    if kind?.hasPrefix("CRYPT-") == true { return true }
    let parts = (try? FileManager.default.contentsOfDirectory(atPath: device + "/slaves")) ?? []
    return depth < 8 && !parts.isEmpty
      && parts.allSatisfy { isEncrypted(device + "/slaves/" + $0, depth: depth + 1) }
  }
}

/// A line of `/proc/self/mountinfo`; see proc(5).
private struct Mount {
  let number: String
  let point: String
  let kind: String
  let source: String

  init?(line: Substring) {
    let words = line.split(separator: " ")
    guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 2 else {
      return nil
    }
    number = String(words[2])
    point = Self.plain(words[4])
    kind = String(words[dash + 1])
    source = Self.plain(words[dash + 2])
  }

  func holds(_ path: String) -> Bool {
    point == "/" || path == point || path.hasPrefix(point + "/")
  }

  /// Spaces and the like stand there as `\040`.
  static func plain(_ word: Substring) -> String {
    var text = ""
    var rest = word
    while let first = rest.first {
      let digits = rest.dropFirst().prefix(3)
      if first == "\\", digits.count == 3, let byte = UInt8(digits, radix: 8) {
        text.unicodeScalars.append(UnicodeScalar(byte))
        rest = rest.dropFirst(4)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return text
  }
}
