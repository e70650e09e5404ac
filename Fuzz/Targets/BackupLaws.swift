import Shared

// What holds for a backup, once it was read.

extension FuzzTarget {
  func checkBackup(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let files = try reading(refusedAs: [.not_a_backup]) { () throws(Problem) in
      try BackupFiles(bytes.reader())
    }
    guard let files else { return false }
    let again = try ours("a backup") { () throws(Problem) in
      try BackupFiles(files.written.reader())
    }
    try law("a backup comes back with other files", again == files)
    try law("a backup holds more than its file", files.size <= bytes.count)
    return true
  }

  /// Sealed for a key that the fuzzer does not know how to use, but for what the corpus begins with.
  func checkSealedBackup(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let refusals: Set<Problem.Code> = [.not_a_backup, .wrong_key]
    let files = try reading(refusedAs: refusals) { () throws(Problem) in
      var sealed = try SealedArchive.Reader(
        with: RecoveryKey([UInt8](repeating: 7, count: 32)), next: bytes.reader())
      return try BackupFiles { count throws(Problem) in try sealed.read(count) }
    }
    return files != nil
  }
}

/// The files of a backup that was read.
private struct BackupFiles: Equatable {
  private var files: [BackupMember: [UInt8]] = [:]

  init(_ next: @escaping (Int) throws(Problem) -> [UInt8]) throws(Problem) {
    var reader = BackupReader(next: next)
    var files: [BackupMember: [UInt8]] = [:]
    try reader.read { member, bytes throws(Problem) in files[member, default: []] += bytes }
    self.files = files
  }

  var size: Int { files.values.reduce(0) { $0 + $1.count } }

  /// As the hub writes it.
  var written: [UInt8] {
    var bytes: [UInt8] = []
    var writer = BackupWriter(time: 0) { bytes += $0 }
    do {
      for member in BackupMember.files {
        var rest = files[member] ?? []
        try writer.add(member, size: Int64(rest.count)) {
          defer { rest = [] }
          return rest
        }
      }
      try writer.end()
    } catch {
      preconditionFailure("memory takes what it is given: \(error)")
    }
    return bytes
  }
}

extension [UInt8] {
  /// Gives up to so many of these bytes at a time.
  fileprivate func reader() -> (Int) throws(Problem) -> [UInt8] {
    var rest = self[...]
    return { (count: Int) throws(Problem) -> [UInt8] in
      let bytes = rest.prefix(count)
      rest = rest.dropFirst(bytes.count)
      return Array(bytes)
    }
  }
}
