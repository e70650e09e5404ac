import Testing

@testable import Shared

/// What is sealed for a recovery key.
@Suite struct SealedArchiveTests {
  private static let piece = 1 << 20
  private static let key = RecoveryKey([UInt8](repeating: 3, count: 32))

  private func seal(_ bytes: [UInt8], by step: Int = 300_000) throws -> [UInt8] {
    var file: [UInt8] = []
    var writer = try SealedArchive.Writer(to: Self.key.seal) { file += $0 }
    for start in stride(from: 0, to: bytes.count, by: step) {
      try writer.write(Array(bytes[start..<min(start + step, bytes.count)]))
    }
    try writer.end()
    return file
  }

  private func open(
    _ file: [UInt8], with key: RecoveryKey = Self.key
  ) throws(Problem) -> [UInt8] {
    var rest = file[...]
    var reader = try SealedArchive.Reader(with: key) { (count) throws(Problem) in
      let bytes = rest.prefix(count)
      rest = rest.dropFirst(bytes.count)
      return Array(bytes)
    }
    var bytes: [UInt8] = []
    while true {
      let more = try reader.read(70_001)
      bytes += more
      if more.count < 70_001 { return bytes }
    }
  }

  @Test(arguments: [0, 1, piece - 1, piece, piece + 1, 2 * piece, 2 * piece + 5])
  func `what was sealed is opened again, however long`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let file = try seal(bytes)
    #expect(try open(file) == bytes)
    #expect(SealedArchive.isNamed(Array(file.prefix(SealedArchive.markLength))))
  }

  @Test func `what was cut off, put elsewhere or put behind it is refused`() throws {
    let file = try seal([UInt8](repeating: 9, count: 3 * Self.piece))
    let (head, sealed) = (56, Self.piece + 16)
    let pieces = (0..<3).map { Array(file[(head + $0 * sealed)..<(head + ($0 + 1) * sealed)]) }
    #expect(file.count == head + 3 * sealed)
    let start = Array(file.prefix(head))
    for wrong in [
      start, start + pieces[0], start + pieces[0] + pieces[1],
      start + pieces[1] + pieces[0] + pieces[2], start + pieces[0] + pieces[2],
      start + pieces[0] + pieces[0] + pieces[2], file + [0], file + pieces[2], file.dropLast(),
      Array(file.prefix(23)), Array(file.prefix(40)), [],
    ] {
      #expect(throws: Problem(.not_a_backup)) { try open(wrong) }
    }
  }

  @Test func `each bit counts, and another key is told from a damaged file`() throws {
    let file = try seal(Array("Mariam Exemple".utf8))
    for place in file.indices {
      var wrong = file
      wrong[place] ^= 1
      let expected: Problem.Code = (16..<24).contains(place) ? .wrong_key : .not_a_backup
      #expect(throws: Problem(expected), "byte \(place)") { try open(wrong) }
    }
    let other = RecoveryKey([UInt8](repeating: 4, count: 32))
    #expect(throws: Problem(.wrong_key)) { try open(file, with: other) }
  }

  @Test func `a key is one line that somebody can copy by hand`() throws {
    #expect(try RecoveryKey(file: Self.key.file).file == Self.key.file)
    let line = String(decoding: Self.key.file, as: UTF8.self)
    #expect(try RecoveryKey(file: Array((line + "\r\n \n").utf8)).file == Self.key.file)
    #expect(try RecoveryKey(file: Array(line.uppercasedDigits.utf8)).file == Self.key.file)
    #expect(try RecoverySeal(file: Self.key.seal.file) == Self.key.seal)
    for wrong in [
      "", "djoliba-recovery-key-1 ", line.replacing("03", with: "0x"), String(line.dropLast(3)),
      line + "00", String(decoding: Self.key.seal.file, as: UTF8.self),
    ] {
      #expect(throws: Problem(.not_a_key)) { try RecoveryKey(file: Array(wrong.utf8)) }
    }
    #expect(throws: Problem(.not_a_key)) { try RecoverySeal(file: Self.key.file) }
  }
}

extension String {
  fileprivate var uppercasedDigits: String {
    let words = split(separator: " ")
    return words[0] + " " + words[1].uppercased()
  }
}
