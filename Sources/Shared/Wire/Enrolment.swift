import struct Foundation.Data
import class Foundation.JSONDecoder
import class Foundation.JSONEncoder

/// The file that links a new device to the hub: where it is, whom to believe, and a code that
/// works once.
package struct Invitation: Codable, Sendable, Hashable {
  package static let format = 1

  package var format = Invitation.format
  /// In the order to try.
  package let addresses: [String]
  /// The certificate of the hub's own authority, PEM; empty for plain HTTP on this machine.
  package let authority: String
  package let code: String
  package let name: String
  package let base: String
  /// ISO day after which the code no longer works.
  package let expires: String

  package init(
    addresses: [String], authority: String, code: String, name: String, base: String,
    expires: String
  ) {
    self.addresses = addresses
    self.authority = authority
    self.code = code
    self.name = name
    self.base = base
    self.expires = expires
  }

  /// Reads an invitation file. Throws `.invitation_invalid` for anything else.
  package init(file: [UInt8]) throws(Problem) {
    do {
      self = try JSONDecoder().decode(Invitation.self, from: Data(file))
    } catch {
      throw Problem(.invitation_invalid, cause: "\(type(of: error))")
    }
    guard format == Invitation.format, !addresses.isEmpty, !code.isEmpty else {
      throw Problem(.invitation_invalid)
    }
  }

  package var file: [UInt8] { json(self, pretty: true) }
}

/// The body of `POST /v1/enroll`. The device draws its token itself, so that asking again
/// after a lost answer is harmless.
package struct EnrolmentRequest: Codable, Sendable {
  package let code: String
  package let token: String
  package let program: String

  package init(code: String, token: String, program: String) {
    self.code = code
    self.token = token
    self.program = program
  }

  package init(body: [UInt8]) throws(Problem) { self = try decode(body) }

  package var body: [UInt8] { json(self) }
}

/// The answer to `POST /v1/enroll`.
package struct EnrolmentAnswer: Codable, Sendable {
  package let device: UInt32
  package let name: String
  package let base: String
  package let role: String
  /// The schema file, as text.
  package let schema: String

  package init(device: UInt32, name: String, base: String, role: String, schema: String) {
    self.device = device
    self.name = name
    self.base = base
    self.role = role
    self.schema = schema
  }

  package init(body: [UInt8]) throws(Problem) { self = try decode(body) }

  package var body: [UInt8] { json(self) }
}

/// The body of `POST /v1/token`: the token that this device will use from now on.
package struct TokenRenewal: Codable, Sendable {
  package let token: String

  package init(token: String) { self.token = token }

  package init(body: [UInt8]) throws(Problem) { self = try decode(body) }

  package var body: [UInt8] { json(self) }
}

/// What a device says when nothing of its data is left on it.
package struct WipedNotice: Codable, Sendable {
  /// Records that it could not hand over; nil when it could not tell.
  package let unsent: Int?

  package init(unsent: Int?) { self.unsent = unsent }

  /// Older programs send nothing.
  package init(body: [UInt8]) throws(Problem) {
    self = body.isEmpty ? WipedNotice(unsent: nil) : try decode(body)
  }

  package var body: [UInt8] { json(self) }
}

func json(_ value: some Encodable, pretty: Bool = false) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting =
    pretty
    ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    : [.sortedKeys, .withoutEscapingSlashes]
  do {
    return Array(try encoder.encode(value))
  } catch {
    preconditionFailure("texts and numbers always encode: \(error)")
  }
}

private func decode<T: Decodable>(_ body: [UInt8]) throws(Problem) -> T {
  do {
    return try JSONDecoder().decode(T.self, from: Data(body))
  } catch {
    throw Problem(.not_understood, cause: "\(type(of: error))")
  }
}
