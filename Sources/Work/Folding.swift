/// Text without accents and capitals, for finding what was typed on a keyboard without them.
///
/// A table, because this runs over every field of thousands of records for one search; it covers
/// the Latin letters of Unicode up to U+017F, and combining marks.
package enum Folding {
  private static let table: [UInt8] = Array(
    ("aaaaaaaceeeeiiiidnooooo*ouuuuyts" + "aaaaaaaceeeeiiiidnooooo/ouuuuyty"
      + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiijjjjkkkllllllllll"
      + "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs").utf8)

  package static func folded(_ text: String) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 65...90: out.append(UInt8(scalar.value) + 32)
      case 0..<128: out.append(UInt8(scalar.value))
      case 0xC0...0x17F where Int(scalar.value) - 0xC0 < table.count:
        out.append(table[Int(scalar.value) - 0xC0])
      case 0x300...0x36F: break
      case 0x2019: out.append(UInt8(ascii: "'"))
      default: out += String(scalar).lowercased().utf8
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The words of a text, folded.
  package static func words(_ text: String) -> [String] {
    folded(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// Whether each of these words begins a word of one of the texts.
  package static func holds(_ wanted: [String], in texts: some Sequence<String>) -> Bool {
    var missing = wanted
    for text in texts where !missing.isEmpty {
      let words = words(text)
      missing.removeAll { start in words.contains { $0.hasPrefix(start) } }
    }
    return missing.isEmpty
  }
}
