import CZstd
import Synchronization

/// A zstd compression context. A call has it for itself; what it was set to is forgotten after it, and what
/// a short message took of memory is kept for the next one, which otherwise is most of its cost.
struct ZstdCompressor: ~Copyable {
  private let context: OpaquePointer

  init(level: Int32, _ dictionary: WireDictionary? = nil) {
    context = Self.idle.withLock { $0.popLast()?.context } ?? Self.fresh()
    if let dictionary { require(ZSTD_CCtx_refCDict(context, dictionary.compressing)) }
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0))
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0))
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0))
    require(czstd_compress_without_magic(context))
  }

  deinit {
    let idle = Idle(context: context)
    require(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters))
    let isKept =
      ZSTD_sizeof_CCtx(context) <= Self.keptBytes
      && Self.idle.withLock { kept in
        guard kept.count < Self.keptCount else { return false }
        kept.append(idle)
        return true
      }
    if !isKept { ZSTD_freeCCtx(context) }
  }

  /// Sendable unchecked: nobody uses it while it waits.
  private struct Idle: @unchecked Sendable { let context: OpaquePointer }

  private static let idle = Mutex<[Idle]>([])
  /// The exchanges have one thread, the comparisons another.
  private static let keptCount = 2
  private static let keptBytes = 1 << 19

  private static func fresh() -> OpaquePointer {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("out of memory") }
    return context
  }

  /// Bytes from which on a level's own tables would take 64 MB.
  private static let long = 1 << 20

  /// Tables of 6 MB for a long frame.
  private func bound(_ size: Int) {
    guard size > Self.long else { return }
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, 19))
    require(ZSTD_CCtx_setParameter(context, ZSTD_c_chainLog, 20))
  }

  /// One whole frame; the buffer has room for the worst case, so it cannot fail.
  func compress(_ bytes: [UInt8]) -> [UInt8] {
    bound(bytes.count)
    let most = ZSTD_compressBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: most) { output, count in
      count = bytes.withUnsafeBytes { input in
        ZSTD_compress2(context, output.baseAddress, most, input.baseAddress, input.count)
      }
      require(count)
    }
  }

  /// Says how many bytes all parts of the frame will have, so that small ones get small tables.
  func expect(_ size: Int) {
    bound(size)
    require(ZSTD_CCtx_setPledgedSrcSize(context, UInt64(size)))
  }

  /// The next part of one frame, complete as far as it goes.
  func append(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count) + 64
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      var out = ZSTD_outBuffer(dst: output.baseAddress, size: bound, pos: 0)
      bytes.withUnsafeBytes { input in
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        let left = ZSTD_compressStream2(
          context, &out, &source, isLast ? ZSTD_e_end : ZSTD_e_flush)
        require(left)
        precondition(left == 0 && source.pos == source.size, "the bound is the worst case")
      }
      count = out.pos
    }
  }
}

/// For calls whose settings and sizes are ours, so that an error is ours too.
private func require(_ result: Int) {
  precondition(ZSTD_isError(result) == 0, String(cString: ZSTD_getErrorName(result)))
}

/// Expands one frame into a buffer of `size` bytes and never writes beyond it. Throws
/// `.not_understood` for a broken frame or one that holds more.
func expandZstd(
  _ data: ArraySlice<UInt8>, size: Int, _ dictionary: WireDictionary? = nil
) throws(Problem) -> [UInt8] {
  guard let context = ZSTD_createDCtx() else { preconditionFailure("out of memory") }
  defer { ZSTD_freeDCtx(context) }
  if let dictionary { require(ZSTD_DCtx_refDDict(context, dictionary.expanding)) }
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

/// Expands one frame that comes in parts.
struct ZstdExpander: ~Copyable {
  /// Of the memory that a frame's beginning can ask for: 4 MiB.
  private static let windowLog: Int32 = 22
  private let context: OpaquePointer
  /// Whether the end of the frame has been reached.
  private(set) var isComplete = false

  init() {
    guard let context = ZSTD_createDCtx() else { preconditionFailure("out of memory") }
    self.context = context
    require(czstd_expect_no_magic(context))
    require(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLog))
  }

  deinit { ZSTD_freeDCtx(context) }

  /// What the next part holds. Throws `.too_large` beyond `limit` bytes, `.not_understood` for a
  /// broken part or one after the end.
  mutating func append(_ part: ArraySlice<UInt8>, limit: Int) throws(Problem) -> [UInt8] {
    guard !isComplete else { throw Problem(.not_understood, cause: "a part after the last") }
    var expanded: [UInt8] = []
    var position = 0
    var isFull = false
    repeat {
      var result = 0
      let before = position
      let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
        var out = ZSTD_outBuffer(dst: output.baseAddress, size: 1 << 16, pos: 0)
        part.withUnsafeBytes { input in
          var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: position)
          result = ZSTD_decompressStream(context, &out, &source)
          position = source.pos
        }
        count = out.pos
      }
      guard ZSTD_isError(result) == 0 else {
        throw Problem(.not_understood, cause: String(cString: ZSTD_getErrorName(result)))
      }
      guard position > before || !chunk.isEmpty else { break }
      guard chunk.count <= limit - expanded.count else {
        throw Problem(.too_large, cause: "expanded size")
      }
      expanded += chunk
      isComplete = result == 0
      isFull = chunk.count == 1 << 16
    } while !isComplete && (position < part.count || isFull)
    guard position == part.count else {
      throw Problem(.not_understood, cause: "bytes after the last part")
    }
    return expanded
  }
}
