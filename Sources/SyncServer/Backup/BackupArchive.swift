import Crypto
import Foundation
import Shared
import Storage

/// A backup as a file: the archive, sealed or not.
enum BackupArchive {
  /// Writes the files of a backup into an archive that is begun anew.
  ///
  /// - Parameters:
  ///   - seal: for which recovery key it is sealed, if it is.
  ///   - time: milliseconds since 1970, when the files were as they are.
  ///   - progress: called with the number of bytes that went by.
  /// - Returns: SHA-256 of the file's bytes.
  static func write(
    _ files: [(member: BackupMember, path: String)], to archive: String, for seal: RecoverySeal?,
    time: Int64, progress: (Int) -> Void
  ) throws(Problem) -> [UInt8] {
    let out = Output(try DurableFile.begin(archive))
    try DurableFile.writing(archive) {
      guard let seal else {
        var writer = BackupWriter(time: time, put: out.put)
        return try put(files, into: &writer, progress)
      }
      var sealed = try SealedArchive.Writer(to: seal, put: out.put)
      var writer = BackupWriter(time: time) { try sealed.write($0) }
      try put(files, into: &writer, progress)
      try sealed.end()
    }
    try DurableFile.writing(archive) { try out.file.close() }
    return Array(out.hash.finalize())
  }

  private static func put(
    _ files: [(member: BackupMember, path: String)], into writer: inout BackupWriter,
    _ progress: (Int) -> Void
  ) throws {
    for (member, path) in files {
      let source = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? source.close() }
      let size = Int64(try source.seekToEnd())
      try source.seek(toOffset: 0)
      try writer.add(member, size: size) {
        let bytes = try source.read(upToCount: BackupWriter.chunk) ?? Data()
        progress(bytes.count)
        return [UInt8](bytes)
      }
    }
    try writer.end()
  }

  /// Reads an archive from its first byte to its last and compares each with its sum.
  ///
  /// - Parameters:
  ///   - key: opens a sealed one.
  ///   - place: where a file's bytes go; nil reads them only.
  /// - Throws: `.file_missing`, `.not_a_file`; `.not_a_backup` for what is another file, cut off or changed;
  ///   `.key_needed`, `.wrong_key`; what writing throws.
  static func read(
    _ archive: String, with key: RecoveryKey? = nil, progress: @escaping (Int) -> Void = { _ in },
    place: (BackupMember) -> String? = { _ in nil }
  ) throws(Problem) {
    let input = try Input(archive)
    do throws(Problem) {
      var reader = BackupReader(next: try input.plain(with: key, progress))
      var out: FileHandle?
      try reader.read { member, bytes throws(Problem) in
        guard let path = place(member) else { return }
        if out == nil { out = try DurableFile.begin(path, mode: member.mode) }
        guard bytes.isEmpty else {
          return try DurableFile.writing(path) { try out?.write(contentsOf: Data(bytes)) }
        }
        try DurableFile.writing(path) { try out?.close() }
        out = nil
        try DurableFile.sync(path)
      }
    } catch {
      let isOfArchive = [.not_a_backup, .key_needed, .wrong_key].contains(error.code)
      throw isOfArchive ? Problem(error.code, at: archive, cause: error.cause) : error
    }
  }

  /// Reads a file that was just written. Throws `.not_a_backup` when the disk holds something else.
  static func check(
    _ archive: String, hash expected: [UInt8], progress: (Int) -> Void
  ) throws(Problem) {
    let input = try Input(archive)
    var hash = SHA256()
    while true {
      let bytes = try input.next(BackupWriter.chunk)
      guard !bytes.isEmpty else { break }
      hash.update(data: bytes)
      progress(bytes.count)
    }
    guard Array(hash.finalize()) == expected else { throw Problem(.not_a_backup, at: archive) }
  }

  private final class Output {
    let file: FileHandle
    private(set) var hash = SHA256()

    init(_ file: FileHandle) { self.file = file }

    func put(_ bytes: [UInt8]) throws {
      hash.update(data: bytes)
      try file.write(contentsOf: Data(bytes))
    }
  }

  private final class Input {
    private let archive: String
    private let file: FileHandle

    init(_ archive: String) throws(Problem) {
      // A pipe without a writer would be waited for.
      if DurableFile.exists(archive), !DurableFile.isFile(archive) {
        throw Problem(.not_a_file, at: archive)
      }
      guard let file = FileHandle(forReadingAtPath: archive) else {
        throw Problem(.file_missing, at: archive)
      }
      (self.archive, self.file) = (archive, file)
    }

    func next(_ count: Int) throws(Problem) -> [UInt8] {
      do {
        return try [UInt8](file.read(upToCount: count) ?? Data())
      } catch {
        throw Problem(.not_a_backup, at: archive, cause: "\(type(of: error))")
      }
    }

    /// Gives the archive's bytes, opened where they are sealed.
    func plain(
      with key: RecoveryKey?, _ progress: @escaping (Int) -> Void
    ) throws(Problem) -> (Int) throws(Problem) -> [UInt8] {
      let isSealed = SealedArchive.isNamed(try next(SealedArchive.markLength))
      do { try file.seek(toOffset: 0) } catch { throw Problem(.not_a_backup, at: archive) }
      let counted = { (count: Int) throws(Problem) -> [UInt8] in
        let bytes = try self.next(count)
        progress(bytes.count)
        return bytes
      }
      guard isSealed else { return counted }
      guard let key else { throw Problem(.key_needed) }
      var sealed = try SealedArchive.Reader(with: key, next: counted)
      return { (count: Int) throws(Problem) -> [UInt8] in try sealed.read(count) }
    }
  }
}
