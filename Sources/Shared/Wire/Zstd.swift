import CZstd

/// A zstd compression context. One for each call: making it costs microseconds, and a call then
/// shares nothing with any other.
struct ZstdCompressor: ~Copyable {
  private let context: OpaquePointer

  init(level: Int32) {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("out of memory") }
    self.context = context
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0))
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0))
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0))
    require(czstd_compress_without_magic(context))
  }

  deinit { ZSTD_freeCCtx(context) }

  /// One whole frame; the buffer has room for the worst case, so it cannot fail.
  func compress(_ bytes: [UInt8]) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      count = bytes.withUnsafeBytes { input in
        ZSTD_compress2(context, output.baseAddress, bound, input.baseAddress, input.count)
      }
      require(count)
    }
  }
}

/// For calls whose settings and sizes are ours, so that an error is ours too.
private func require(_ result: Int) {
  precondition(ZSTD_isError(result) == 0, String(cString: ZSTD_getErrorName(result)))
}

/// Expands one frame into a buffer of `size` bytes and never writes beyond it. Throws
/// `.not_understood` for a broken frame or one that holds more.
func expandZstd(_ data: ArraySlice<UInt8>, size: Int) throws(Problem) -> [UInt8] {
  guard let context = ZSTD_createDCtx() else { preconditionFailure("out of memory") }
  defer { ZSTD_freeDCtx(context) }
  require(czstd_expect_no_magic(context))
  var result = 0
  let expanded = [UInt8](unsafeUninitializedCapacity: size) { output, count in
    result = data.withUnsafeBytes { input in
      ZSTD_decompressDCtx(context, output.baseAddress, size, input.baseAddress, input.count)
    }
    count = ZSTD_isError(result) == 0 ? result : 0
  }
  guard ZSTD_isError(result) == 0 else {
    throw Problem(.not_understood, cause: String(cString: ZSTD_getErrorName(result)))
  }
  return expanded
}
