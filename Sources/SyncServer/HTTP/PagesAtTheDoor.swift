import Hummingbird
import Shared
import Work

/// The console's pages, for as many requests as an address may make.
struct PagesAtTheDoor: Sendable {
  let pages: any HTTPResponder<BasicRequestContext>
  let turnstile: Turnstile
  /// Whether every byte crosses TLS.
  let isSecure: Bool

  func respond(
    to request: Request, _ source: ApplicationRequestContextSource, from address: String
  ) async throws -> Response {
    do throws(Problem) {
      try turnstile.page(address)
      if request.method == .post, Self.checksPassword(request.uri.path) {
        try turnstile.signIn(address)
      }
    } catch {
      return ProblemAnswer(error, language: request.language).page(isSecure: isSecure)
    }
    return try await pages.respond(to: request, context: BasicRequestContext(source: source))
  }

  /// Checking a password costs a seventh of a second.
  static func checksPassword(_ path: String) -> Bool {
    path.hasPrefix("/entree") || path.hasPrefix("/mot-de-passe")
  }
}

extension ProblemAnswer {
  /// For a person at a browser.
  fileprivate func page(isSecure: Bool) -> Response {
    var response = response()
    let text = "\(document.title)\n\(document.detail)\n"
    for line in PageGuards.lines(isSecure: isSecure) {
      response.headers[.init(line.name)!] = line.value
    }
    response.headers[.contentType] = "text/plain; charset=utf-8"
    response.headers[.contentLength] = "\(text.utf8.count)"
    response.body = .init(byteBuffer: .init(string: text))
    return response
  }
}

extension HTTPFields.Element.Name {
  static let forwardedFor = Self("X-Forwarded-For")!
}
