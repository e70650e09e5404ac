import Crypto

/// What two sides compare of confirmed records when they repair: 64 bits a record, combined by
/// exclusive or over a stretch of ids.
///
/// A scope's `Digest` proves equality after every sync and is over ids and stamps, which one
/// hash a change keeps up to date. A fingerprint is made when it is asked for, so it can afford
/// to be over handles and values too: it also finds what a damaged disk changed.
package struct Fingerprint: Hashable, Sendable {
  package private(set) var bits: UInt64

  package init(bits: UInt64 = 0) { self.bits = bits }

  /// The first 8 bytes of SHA-256 over the id, the handle, the stamps, and name and value of
  /// each field that is not empty, by rising bytes of the name.
  package init(
    of id: RecordID, handle: Int64, _ stamps: FieldStamps, _ values: [String: Value]
  ) {
    var out = ByteWriter()
    out.raw(id.bytes)
    out.zigzag(handle)
    out.blob(stamps.bytes)
    let written = values.filter { !$0.value.isNull }
    for (field, value) in written.sorted(by: {
      $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }) {
      out.string(field)
      out.value(value)
    }
    let hash = SHA256.hash(data: out.bytes)
    bits = hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  package static func ^= (print: inout Fingerprint, other: Fingerprint) {
    print.bits ^= other.bits
  }
}

/// A record and its fingerprint, 24 bytes: a million of them are all that a comparison keeps.
package struct FingerprintedRecord: Hashable, Sendable {
  package let id: RecordID
  package let print: Fingerprint

  package init(id: RecordID, print: Fingerprint) {
    self.id = id
    self.print = print
  }
}

extension [FingerprintedRecord] {
  /// By rising ids. Those of one type are read so: of several, only runs have to be merged.
  package mutating func order() {
    let isOrdered = zip(self, dropFirst()).allSatisfy { $0.id < $1.id }
    if !isOrdered { sort { $0.id < $1.id } }
  }
}
