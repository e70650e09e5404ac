import Foundation
import Shared

/// One entry of `docs/protocol-vectors.json`: bytes, and what they say.
struct Vector: Decodable, Sendable {
  let name: String
  let kind: String
  let hex: String
  let value: any VectorValue

  private enum Key: CodingKey { case name, kind, hex, value }

  init(from decoder: any Decoder) throws {
    let entry = try decoder.container(keyedBy: Key.self)
    name = try entry.decode(String.self, forKey: .name)
    kind = try entry.decode(String.self, forKey: .kind)
    hex = try entry.decode(String.self, forKey: .hex)
    guard let type = Self.kinds[kind] else { throw Problem(.not_understood, at: kind) }
    value = try entry.decode(type, forKey: .value)
  }

  static let kinds: [String: any VectorValue.Type] = [
    "varint": VarintVector.self, "zigzag": ZigzagVector.self, "stamp": StampVector.self,
    "fieldStamps": FieldStampsVector.self, "changeset": ChangesetVector.self,
    "request": RequestVector.self, "answer": AnswerVector.self,
    "repairRequest": RepairRequestVector.self, "repairAnswer": RepairAnswerVector.self,
    "recordDigest": DigestVector.self, "uuid5": UUIDVector.self,
    "compressed": CompressedVector.self, "parts": PartsVector.self,
    "bundleKeys": BundleKeysVector.self, "bundle": BundleVector.self,
  ]

  /// The vectors of the file, in its order.
  static func read() throws -> [Vector] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/protocol-vectors.json").standardized
    return try JSONDecoder().decode([Vector].self, from: Data(contentsOf: file))
  }
}

/// What a vector's bytes say, in a form that reads well as JSON.
protocol VectorValue: Decodable, Sendable {
  /// Whether the program makes these very bytes of it.
  func isEncoded(as bytes: [UInt8]) -> Bool
  /// Whether the program reads it from these bytes.
  func isDecoded(from bytes: [UInt8]) throws -> Bool
}

struct VarintVector: VectorValue {
  let number: String

  func isEncoded(as bytes: [UInt8]) -> Bool {
    var out = ByteWriter()
    out.varint(UInt64(number)!)
    return out.bytes == bytes
  }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    var reader = ByteReader(bytes)
    return try reader.varint() == UInt64(number) && reader.isAtEnd
  }
}

struct ZigzagVector: VectorValue {
  let number: String

  func isEncoded(as bytes: [UInt8]) -> Bool {
    var out = ByteWriter()
    out.zigzag(Int64(number)!)
    return out.bytes == bytes
  }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    var reader = ByteReader(bytes)
    return try reader.zigzag() == Int64(number) && reader.isAtEnd
  }
}

struct StampVector: VectorValue, Hashable {
  let ms: UInt64
  let counter: UInt16
  let device: UInt32

  init(_ stamp: Stamp) {
    ms = stamp.clock >> 16
    counter = UInt16(truncatingIfNeeded: stamp.clock)
    device = stamp.device
  }

  var stamp: Stamp { Stamp(clock: ms << 16 | UInt64(counter), device: device) }

  func isEncoded(as bytes: [UInt8]) -> Bool {
    var out = ByteWriter()
    out.stamp(stamp)
    return out.bytes == bytes
  }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    var reader = ByteReader(bytes)
    return try StampVector(reader.stamp()) == self && reader.isAtEnd
  }
}

struct FieldStampsVector: VectorValue, Hashable {
  struct Exception: Decodable, Hashable {
    let field: String
    let stamp: StampVector
  }

  let record: StampVector
  let exceptions: [Exception]

  init(_ stamps: FieldStamps) {
    record = StampVector(stamps.record)
    exceptions = stamps.exceptions.map { Exception(field: $0.field, stamp: StampVector($0.stamp)) }
  }

  var stamps: FieldStamps {
    var stamps = FieldStamps(record: record.stamp)
    for exception in exceptions { stamps.set(exception.field, exception.stamp.stamp) }
    return stamps
  }

  func isEncoded(as bytes: [UInt8]) -> Bool { stamps.bytes == bytes }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    try FieldStampsVector(FieldStamps(bytes: bytes)) == self
  }
}

/// One way only: a digest cannot be read back.
struct DigestVector: VectorValue {
  let id: String
  let stamps: FieldStampsVector

  func isEncoded(as bytes: [UInt8]) -> Bool {
    Digest(of: RecordID(id)!, stamps.stamps).bytes == bytes
  }

  func isDecoded(from bytes: [UInt8]) -> Bool { Digest(bytes: bytes) != nil }
}

/// One way only, but for the text of the id.
struct UUIDVector: VectorValue {
  let namespace: String
  let name: String
  let id: String

  func isEncoded(as bytes: [UInt8]) -> Bool {
    RecordID.v5(namespace: RecordID(namespace)!, name: name).bytes == bytes
  }

  func isDecoded(from bytes: [UInt8]) -> Bool { RecordID(bytes: bytes)?.description == id }
}

/// Bytes, which other versions of zstd may pack otherwise: only reading is fixed.
struct CompressedVector: VectorValue {
  let expanded: String

  func isEncoded(as bytes: [UInt8]) -> Bool {
    let bytes = [UInt8](hex: expanded)
    return (try? Compression.expand(Compression.compress(bytes), limit: bytes.count)) == bytes
  }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    try Compression.expand(bytes, limit: 1 << 16) == [UInt8](hex: expanded)
  }
}

struct PartsVector: VectorValue {
  let parts: [String]

  private var messages: [[UInt8]] { parts.map { [UInt8](hex: $0) } }

  func isEncoded(as bytes: [UInt8]) -> Bool {
    let made = Parts.compress(messages)
    return (try? Parts.expand(made, isWhole: true, limit: 1 << 16))?.messages == messages
  }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    let read = try Parts.expand(bytes, isWhole: true, limit: 1 << 16)
    return read.messages == messages && read.length == bytes.count
  }
}

extension [UInt8] {
  /// Two digits a byte; a digit that is none is a mistake in the file.
  init(hex: String) {
    precondition(hex.utf8.count.isMultiple(of: 2), "half a byte")
    var bytes: [UInt8] = []
    var rest = hex[...]
    while !rest.isEmpty {
      bytes.append(UInt8(rest.prefix(2), radix: 16)!)
      rest = rest.dropFirst(2)
    }
    self = bytes
  }
}
