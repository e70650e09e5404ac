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
  public init?(_ text: String) {
    var words: (high: UInt64, low: UInt64) = (0, 0)
    var (position, digits) = (0, 0)
    for byte in text.utf8 {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "-") where Self.isHyphen(position):
        position += 1
        continue
      default: return nil
      }
      // 16 digits further up, the first ones have moved from one word into the other.
      words = (words.high << 4 | words.low >> 60, words.low << 4 | UInt64(digit))
      position += 1
      digits += 1
    }
    guard position == 36, digits == 32 else { return nil }
    self.init(high: words.high, low: words.low)
  }

  private static func isHyphen(_ position: Int) -> Bool {
    position == 8 || position == 13 || position == 18 || position == 23
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
