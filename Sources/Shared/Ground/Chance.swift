extension [UInt8] {
  /// Bytes drawn from `random`, eight a word: as hard to guess as the words.
  package init(words: Int, from random: () -> UInt64) {
    self = (0..<words).flatMap { _ in Swift.withUnsafeBytes(of: random()) { Array($0) } }
  }
}

extension RecordID {
  /// The id of a record made at `time`, in milliseconds since 1970; a clock before that counts as 1970.
  package static func fresh(at time: Int64, from random: () -> UInt64) -> RecordID {
    v7(milliseconds: UInt64(clamping: time), random: (random(), random()))
  }
}
