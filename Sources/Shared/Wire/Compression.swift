/// How bodies and bundles are made small: every byte is paid by satellite.
///
/// A frame is one byte that names the method, the expanded size as a varint, and the data:
///
/// | method | data |
/// |---|---|
/// | 0 | the bytes themselves |
/// | 1 | one zstd frame without magic, content size, checksum and dictionary |
/// | 2 | not such a frame but an answer in parts: `Parts` |
/// | 3 | as 1, with the first `WireDictionary`; each later version has the next number |
///
/// There is no checksum: TLS, digests and the bundle's own seal find a flipped bit, so what
/// `expand` returns from altered bytes may be altered, but never longer than they declare.
package enum Compression {
  private enum Method: Equatable {
    case stored
    case zstd
    case dictionary(Int)

    init?(_ byte: UInt8) {
      switch byte {
      case 0: self = .stored
      case 1: self = .zstd
      case Parts.method: return nil
      default: self = .dictionary(Int(byte - Parts.method))
      }
    }

    var byte: UInt8 {
      switch self {
      case .stored: 0
      case .zstd: 1
      case .dictionary(let version): Parts.method + UInt8(version)
      }
    }
  }

  /// Level 15 makes 64 KiB of changes 15 % smaller than level 3 and costs 7 ms: less time than
  /// those bytes take on any link we have.
  package static let defaultLevel: Int32 = 15

  /// The frame of `bytes`; stored when zstd would not make them smaller.
  ///
  /// - Parameter version: of the newest dictionary that the reader knows; 0 for none.
  package static func compress(
    _ bytes: [UInt8], level: Int32 = defaultLevel, dictionary version: Int = 0
  ) -> [UInt8] {
    let usable = bytes.count <= WireDictionary.reach ? min(version, WireDictionary.newest) : 0
    let packed = ZstdCompressor(level: level, WireDictionary.version(usable)).compress(bytes)
    let method: Method =
      packed.count >= bytes.count ? .stored : usable > 0 ? .dictionary(usable) : .zstd
    var frame = ByteWriter()
    frame.byte(method.byte)
    frame.varint(bytes.count)
    frame.raw(method == .stored ? bytes : packed)
    return frame.bytes
  }

  /// The version of the dictionary that a frame was written with, 0 for none: its writer reads
  /// what is written with it.
  package static func dictionary(of frame: [UInt8]) -> Int {
    guard let first = frame.first, case .dictionary(let version) = Method(first) else { return 0 }
    return version
  }

  /// What a frame holds, at most `limit` bytes. Throws `.too_large` when it declares more, before
  /// anything is allocated, and `.not_understood` when it is not exactly what it declares.
  package static func expand(_ bytes: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
    precondition(limit >= 0, "a limit is not negative")
    var reader = ByteReader(bytes)
    let method = Method(try reader.byte())
    guard let method else { throw Problem(.not_understood, cause: "unknown compression") }
    let declared = try reader.varint()
    guard declared <= UInt64(limit) else { throw Problem(.too_large, cause: "declared size") }
    let data = try reader.raw(reader.remaining)
    let expanded = try expand(data, method, size: Int(declared))
    guard expanded.count == Int(declared) else {
      throw Problem(.not_understood, cause: "not the declared size")
    }
    return expanded
  }

  private static func expand(
    _ data: ArraySlice<UInt8>, _ method: Method, size: Int
  ) throws(Problem) -> [UInt8] {
    switch method {
    case .stored: return Array(data)
    case .zstd: return try expandZstd(data, size: size)
    case .dictionary(let version):
      guard let dictionary = WireDictionary.version(version) else {
        throw Problem(.not_understood, cause: "an unknown dictionary")
      }
      return try expandZstd(data, size: size, dictionary)
    }
  }
}
