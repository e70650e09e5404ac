import struct Foundation.Data
import class Foundation.JSONDecoder

/// A problem on the wire: `application/problem+json` (RFC 9457) with the programs' code words.
package struct ProblemDocument: Encodable, Sendable {
  package static let mediaType = "application/problem+json"

  package let type: String
  package let title: String
  package let status: Int
  package let code: String
  package let detail: String
  package let place: String?
  /// True when the device shall hand over what it has not sent and wipe itself.
  package let wipe: Bool?

  /// What the hub says of a problem.
  package init(_ asked: Problem, language: Language) {
    wipe = asked.code == .wipe_ordered ? true : nil
    // Older programs know no order, but they know what it is to be shut out.
    let problem = wipe == true ? Problem(.revoked) : asked
    type = "urn:djoliba:problem:\(problem.code.rawValue)"
    title = problem.code.text[language]
    // A few codes are only met on the device, and 495 is no registered status.
    status = problem.code.httpStatus == 495 ? 403 : problem.code.httpStatus
    code = problem.code.rawValue
    detail = problem.hint(language)
    place = problem.place
  }

  package var body: [UInt8] { json(self) }
}

extension Problem {
  /// What a problem document tells a device; nil when the bytes are none.
  ///
  /// A code word that this program does not know is `.not_understood`. A place is printed on a
  /// terminal: it keeps no control characters, and 120 letters at most.
  package init?(document body: [UInt8], cause: String, retryAfter: Int?) {
    guard let told = try? JSONDecoder().decode(Told.self, from: Data(body)) else { return nil }
    guard let code = Code(rawValue: told.code) else {
      self.init(.not_understood, cause: cause + ": unknown code")
      return
    }
    guard code != .revoked || told.wipe != true else {
      self.init(.wipe_ordered)
      return
    }
    self.init(code, at: told.place.map(Self.oneLine), cause: cause, retryAfter: retryAfter)
  }

  /// The members that are read.
  private struct Told: Decodable {
    let code: String
    let place: String?
    let wipe: Bool?
  }

  private static func oneLine(_ text: String) -> String {
    let printable = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
    return String(String(String.UnicodeScalarView(printable)).prefix(120))
  }
}
