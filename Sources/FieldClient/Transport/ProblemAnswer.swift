package import Shared

/// The problem an answer stands for; nil when it is a success.
///
/// The hub says which in `application/problem+json`. An answer without that comes from something
/// on the way (a proxy, a captive portal), and only its status is believed.
package func problem(from answer: HTTPAnswer) -> Problem? {
  guard !(200..<300).contains(answer.status) else { return nil }
  let (cause, patience) = ("HTTP \(answer.status)", patience(answer))
  if answer.isHubsWord,
    let told = Problem(document: answer.body, cause: cause, retryAfter: patience)
  {
    return told
  }
  return Problem(word(for: answer.status), cause: cause, retryAfter: patience)
}

extension HTTPAnswer {
  /// Whether it is a problem in the hub's own words.
  var isHubsWord: Bool {
    status >= 400 && contentType?.lowercased().hasPrefix(ProblemDocument.mediaType) == true
  }
}

/// What the hub asks to wait, up to a day: more would be a mistake, or somebody's joke.
private func patience(_ answer: HTTPAnswer) -> Int? {
  answer.retryAfter > 0 ? min(answer.retryAfter, 86_400) : nil
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
