import CZstd

/// What short messages are full of: the names of types, fields and scopes, the codes of lists,
/// and the words that people write. zstd finds nothing to repeat in a message of a hundred bytes; with a
/// dictionary it finds it there.
///
/// `make dictionary` trains one from messages that it invents. A version never changes and is kept for
/// good, because a message is read with the one it was written with.
package final class WireDictionary: @unchecked Sendable {
  // Many threads read both at a time; zstd never writes to one that was made.
  let compressing: OpaquePointer
  let expanding: OpaquePointer

  /// The version that this program writes with, if its neighbour knows it, too. An answer has three
  /// bits for it.
  package static let newest = versions.count

  /// Bytes of a message from which on it holds its own words often enough.
  package static let reach = 1 << 14

  private static let versions = [WireDictionary(PackageResources.dictionary_1)]

  /// The dictionary of a version; nil for one that this program does not know. 0 stands for none.
  static func version(_ number: Int) -> WireDictionary? {
    versions.indices.contains(number - 1) ? versions[number - 1] : nil
  }

  package init(_ bytes: [UInt8]) {
    guard let compressing = ZSTD_createCDict(bytes, bytes.count, Compression.defaultLevel),
      let expanding = ZSTD_createDDict(bytes, bytes.count)
    else { preconditionFailure("out of memory, or no dictionary") }
    self.compressing = compressing
    self.expanding = expanding
  }

  /// What zstd makes of a message with this dictionary, without the frame's head.
  package func packed(_ message: [UInt8]) -> [UInt8] {
    ZstdCompressor(level: Compression.defaultLevel, self).compress(message)
  }

  deinit {
    ZSTD_freeCDict(compressing)
    ZSTD_freeDDict(expanding)
  }
}
