import Crypto

// A backup is one tar archive of a hub's whole folder, because whoever needs it has nothing else: the
// disk is dead, and with it the keys that every laptop trusts. Any machine opens it without Djoliba
// (`tar xf`), and `sha256sum -c SHA256SUMS` tells whether it is whole. The sums come last, so that an
// archive that ends too soon has none.

/// Writes an archive, member after member.
package struct BackupWriter {
  /// Of a member's file, at once.
  package static let chunk = 1 << 20

  private let put: ([UInt8]) throws -> Void
  /// Milliseconds since 1970.
  private let time: Int64
  private var sums = ""

  /// - Parameters:
  ///   - time: milliseconds since 1970, when the files were as they are.
  ///   - put: takes the archive's bytes.
  package init(time: Int64, put: @escaping ([UInt8]) throws -> Void) {
    self.time = time
    self.put = put
  }

  /// - Parameter next: gives the file's bytes, and nothing at its end.
  package mutating func add(
    _ member: BackupMember, size: Int64, next: () throws -> [UInt8]
  ) throws {
    try put(TarHeader(member, size: size, time: time).block)
    var hash = SHA256()
    while true {
      let bytes = try next()
      guard !bytes.isEmpty else { break }
      hash.update(data: bytes)
      try put(bytes)
    }
    try put(TarHeader.padding(size))
    sums += BackupSums.line(hash, member)
  }

  package mutating func end() throws {
    let bytes = Array(sums.utf8)
    try put(TarHeader(.sums, size: Int64(bytes.count), time: time).block)
    try put(bytes + TarHeader.padding(Int64(bytes.count)))
    try put([UInt8](repeating: 0, count: 2 * TarHeader.length))
  }
}

/// Reads an archive from its first byte to its last and compares each with its sum.
package struct BackupReader {
  /// Up to so many of the archive's bytes; fewer only at its end.
  private let next: (Int) throws(Problem) -> [UInt8]
  private var sums = ""

  package init(next: @escaping (Int) throws(Problem) -> [UInt8]) { self.next = next }

  /// - Parameters:
  ///   - begin: called with each member before its bytes; nil reads them only.
  ///   - take: called with its bytes, and with none at its end.
  /// - Throws: `.not_a_backup` for what is another file, cut off or changed; what `take` throws.
  package mutating func read(
    _ take: (BackupMember, [UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    for member in BackupMember.files {
      try body(member, header(of: member), take)
      try take(member, [])
    }
    let size = try header(of: .sums)
    guard size == Int64(sums.utf8.count), try bytes(Int(size)) == Array(sums.utf8) else {
      throw Problem(.not_a_backup)
    }
    try expectZeros(TarHeader.padding(size).count + 2 * TarHeader.length)
    guard try next(1).isEmpty else { throw Problem(.not_a_backup) }
  }

  private func header(of member: BackupMember) throws(Problem) -> Int64 {
    guard let header = TarHeader(block: try bytes(TarHeader.length)),
      header.name == member.rawValue
    else { throw Problem(.not_a_backup) }
    return header.size
  }

  private mutating func body(
    _ member: BackupMember, _ size: Int64,
    _ take: (BackupMember, [UInt8]) throws(Problem) -> Void
  ) throws(Problem) {
    var hash = SHA256()
    var left = size
    while left > 0 {
      let bytes = try bytes(Int(min(left, Int64(BackupWriter.chunk))))
      hash.update(data: bytes)
      try take(member, bytes)
      left -= Int64(bytes.count)
    }
    try expectZeros(TarHeader.padding(size).count)
    sums += BackupSums.line(hash, member)
  }

  private func expectZeros(_ count: Int) throws(Problem) {
    guard try bytes(count).allSatisfy({ $0 == 0 }) else { throw Problem(.not_a_backup) }
  }

  /// Exactly so many.
  private func bytes(_ count: Int) throws(Problem) -> [UInt8] {
    let bytes = try next(count)
    guard bytes.count == count else { throw Problem(.not_a_backup) }
    return bytes
  }
}

private enum BackupSums {
  static func line(_ hash: SHA256, _ member: BackupMember) -> String {
    "\(Array(hash.finalize()).hexadecimal)  \(member.rawValue)\n"
  }
}
