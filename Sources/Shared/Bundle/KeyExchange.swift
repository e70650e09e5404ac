import struct Foundation.Data
import class Foundation.JSONDecoder

/// The body of `POST /v1/keys` and of its answer: the keys of whoever sends it.
package struct KeyExchange: Codable, Sendable {
  private let sealing: String
  private let signing: String

  package init(_ keys: BundleKeys) {
    sealing = keys.sealing.hexadecimal
    signing = keys.signing.hexadecimal
  }

  package var body: [UInt8] {
    Array("{\"sealing\":\"\(sealing)\",\"signing\":\"\(signing)\"}".utf8)
  }

  /// Throws `.not_understood` for anything else.
  package static func keys(in body: [UInt8]) throws(Problem) -> BundleKeys {
    guard let told = try? JSONDecoder().decode(KeyExchange.self, from: Data(body)),
      let sealing = [UInt8](hexadecimal: told.sealing), sealing.count == 32,
      let signing = [UInt8](hexadecimal: told.signing), signing.count == 32
    else { throw Problem(.not_understood, at: "keys") }
    return BundleKeys(sealing: sealing, signing: signing)
  }
}
