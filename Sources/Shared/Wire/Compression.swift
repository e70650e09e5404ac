/// How bodies and bundles are made small: every byte is paid by satellite.
///
/// A frame is one byte that names the method, the expanded size as a varint, and the data:
///
/// | method | data |
/// |---|---|
/// | 0 | the bytes themselves |
/// | 1 | one zstd frame without magic, content size, checksum and dictionary |
/// | 2 | not such a frame but an answer in parts: `Parts` |
/// | 3… | kept for zstd with a dictionary, one number for each version of the dictionary |
///
/// There is no checksum: TLS, digests and the bundle's own seal find a flipped bit, so what
/// `expand` returns from altered bytes may be altered, but never longer than they declare.
package enum Compression {
  private enum Method: UInt8 {
    case stored = 0
    case zstd = 1
  }

  /// Level 15 makes 64 KiB of changes 15 % smaller than level 3 and costs 7 ms: less time than
  /// those bytes take on any link we have.
  package static let defaultLevel: Int32 = 15

  /// The frame of `bytes`; stored when zstd would not make them smaller.
  package static func compress(_ bytes: [UInt8], level: Int32 = defaultLevel) -> [UInt8] {
    let packed = ZstdCompressor(level: level).compress(bytes)
    let helps = packed.count < bytes.count
    var frame = ByteWriter()
    frame.byte(helps ? Method.zstd.rawValue : Method.stored.rawValue)
    frame.varint(bytes.count)
    frame.raw(helps ? packed : bytes)
    return frame.bytes
  }

  /// What a frame holds, at most `limit` bytes. Throws `.too_large` when it declares more, before
  /// anything is allocated, and `.not_understood` when it is not exactly what it declares.
  package static func expand(_ bytes: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
    precondition(limit >= 0, "a limit is not negative")
    var reader = ByteReader(bytes)
    let method = Method(rawValue: try reader.byte())
    guard let method else { throw Problem(.not_understood, cause: "unknown compression") }
    let declared = try reader.varint()
    guard declared <= UInt64(limit) else { throw Problem(.too_large, cause: "declared size") }
    let data = try reader.raw(reader.remaining)
    let expanded =
      switch method {
      case .stored: Array(data)
      case .zstd: try expandZstd(data, size: Int(declared))
      }
    guard expanded.count == Int(declared) else {
      throw Problem(.not_understood, cause: "not the declared size")
    }
    return expanded
  }
}
