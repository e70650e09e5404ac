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
    String(decoding: bytes(text), as: UTF8.self)
  }

  private static func bytes(_ text: String) -> [UInt8] {
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
    return out
  }

  /// The words of a text, folded.
  package static func words(_ text: String) -> [String] {
    folded(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// Whether each of these words begins a word of one of the texts.
  ///
  /// Bytes are compared where a word begins, and no word is cut out: a search reads tens of
  /// thousands of fields.
  package static func holds(_ wanted: [String], in texts: some Sequence<String>) -> Bool {
    var missing = wanted.map { Array($0.utf8) }
    for text in texts where !missing.isEmpty {
      let folded = bytes(text)
      missing.removeAll { begins($0, in: folded) }
    }
    return missing.isEmpty
  }

  private static func begins(_ word: [UInt8], in text: [UInt8]) -> Bool {
    guard let first = word.first, text.count >= word.count else { return word.isEmpty }
    for start in 0...(text.count - word.count)
    where text[start] == first && (start == 0 || !isInWord(text[start - 1])) {
      if text[start..<(start + word.count)].elementsEqual(word) { return true }
    }
    return false
  }

  /// Bytes of other alphabets, and of ɛ, ɔ and ɲ, belong to words.
  private static func isInWord(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (48...57).contains(byte) || byte >= 128
  }
}
