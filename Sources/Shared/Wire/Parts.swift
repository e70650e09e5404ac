// A long answer over a link that drops. It is made of parts that stand on their own and are
// compressed one after the other by the same compressor, so that a later part costs no more than
// it would inside one long text. What arrived before a cut is not sent again: a device takes the
// parts it has whole, and asks for what comes after them.
//
// | bytes | |
// |---|---|
// | 2 | the method, where `Compression` names its own |
// | varint, bytes | the length of a part as it is here, and the part; as many as there are |
//
// All parts together are one zstd frame without magic, content size, checksum and dictionary, cut
// where the compressor was flushed; its end stands in the last part. They expand to no more than
// the limit together, and the compressor looks back 4 MiB at most.

package enum Parts {
  /// Where `Compression` names its methods.
  static let method: UInt8 = 2

  /// What one or several messages are on the wire. One alone is a frame of `Compression`'s, which
  /// every program understands.
  ///
  /// - Parameter version: of the newest dictionary that the reader knows; 0 for none. What is
  ///   long enough for parts needs none.
  package static func compress(_ messages: [[UInt8]], dictionary version: Int = 0) -> [UInt8] {
    guard messages.count > 1 else {
      return Compression.compress(messages.first ?? [], dictionary: version)
    }
    let compressor = ZstdCompressor(level: Compression.defaultLevel)
    compressor.expect(messages.reduce(0) { $0 + $1.count })
    var frame = ByteWriter()
    frame.byte(method)
    for (index, message) in messages.enumerated() {
      frame.blob(compressor.append(message, isLast: index == messages.count - 1))
    }
    return frame.bytes
  }

  /// The messages that are whole in the beginning of an answer, and how many of its bytes they take.
  ///
  /// - Parameters:
  ///   - isWhole: whether `bytes` are all of the answer.
  ///   - limit: of all messages together, in bytes.
  /// - Throws: `.too_large`; `.not_understood` for what no program of ours sends, and for a whole
  ///   answer whose last message is not whole.
  package static func expand(
    _ bytes: [UInt8], isWhole: Bool, limit: Int
  ) throws(Problem) -> (messages: [[UInt8]], length: Int) {
    guard bytes.first == method else {
      guard isWhole else { return ([], 0) }
      return ([try Compression.expand(bytes, limit: limit)], bytes.count)
    }
    var expander = ZstdExpander()
    var reader = ByteReader(bytes)
    _ = try reader.byte()
    var messages: [[UInt8]] = []
    var length = 1
    var left = limit
    while reader.remaining > 0, let part = try part(&reader, isWhole: isWhole) {
      let message = try expander.append(part, limit: left)
      left -= message.count
      length = bytes.count - reader.remaining
      messages.append(message)
    }
    guard !isWhole || expander.isComplete else {
      throw Problem(.not_understood, cause: "the last part is missing")
    }
    return (messages, length)
  }

  /// Nil where the bytes end before it does.
  private static func part(
    _ reader: inout ByteReader, isWhole: Bool
  ) throws(Problem) -> ArraySlice<UInt8>? {
    do {
      return try reader.blob()
    } catch {
      guard isWhole else { return nil }
      throw error
    }
  }
}
