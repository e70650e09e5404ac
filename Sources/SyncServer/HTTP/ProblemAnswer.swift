import Foundation
import Hummingbird
import Shared

/// A problem as an HTTP answer: `application/problem+json` (RFC 9457) with the programs' code words.
struct ProblemAnswer: Encodable {
  let type: String
  let title: String
  let status: Int
  let code: String
  let detail: String
  let place: String?
  /// True when the device shall hand over what it has not sent and wipe itself.
  let wipe: Bool?
  private let retryAfter: Int

  private enum CodingKeys: CodingKey {
    case type, title, status, code, detail, place, wipe
  }

  init(_ asked: Problem, language: Language) {
    wipe = asked.code == .wipe_ordered ? true : nil
    // Older programs know no order, but they know what it is to be shut out.
    retryAfter = asked.retryAfter ?? HTTPLimits.retryAfter
    let problem = wipe == true ? Problem(.revoked) : asked
    type = "urn:djoliba:problem:\(problem.code.rawValue)"
    title = problem.code.text[language]
    status = Self.status(of: problem.code)
    code = problem.code.rawValue
    detail = problem.hint(language)
    place = problem.place
  }

  func response() -> Response {
    var headers: HTTPFields = [.contentType: "application/problem+json"]
    if status == 401 { headers[.wwwAuthenticate] = "Bearer" }
    if status == 429 || status == 503 { headers[.retryAfter] = "\(retryAfter)" }
    return Response(
      status: .init(code: status), headers: headers, body: .init(byteBuffer: .init(bytes: json)))
  }

  private var json: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and one integer always encode.
    return try! encoder.encode(self)
  }

  /// A few codes are only met on the device, and 495 is no registered status.
  private static func status(of code: Problem.Code) -> Int {
    code.httpStatus == 495 ? 403 : code.httpStatus
  }
}
