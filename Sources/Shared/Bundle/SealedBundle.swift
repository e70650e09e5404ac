import Crypto

/// What anybody can read of a bundle: which way it goes, between whom, and its number.
package struct BundleHead: Hashable, Sendable {
  package enum Way: UInt8, Sendable {
    /// From a device to the hub.
    case up = 2
    /// The hub's answer.
    case down = 3
    /// From a device that is about to wipe itself.
    case parcel = 4
  }

  package let way: Way
  /// The fingerprint of the hub's keys.
  package let hub: UInt64
  package let device: UInt32
  /// Rises with each bundle of a device; an answer has that of the bundle which it answers.
  package let number: UInt64

  package init(way: Way, hub: UInt64, device: UInt32, number: UInt64) {
    self.way = way
    self.hub = hub
    self.device = device
    self.number = number
  }

  package static let magic = Array("Djoliba".utf8)
  static let version: UInt8 = 1

  func encode(into out: inout ByteWriter) {
    out.raw(Self.magic)
    out.byte(way.rawValue)
    out.byte(Self.version)
    out.fixed(hub)
    out.varint(UInt64(device))
    out.varint(number)
  }

  /// Whether a file with this head has nothing that one with `other` lacks, so that it may take
  /// its place.
  package func succeeds(_ other: BundleHead) -> Bool {
    way == other.way && hub == other.hub && device == other.device && number >= other.number
  }
}

/// A file on a stick: a head, what is sealed to its one reader, and its writer's signature over
/// both. `docs/protocol.md`, "Bundles".
package struct SealedBundle: Sendable {
  package let head: BundleHead
  private let encapsulated: [UInt8]
  private let sealed: [UInt8]
  private let signature: [UInt8]
  private let file: [UInt8]
  /// Where the head ends and where the signature begins.
  private let (headEnd, signatureStart): (Int, Int)

  private static let keySize = 32
  private static let signatureSize = 64

  /// Takes a file apart, without believing any of it.
  ///
  /// - Parameter way: which way the file should go; nil for any.
  /// - Throws: `.not_a_bundle`, `.bundle_damaged` for one that ends early, `.file_newer`, and
  ///   `.bundle_other_way`.
  package init(file: [UInt8], going way: BundleHead.Way? = nil) throws(Problem) {
    let magic = BundleHead.magic
    guard file.starts(with: magic.prefix(file.count)) else { throw Problem(.not_a_bundle) }
    guard file.count > magic.count + 1 else { throw Problem(.bundle_damaged, cause: "ends early") }
    guard let told = BundleHead.Way(rawValue: file[magic.count]) else {
      throw Problem(.not_a_bundle)
    }
    guard file[magic.count + 1] == BundleHead.version else { throw Problem(.file_newer) }
    guard way == nil || way == told else { throw Problem(.bundle_other_way) }
    do throws(Problem) {
      var reader = ByteReader(file)
      _ = try reader.raw(magic.count + 2)
      let hub = try reader.fixed()
      let device = try reader.device()
      head = BundleHead(way: told, hub: hub, device: device, number: try reader.varint())
      headEnd = file.count - reader.remaining
      encapsulated = Array(try reader.raw(Self.keySize))
      sealed = Array(try reader.blob())
      signatureStart = file.count - reader.remaining
      signature = Array(try reader.raw(Self.signatureSize))
      guard reader.isAtEnd else { throw Problem(.bundle_damaged, cause: "goes on") }
    } catch {
      throw Problem(.bundle_damaged, cause: error.cause)
    }
    self.file = file
  }

  /// The bytes of a file. Throws `.bundle_foreign` when the reader's keys are none.
  package static func file(
    _ content: [UInt8], _ head: BundleHead, to reader: BundleKeys, by writer: BundleSecret
  ) throws(Problem) -> [UInt8] {
    var out = ByteWriter()
    head.encode(into: &out)
    let (encapsulated, sealed) = try reader.seal(content, under: out.bytes)
    out.raw(encapsulated)
    out.blob(sealed)
    out.raw(writer.sign(out.bytes))
    return out.bytes
  }

  /// What the file holds, once it is sure who wrote it.
  ///
  /// - Throws: `.bundle_damaged` where the signature is not the writer's, `.bundle_foreign` for
  ///   what was sealed to somebody else.
  package func open(by writer: BundleKeys, with secret: BundleSecret) throws(Problem) -> [UInt8] {
    guard writer.verifies(signature, of: Array(file.prefix(signatureStart))) else {
      throw Problem(.bundle_damaged, cause: "signature")
    }
    let content = secret.open(
      sealed, encapsulated: encapsulated, under: Array(file.prefix(headEnd)))
    guard let content else { throw Problem(.bundle_foreign, cause: "seal") }
    return content
  }

  /// SHA-256 of the file.
  package var digest: [UInt8] { Self.digest(of: file) }

  package static func digest(of file: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: file)) }
}
