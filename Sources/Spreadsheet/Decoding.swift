package import Shared

/// Spreadsheets in and out: CSV as the offices' programs write it, read and checked by schema.
package enum Spreadsheet {
  /// The text of a CSV file: UTF-8 with or without a byte order mark, UTF-16 with one, else
  /// Windows-1252, which is what Excel writes in French.
  ///
  /// - Throws: `.csv_invalid` with the line of the first byte no encoding explains.
  package static func decode(bytes: [UInt8]) throws(Problem) -> String {
    let text: String
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      text = try utf16(bytes)
    } else if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      text = try utf8(bytes.dropFirst(3))
    } else if let valid = String(validating: bytes, as: UTF8.self) {
      text = valid
    } else if looksLikeBrokenUTF8(bytes) {
      text = try utf8(bytes[...])
    } else {
      text = try windows1252(bytes)
    }
    if let nul = text.utf8.firstIndex(of: 0) { throw invalid(text.utf8[..<nul]) }
    return text
  }

  static func invalid(line: Int) -> Problem { Problem(.csv_invalid, at: place(line: line)) }

  /// A place in a file, the same in both languages.
  static func place(line: Int) -> String { "l. \(line)" }

  private static func invalid(_ before: some Collection<UInt8>) -> Problem {
    invalid(line: 1 + before.count { $0 == UInt8(ascii: "\n") })
  }

  private static func utf8(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let repaired = String(decoding: bytes, as: UTF8.self)
    throw invalid(repaired.utf8.prefix(repaired.firstReplacement))
  }

  private static func utf16(_ bytes: [UInt8]) throws(Problem) -> String {
    let little = bytes[0] == 0xFF
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { at in
      little
        ? UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
        : UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
    }
    guard bytes.count.isMultiple(of: 2), let text = String(validating: units, as: UTF16.self)
    else { throw Problem(.csv_invalid) }
    return text
  }

  /// One damaged letter in a UTF-8 file must not turn every other accent into two wrong letters:
  /// Windows-1252 text hardly ever forms UTF-8 sequences by accident.
  private static func looksLikeBrokenUTF8(_ bytes: [UInt8]) -> Bool {
    var whole = 0
    var broken = 0
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where !scalar.isASCII {
      if scalar == "\u{FFFD}" { broken += 1 } else { whole += 1 }
    }
    return whole > broken
  }

  private static func windows1252(_ bytes: [UInt8]) throws(Problem) -> String {
    var scalars = String.UnicodeScalarView()
    for (position, byte) in bytes.enumerated() {
      let value = (0x80...0x9F).contains(byte) ? upper1252[Int(byte) - 0x80] : UInt16(byte)
      guard value != 0 || byte == 0, let scalar = Unicode.Scalar(value) else {
        throw invalid(bytes[..<position])
      }
      scalars.append(scalar)
    }
    return String(scalars)
  }

  /// Windows-1252 from 0x80 to 0x9F; 0 for the five bytes it leaves undefined.
  private static let upper1252: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]
}

extension String {
  /// The bytes before the first replacement character, which stands for what was not UTF-8.
  fileprivate var firstReplacement: Int {
    guard let found = unicodeScalars.firstIndex(of: "\u{FFFD}") else { return utf8.count }
    return utf8.distance(from: startIndex, to: found)
  }
}
