import Crypto
import Foundation
import Shared
import Storage

// A backup is one tar archive of a hub's whole folder, because whoever needs it has nothing else: the
// disk is dead, and with it the keys that every laptop trusts. Any machine opens it without Djoliba
// (`tar xf`), and `sha256sum -c SHA256SUMS` tells whether it is whole. The sums come last, so that an
// archive that ends too soon has none.

/// The files of a backup, in their order. The database is first: as long as it has not its name in
/// the new folder, the rest is known to be begun only.
enum BackupMember: String, CaseIterable {
  case hub = "hub.sqlite"
  case accounts = "accounts.sqlite"
  case settings = "hub.json"
  case authorityKey = "authority.key"
  case authorityCertificate = "authority.pem"
  case serverKey = "server.key"
  case serverCertificate = "server.pem"
  case sums = "SHA256SUMS"

  static let files = allCases.dropLast()

  var mode: UInt32 { [.authorityCertificate, .serverCertificate].contains(self) ? 0o644 : 0o600 }
}

enum BackupArchive {
  fileprivate static let chunk = 1 << 20

  /// Writes the files of a backup into an archive that is begun anew.
  ///
  /// - Parameters:
  ///   - time: milliseconds since 1970, when the files were as they are.
  ///   - progress: called with the number of bytes that went by.
  static func write(
    _ files: [(member: BackupMember, path: String)], to archive: String, time: Int64,
    progress: (Int) -> Void
  ) throws(Problem) {
    let out = try DurableFile.begin(archive)
    try DurableFile.writing(archive) {
      var sums = ""
      for (member, path) in files {
        sums += try append(member, path, to: out, time, progress)
      }
      let bytes = Data(sums.utf8)
      try out.write(contentsOf: TarHeader(.sums, size: Int64(bytes.count), time: time).block)
      try out.write(contentsOf: bytes + TarHeader.padding(bytes.count))
      try out.write(contentsOf: Data(count: 2 * TarHeader.length))
      try out.close()
    }
  }

  /// Returns the line of the sums.
  private static func append(
    _ member: BackupMember, _ path: String, to out: FileHandle, _ time: Int64,
    _ progress: (Int) -> Void
  ) throws -> String {
    let source = try FileHandle(forReadingFrom: URL(filePath: path))
    let size = Int64(try source.seekToEnd())
    try source.seek(toOffset: 0)
    try out.write(contentsOf: TarHeader(member, size: size, time: time).block)
    var hash = SHA256()
    while let bytes = try source.read(upToCount: chunk), !bytes.isEmpty {
      hash.update(data: bytes)
      try out.write(contentsOf: bytes)
      progress(bytes.count)
    }
    try source.close()
    try out.write(contentsOf: TarHeader.padding(Int(size % Int64(TarHeader.length))))
    return BackupArchive.line(hash, member)
  }

  fileprivate static func line(_ hash: SHA256, _ member: BackupMember) -> String {
    "\(Array(hash.finalize()).hexadecimal)  \(member.rawValue)\n"
  }

  /// Reads an archive from its first byte to its last and compares each with its sum.
  ///
  /// - Parameter place: where a file's bytes go; nil reads them only.
  /// - Throws: `.file_missing`; `.not_a_backup` for what is another file, cut off or changed; what
  ///   writing throws.
  static func read(
    _ archive: String, progress: (Int) -> Void = { _ in },
    place: (BackupMember) -> String? = { _ in nil }
  ) throws(Problem) {
    guard let file = FileHandle(forReadingAtPath: archive) else {
      throw Problem(.file_missing, at: archive)
    }
    var reader = BackupReader(archive: archive, file: file)
    try reader.read(progress, place)
  }
}

private struct BackupReader {
  let archive: String
  let file: FileHandle
  private var sums = ""

  init(archive: String, file: FileHandle) {
    self.archive = archive
    self.file = file
  }

  mutating func read(
    _ progress: (Int) -> Void, _ place: (BackupMember) -> String?
  ) throws(Problem) {
    for member in BackupMember.files {
      let size = try header(of: member)
      guard let path = place(member) else {
        try body(member, size, progress) { _ in }
        continue
      }
      let out = try DurableFile.begin(path, mode: member.mode)
      try body(member, size, progress) { bytes throws(Problem) in
        try DurableFile.writing(path) { try out.write(contentsOf: bytes) }
      }
      try DurableFile.writing(path) { try out.close() }
      try DurableFile.sync(path)
    }
    let size = try header(of: .sums)
    guard size == Int64(sums.utf8.count), try bytes(Int(size)) == Data(sums.utf8) else {
      throw broken
    }
    try expectZeros(TarHeader.padding(Int(size)).count + 2 * TarHeader.length)
    guard try next(1).isEmpty else { throw broken }
  }

  private var broken: Problem { Problem(.not_a_backup, at: archive) }

  private func header(of member: BackupMember) throws(Problem) -> Int64 {
    guard let header = TarHeader(block: try bytes(TarHeader.length)),
      header.name == member.rawValue
    else { throw broken }
    return header.size
  }

  private mutating func body(
    _ member: BackupMember, _ size: Int64, _ progress: (Int) -> Void,
    _ take: (Data) throws(Problem) -> Void
  ) throws(Problem) {
    var hash = SHA256()
    var left = size
    while left > 0 {
      let bytes = try bytes(Int(min(left, Int64(BackupArchive.chunk))))
      hash.update(data: bytes)
      try take(bytes)
      progress(bytes.count)
      left -= Int64(bytes.count)
    }
    try expectZeros(TarHeader.padding(Int(size % Int64(TarHeader.length))).count)
    sums += BackupArchive.line(hash, member)
  }

  private func expectZeros(_ count: Int) throws(Problem) {
    guard try bytes(count).allSatisfy({ $0 == 0 }) else { throw broken }
  }

  /// Exactly so many. Throws `.not_a_backup` where the file ends before.
  private func bytes(_ count: Int) throws(Problem) -> Data {
    let bytes = try next(count)
    guard bytes.count == count else { throw broken }
    return bytes
  }

  private func next(_ count: Int) throws(Problem) -> Data {
    do {
      return try file.read(upToCount: count) ?? Data()
    } catch {
      throw Problem(.not_a_backup, at: archive, cause: "\(type(of: error))")
    }
  }
}
