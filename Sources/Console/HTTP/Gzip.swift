import CZlib

/// Pages compressed as every browser understands it: a page of a table shrinks to a tenth, and each
/// byte is paid for by satellite.
enum Gzip {
  /// Bytes. Below it the header of the format costs more than it saves.
  static let smallest = 400

  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    precondition(czlib_begin_gzip(&stream, 9) == Z_OK, "zlib has no memory")
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32)
    let count = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the output has room for all")
        return target.count - Int(stream.avail_out)
      }
    }
    return Array(output.prefix(count))
  }
}
