@testable import Shared

/// The public keys, the sealing one first, that are made of a secret.
struct BundleKeysVector: VectorValue {
  let secret: String

  private var keys: [UInt8] { BundleSecret([UInt8](hex: secret))!.keys.bytes }

  func isEncoded(as bytes: [UInt8]) -> Bool { keys == bytes }
  func isDecoded(from bytes: [UInt8]) throws -> Bool { try BundleKeys(bytes: bytes).bytes == keys }
}

/// A file on a stick. Its seal was made once with a key of the moment, so it is given.
struct BundleVector: VectorValue {
  /// `up` to the hub, `down` from it.
  let way: String
  let device: UInt32
  let number: UInt64
  /// Of the device and of the hub; 64 hexadecimal digits.
  let deviceSecret, hubSecret: String
  let encapsulated, sealed: String
  /// What is sealed.
  let content: String

  private var writer: BundleSecret { BundleSecret([UInt8](hex: isUp ? deviceSecret : hubSecret))! }
  private var reader: BundleSecret { BundleSecret([UInt8](hex: isUp ? hubSecret : deviceSecret))! }
  private var isUp: Bool { way == "up" }

  private var head: BundleHead {
    BundleHead(
      way: isUp ? .up : .down, hub: (isUp ? reader : writer).keys.fingerprint, device: device,
      number: number)
  }

  func isEncoded(as bytes: [UInt8]) -> Bool {
    var out = ByteWriter()
    head.encode(into: &out)
    out.raw([UInt8](hex: encapsulated))
    out.blob([UInt8](hex: sealed))
    out.raw(writer.sign(out.bytes))
    return out.bytes == bytes
  }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    let bundle = try SealedBundle(file: bytes)
    let opened = try bundle.open(by: writer.keys, with: reader)
    guard bundle.head == head, opened == [UInt8](hex: content) else { return false }
    return isUp
      ? try BundleContent(encoded: opened).encoded == opened
      : try BundleAnswer(encoded: opened).encoded == opened
  }
}
