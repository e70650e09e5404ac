import Foundation
package import Shared

/// The problem an answer stands for; nil when it is a success.
///
/// The hub says which in `application/problem+json`. An answer without that comes from something
/// on the way (a proxy, a captive portal), and only its status is believed.
package func problem(from answer: HTTPAnswer) -> Problem? {
  guard !(200..<300).contains(answer.status) else { return nil }
  guard let told = ToldProblem(answer) else {
    return Problem(
      word(for: answer.status), cause: "HTTP \(answer.status)", retryAfter: patience(answer))
  }
  guard let code = Problem.Code(rawValue: told.code) else {
    return Problem(.not_understood, cause: "HTTP \(answer.status): unknown code")
  }
  if code == .revoked, told.wipe == true { return Problem(.wipe_ordered) }
  return Problem(
    code, at: told.place.map(oneLine), cause: "HTTP \(answer.status)",
    retryAfter: patience(answer))
}

/// What the hub asks to wait, up to a day: more would be a mistake, or somebody's joke.
private func patience(_ answer: HTTPAnswer) -> Int? {
  answer.retryAfter > 0 ? min(answer.retryAfter, 86_400) : nil
}

/// The members that are read of a problem document (RFC 9457).
private struct ToldProblem: Decodable {
  let code: String
  let place: String?
  let wipe: Bool?

  init?(_ answer: HTTPAnswer) {
    guard answer.status >= 400,
      answer.contentType?.lowercased().hasPrefix("application/problem+json") == true,
      let told = try? JSONDecoder().decode(ToldProblem.self, from: Data(answer.body))
    else { return nil }
    self = told
  }
}

private func word(for status: Int) -> Problem.Code {
  switch status {
  case 413: .too_large
  case 429: .too_many_requests
  case 502, 503, 504: .overloaded
  case 500...599: .internal
  default: .not_understood
  }
}

/// A place is printed on a terminal: no control characters, and short.
private func oneLine(_ text: String) -> String {
  let printable = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
  return String(String(String.UnicodeScalarView(printable)).prefix(120))
}
