import Crypto

// A push whose answer a cut took is most often at the hub already: what was lost is one round trip of
// waiting. To send it again would double what a bad link has just carried, so the device says which body
// it means, and the hub answers as if it had come again. Admitting it twice changes nothing.

/// What stands for a body of `/v1/sync` that was sent before: no method of a frame, and the first 16 bytes
/// of its SHA-256.
package enum BodyName {
  static let method: UInt8 = 255
  package static let size = 17

  package static func of(_ body: [UInt8]) -> [UInt8] {
    [method] + SHA256.hash(data: body).prefix(size - 1)
  }

  package static func isName(_ body: [UInt8]) -> Bool {
    body.count == size && body[0] == method
  }
}
