import Shared
import Testing

/// The vectors that stand in `docs/` for whoever writes another program.
struct MessagesVectorTests {
  @Test func `every vector is what the program writes`() throws {
    for vector in try Vector.read() {
      #expect(vector.value.isEncoded(as: [UInt8](hex: vector.hex)), "\(vector.name)")
    }
  }

  @Test func `every vector is read as it says`() throws {
    for vector in try Vector.read() {
      #expect(try vector.value.isDecoded(from: [UInt8](hex: vector.hex)), "\(vector.name)")
    }
  }

  @Test func `every kind has a vector, and every vector a name of its own`() throws {
    let vectors = try Vector.read()
    #expect(Set(vectors.map(\.kind)) == Set(Vector.kinds.keys))
    #expect(Set(vectors.map(\.name)).count == vectors.count)
  }

  @Test func `a vector with one byte changed is noticed`() throws {
    // What a compressor makes is its own affair; only what it reads is fixed.
    for vector in try Vector.read() where !["compressed", "parts"].contains(vector.kind) {
      var bytes = [UInt8](hex: vector.hex)
      bytes[bytes.count - 1] ^= 1
      #expect(!vector.value.isEncoded(as: bytes), "\(vector.name)")
    }
  }
}
