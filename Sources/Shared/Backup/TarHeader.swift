/// The block before each file of a tar archive (POSIX.1-1988, ustar).
struct TarHeader {
  static let length = 512

  let name: String
  /// Bytes; 8 GiB at most, which is what its eleven digits hold.
  let size: Int64
  private let mode: UInt32
  /// Seconds since 1970.
  private let time: Int64

  /// - Parameter time: milliseconds since 1970.
  init(_ member: BackupMember, size: Int64, time: Int64) {
    name = member.rawValue
    self.size = size
    mode = member.mode
    self.time = max(0, time / 1000)
  }

  /// Nil for what is no header of a plain file, or was changed: a header holds its own sum.
  init?(block bytes: [UInt8]) {
    guard bytes.count == Self.length, Self.summed(bytes) == bytes,
      bytes[156] == UInt8(ascii: "0"), let size = Self.number(bytes[124..<136]),
      let mode = Self.number(bytes[100..<108]), let time = Self.number(bytes[136..<148])
    else { return nil }
    name = String(decoding: bytes.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
    self.size = size
    self.mode = UInt32(truncatingIfNeeded: mode)
    self.time = time
  }

  var block: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.length)
    func put(_ text: String, at place: Int) {
      bytes.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8))
    }
    put(name, at: 0)
    put(Self.octal(Int64(mode), digits: 7), at: 100)
    for place in [108, 116] { put(Self.octal(0, digits: 7), at: place) }
    put(Self.octal(size, digits: 11), at: 124)
    put(Self.octal(time, digits: 11), at: 136)
    put("0", at: 156)
    put("ustar\0" + "00", at: 257)
    return Self.summed(bytes)
  }

  /// What fills the last block of a body of so many bytes.
  static func padding(_ size: Int64) -> [UInt8] {
    [UInt8](repeating: 0, count: (length - Int(size % Int64(length))) % length)
  }

  /// With the sum of its bytes, for which its own place counts as spaces.
  private static func summed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes.replaceSubrange(148..<156, with: repeatElement(UInt8(ascii: " "), count: 8))
    let sum = bytes.reduce(Int64(0)) { $0 + Int64($1) }
    bytes.replaceSubrange(148..<155, with: Array((octal(sum, digits: 6) + "\0").utf8))
    return bytes
  }

  private static func octal(_ number: Int64, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
    let digits = field.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
    guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
      return nil
    }
    return Int64(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
