import Hummingbird
import Logging
import NIOCore
import Shared

/// Turns every failure of a request into a problem in the request's language.
struct ProblemMiddleware: RouterMiddleware {
  typealias Context = HubContext

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      // What is left is a connection that broke while it was read: nobody hears an answer.
      guard let problem = Self.problem(error, request) else { throw error }
      log(problem, request, context)
      let told = problem.asDevicesHear
      let language = Language(accepting: request.headers[.acceptLanguage])
      return Self.answer(ProblemAnswer(told, language: language).response(), to: request)
    }
  }

  private func log(_ problem: Problem, _ request: Request, _ context: Context) {
    let level: Logger.Level = problem == problem.asDevicesHear ? .debug : .error
    context.logger.log(
      level: level, "\(request.method) refused",
      metadata: [
        "code": "\(problem.code.rawValue)", "place": "\(problem.place ?? "")",
        "cause": "\(problem.cause ?? "")",
      ])
  }

  private static func problem(_ error: any Error, _ request: Request) -> Problem? {
    switch error {
    case let problem as Problem: problem
    case is NIOTooManyBytesError: Problem(.too_large)
    case is HTTPError:
      Problem(HubRoute(rawValue: request.uri.path) == nil ? .no_route : .wrong_method)
    default: nil
    }
  }

  private static func answer(_ response: Response, to request: Request) -> Response {
    var response = response
    if response.status == .methodNotAllowed {
      response.headers[.allow] = HubRoute(rawValue: request.uri.path)?.method.rawValue
    }
    return request.method == .head ? response.createHeadResponse() : response
  }
}

extension Problem {
  /// What ails the hub itself is no fault of the device's own disk, and its paths are nobody's
  /// business.
  var asDevicesHear: Problem {
    switch code {
    case .disk_full, .cannot_write, .not_a_replica, .damaged, .no_hub: Problem(.hub_unable)
    case .busy: Problem(.overloaded)
    case .internal: Problem(.internal)
    default: self
    }
  }
}
