/// Appends the few primitives of the wire format; see `docs/protocol.md`, "Primitives".
package struct ByteWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func byte(_ value: UInt8) { bytes.append(value) }

  package mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

  /// LEB128: seven bits a byte, least significant first.
  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  package mutating func varint(_ value: Int) { varint(UInt64(value)) }

  /// Signed numbers near zero stay short: 0, -1, 1, -2 become 0, 1, 2, 3.
  package mutating func zigzag(_ value: Int64) {
    varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  /// Eight bytes, most significant first.
  package mutating func fixed(_ value: UInt64) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  package mutating func string(_ value: String) { blob(value.utf8) }

  package mutating func blob(_ value: some Collection<UInt8>) {
    varint(value.count)
    bytes.append(contentsOf: value)
  }

  package mutating func stamp(_ value: Stamp) {
    fixed(value.clock)
    varint(UInt64(value.device))
  }
}

/// Reads what `ByteWriter` wrote. Bytes come from outside: whatever they say is answered by a
/// value or by `Problem(.not_understood)`, never by a trap or by memory they did not pay for.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var remaining: Int { bytes.count - position }
  package var isAtEnd: Bool { remaining == 0 }

  package mutating func byte() throws(Problem) -> UInt8 {
    guard position < bytes.count else { throw Problem(.not_understood, cause: "ends early") }
    defer { position += 1 }
    return bytes[position]
  }

  package mutating func raw(_ count: Int) throws(Problem) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw Problem(.not_understood, cause: "ends early")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  package mutating func varint() throws(Problem) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let next = try byte()
      let bits = UInt64(next & 0x7f)
      guard shift < 63 || bits <= 1 else { break }
      value |= bits << shift
      if next < 0x80 { return value }
    }
    throw Problem(.not_understood, cause: "a number is too long")
  }

  /// A number of things that each take at least one more byte of this message.
  package mutating func count() throws(Problem) -> Int {
    let value = try varint()
    guard value <= UInt64(remaining) else {
      throw Problem(.not_understood, cause: "a count is larger than the message")
    }
    return Int(value)
  }

  package mutating func zigzag() throws(Problem) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  package mutating func fixed() throws(Problem) -> UInt64 {
    try raw(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  package mutating func string() throws(Problem) -> String { try text(blob()) }

  package mutating func blob() throws(Problem) -> ArraySlice<UInt8> { try raw(count()) }

  package mutating func stamp() throws(Problem) -> Stamp {
    let clock = try fixed()
    return Stamp(clock: clock, device: try device())
  }

  package mutating func device() throws(Problem) -> UInt32 {
    guard let device = UInt32(exactly: try varint()) else {
      throw Problem(.not_understood, cause: "a device number is too large")
    }
    return device
  }

  package func text(_ slice: ArraySlice<UInt8>) throws(Problem) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw Problem(.not_understood, cause: "a text is not UTF-8")
    }
    return text
  }
}
