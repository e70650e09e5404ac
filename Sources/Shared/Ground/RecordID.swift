import Crypto

/// The 16 bytes that name a record everywhere: UUIDv5 of the natural key where its type has
/// one, UUIDv7 otherwise (RFC 9562).
public struct RecordID: Hashable, Sendable {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the canonical form, 36 characters in lower case; anything else is nil.
  public init?(_ text: some StringProtocol) {
    var digits: [UInt8] = []
    digits.reserveCapacity(32)
    var position = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "-"):
        guard position == 8 || position == 13 || position == 18 || position == 23 else {
          return nil
        }
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
      position += 1
    }
    guard position == 36, digits.count == 32 else { return nil }
    high = digits[0..<16].reduce(0) { $0 << 4 | UInt64($1) }
    low = digits[16..<32].reduce(0) { $0 << 4 | UInt64($1) }
  }

  /// Reads 16 bytes, most significant first.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A time-ordered id: 48 bits of milliseconds since 1970, then 74 random bits.
  public static func v7(milliseconds: UInt64, random: (UInt64, UInt64)) -> RecordID {
    RecordID(
      high: milliseconds << 16 | 0x7000 | random.0 & 0x0fff,
      low: 0x8000_0000_0000_0000 | random.1 & 0x3fff_ffff_ffff_ffff)
  }

  /// The same id for the same name on every device: SHA-1 of namespace and name.
  public static func v5(namespace: RecordID, name: String) -> RecordID {
    var hash = Insecure.SHA1()
    hash.update(data: namespace.bytes)
    hash.update(data: Array(name.utf8))
    let digest = Array(hash.finalize().prefix(16))
    let id = RecordID(bytes: digest)!
    return RecordID(
      high: id.high & ~0xf000 | 0x5000,
      low: id.low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
  }

  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    for word in [high, low] {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return bytes
  }
}

extension RecordID: CustomStringConvertible, Comparable {
  public var description: String {
    let digits: StaticString = "0123456789abcdef"
    return String(unsafeUninitializedCapacity: 36) { buffer in
      var out = 0
      for index in 0..<32 {
        if index == 8 || index == 12 || index == 16 || index == 20 {
          buffer[out] = UInt8(ascii: "-")
          out += 1
        }
        let word = index < 16 ? high : low
        let nibble = word >> UInt64(60 - 4 * (index % 16)) & 15
        buffer[out] = digits.utf8Start[Int(nibble)]
        out += 1
      }
      return 36
    }
  }

  public static func < (a: RecordID, b: RecordID) -> Bool {
    (a.high, a.low) < (b.high, b.low)
  }
}
