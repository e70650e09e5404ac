import Crypto

/// A fingerprint of a set of records: the exclusive or of one hash per record, so that adding,
/// changing and removing a record each cost one hash, in any order.
public struct Digest: Hashable, Sendable {
  public private(set) var high: UInt64
  public private(set) var low: UInt64

  package init(high: UInt64 = 0, low: UInt64 = 0) {
    self.high = high
    self.low = low
  }

  /// The hash of one record: the first 16 bytes of SHA-256 over its id and its stamps. Two
  /// records with equal stamps hold equal values, because a stamp is given to one value only.
  package init(of id: RecordID, _ stamps: FieldStamps) {
    self = SHA256.hash(data: id.bytes + stamps.bytes).withUnsafeBytes { hash in
      Digest(
        high: UInt64(bigEndian: hash.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: hash.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
  }

  package static func ^= (digest: inout Digest, other: Digest) {
    digest.high ^= other.high
    digest.low ^= other.low
  }

  package var bytes: [UInt8] { RecordID(high: high, low: low).bytes }

  package init?(bytes: some Collection<UInt8>) {
    guard let halves = RecordID(bytes: bytes) else { return nil }
    self.init(high: halves.high, low: halves.low)
  }
}

extension Digest: CustomStringConvertible {
  /// 32 hexadecimal digits.
  public var description: String {
    RecordID(high: high, low: low).description.filter { $0 != "-" }
  }
}
