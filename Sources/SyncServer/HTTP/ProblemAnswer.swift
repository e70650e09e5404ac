import Hummingbird
import Shared

/// A problem as an HTTP answer.
struct ProblemAnswer {
  let document: ProblemDocument
  private let retryAfter: Int

  init(_ problem: Problem, language: Language) {
    document = ProblemDocument(problem, language: language)
    retryAfter = problem.retryAfter ?? HTTPLimits.retryAfter
  }

  func response() -> Response {
    let status = document.status
    var headers: HTTPFields = [.contentType: ProblemDocument.mediaType]
    if status == 401 { headers[.wwwAuthenticate] = "Bearer" }
    if status == 429 || status == 503 { headers[.retryAfter] = "\(retryAfter)" }
    return Response(
      status: .init(code: status), headers: headers,
      body: .init(byteBuffer: .init(bytes: document.body)))
  }
}
