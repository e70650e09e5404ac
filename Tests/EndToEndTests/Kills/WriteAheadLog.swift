import Foundation

/// What SQLite's log beside a database tells of the moment its writer died.
struct WriteAheadLog: Equatable {
  /// Whether transactions in it are whole.
  let commits: Int
  /// Whether pages follow them that belong to a transaction without an end.
  let isCutInCommit: Bool
  private let bytes: Data

  init(beside path: String) {
    bytes = (try? Data(contentsOf: URL(filePath: path + "-wal"))) ?? Data()
    var reader = Reader(bytes)
    (commits, isCutInCommit) = reader.walk()
  }

  /// Follows the chain of checksums from frame to frame, as SQLite's recovery does: what is left
  /// of an earlier log further back does not belong to it.
  private struct Reader {
    private static let header = 32, frameHeader = 24
    private let words: [UInt32]
    private let isBigEndian: Bool
    private var sum: (UInt32, UInt32) = (0, 0)

    init(_ bytes: Data) {
      words = bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map {
          UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
        }
      }
      isBigEndian = (words.first ?? 0) & 1 == 1
    }

    mutating func walk() -> (commits: Int, isCut: Bool) {
      guard words.count >= Self.header / 4 else { return (0, false) }
      let page = Int(words[2]) / 4
      add(0..<6)
      var (commits, rest, at) = (0, 0, Self.header / 4)
      while at + Self.frameHeader / 4 + page <= words.count {
        let body = at + Self.frameHeader / 4
        add(at..<at + 2)
        add(body..<body + page)
        guard words[at + 2] == words[4], words[at + 3] == words[5], words[at + 4] == sum.0,
          words[at + 5] == sum.1
        else { break }
        rest = words[at + 1] == 0 ? rest + 1 : 0
        if words[at + 1] != 0 { commits += 1 }
        at = body + page
      }
      return (commits, rest > 0)
    }

    private mutating func add(_ range: Range<Int>) {
      for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
        sum.0 = sum.0 &+ word(index) &+ sum.1
        sum.1 = sum.1 &+ word(index + 1) &+ sum.0
      }
    }

    private func word(_ index: Int) -> UInt32 {
      isBigEndian ? words[index] : words[index].byteSwapped
    }
  }
}
