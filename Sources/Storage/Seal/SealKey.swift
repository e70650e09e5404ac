import CSealed
import Crypto

/// What a replica is sealed with: 32 random bytes that are not in its file. Whoever has not got
/// them reads nothing of it.
package struct SealKey: Sendable {
  private let key: SymmetricKey

  /// - Parameter bytes: 32 that nobody can guess.
  package init(_ bytes: [UInt8]) {
    precondition(bytes.count == 32)
    key = SymmetricKey(data: bytes)
  }

  package var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

  /// One key for each use, so that no use of one tells of another.
  func withKeys<T>(_ body: (UnsafePointer<sealed_keys>) -> T) -> T {
    var keys = sealed_keys()
    defer { keys = sealed_keys() }
    derive("name", into: &keys.id)
    derive("pages", into: &keys.page)
    derive("frames", into: &keys.frame)
    return withUnsafePointer(to: keys) { body($0) }
  }

  /// Seals what lies beside the replica and is its device's alone.
  func seal(_ bytes: [UInt8]) -> [UInt8] {
    guard let box = try? AES.GCM.seal(bytes, using: besideKey), let combined = box.combined else {
      preconditionFailure("a key of 32 bytes always seals")
    }
    return Array(combined)
  }

  /// Nil for what this key did not seal.
  func open(_ box: [UInt8]) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: box) else { return nil }
    return (try? AES.GCM.open(box, using: besideKey)).map { Array($0) }
  }

  private var besideKey: SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: key, info: Array("djoliba replica beside".utf8), outputByteCount: 32)
  }

  private func derive<T>(_ use: String, into place: inout T) {
    withUnsafeMutableBytes(of: &place) { place in
      let derived = HKDF<SHA256>.deriveKey(
        inputKeyMaterial: key, info: Array("djoliba replica \(use)".utf8),
        outputByteCount: place.count)
      derived.withUnsafeBytes { place.copyMemory(from: $0) }
    }
  }
}
