import Hummingbird
import Shared

/// Leads each request to the hub's service.
struct HubRouter: Sendable {
  let service: any HubService
  private let exchanges: ExchangeQueue
  /// Apart from the exchanges, so that a long one does not make the hub look dead.
  private let questions = ServiceQueue("djoliba.questions")

  init(service: any HubService) {
    exchanges = ExchangeQueue { body throws(Problem) in try service.together(body) }
    self.service = service
  }

  func responder() -> some HTTPResponder<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: ProblemMiddleware())
    for route in HubRoute.allCases {
      router.on("\(route.rawValue)", method: route.method) { request, _ in
        route.response(try await answer(route, request))
      }
    }
    return router.buildResponder()
  }

  private func answer(_ route: HubRoute, _ request: Request) async throws -> [UInt8] {
    switch route {
    case .enroll: try await enroll(request)
    case .sync: try await converse(route, request, service.sync)
    case .repair: try await converse(route, request, service.repair)
    case .handOver: try await converse(route, request, service.handOver)
    case .wiped:
      try await converse(route, request) { _, token, _ throws(Problem) in
        try service.wiped(token: token)
      }
    case .token:
      try await converse(route, request) { body, token, _ throws(Problem) in
        try service.renew(body, token: token)
      }
    case .health:
      try await questions.run { () throws(Problem) in try service.health() }
    }
  }

  private func enroll(_ request: Request) async throws -> [UInt8] {
    let body = try await HubRoute.enroll.body(of: request)
    let language = request.language
    return try await exchanges.run { () throws(Problem) in
      try service.enroll(body, language: language)
    }
  }

  private func converse(
    _ route: HubRoute, _ request: Request,
    _ answer: @escaping @Sendable ([UInt8], String, Language) throws(Problem) -> [UInt8]
  ) async throws -> [UInt8] {
    let token = try request.token()
    _ = try await questions.run { () throws(Problem) in try service.holder(of: token) }
    let body = try await route.body(of: request)
    let language = request.language
    return try await exchanges.run { () throws(Problem) in try answer(body, token, language) }
  }
}
