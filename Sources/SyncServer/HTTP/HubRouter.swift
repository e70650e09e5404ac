import Hummingbird
import Shared

/// Leads each request to the hub's service.
struct HubRouter: Sendable {
  let service: any HubService
  private let exchanges: ExchangeQueue
  /// Apart from the exchanges, so that a long one does not make the hub look dead.
  private let questions = ServiceQueue("djoliba.questions")
  /// Apart as well: a comparison reads all that a scope holds, and exchanges write meanwhile.
  private let comparisons = ServiceQueue("djoliba.comparisons")
  /// Apart from those too: trying the disk takes as long as the disk does.
  private let vitals = ServiceQueue("djoliba.vitals")
  private let pulse: Pulse

  private let turnstile: Turnstile
  private let meter: Meter

  /// - Parameter uptime: milliseconds from any moment on.
  init(
    service: any HubService, turnstile: Turnstile, meter: Meter,
    uptime: @escaping @Sendable () -> Int64
  ) {
    self.meter = meter
    pulse = Pulse(uptime: uptime) { () throws(Problem) in try service.health() }
    exchanges = ExchangeQueue { body throws(Problem) in try service.together(body) }
    self.service = service
    self.turnstile = turnstile
  }

  func responder() -> some HTTPResponder<HubContext> {
    let router = Router(context: HubContext.self)
    router.add(middleware: ProblemMiddleware())
    for route in HubRoute.allCases {
      router.on("\(route.rawValue)", method: route.method) { request, context in
        if route == .metrics { try admitToFigures(context) }
        let inParts = route == .sync && request.takesParts
        let body = try await answer(route, request, context.address, inParts: inParts)
        return route.response(body, isNamed: !inParts)
      }
    }
    return router.buildResponder()
  }

  private func answer(
    _ route: HubRoute, _ request: Request, _ address: String, inParts: Bool
  ) async throws -> [UInt8] {
    switch route {
    case .enroll:
      try await enroll(request, address)
    case .sync:
      try await converse(route, request, address) { body, token, language throws(Problem) in
        try service.sync(body, token: token, language: language, inParts: inParts)
      }
    case .repair:
      try await admitted(route, request, address) { body, token, language in
        try await comparisons.run { () throws(Problem) in
          try service.repair(body, token: token, language: language)
        }
      }
    case .handOver: try await converse(route, request, address, service.handOver)
    case .wiped:
      try await converse(route, request, address) { body, token, _ throws(Problem) in
        try service.wiped(body, token: token)
      }
    case .token:
      try await converse(route, request, address) { body, token, _ throws(Problem) in
        try service.renew(body, token: token)
      }
    case .keys:
      try await converse(route, request, address) { body, token, _ throws(Problem) in
        try service.exchangeKeys(body, token: token)
      }
    case .health: try await health(from: address)
    case .metrics:
      try await vitals.run { () throws(Problem) in
        Array((try service.figures() + meter.figures).map(\.text).joined().utf8)
      }
    }
  }

  private func enroll(_ request: Request, _ address: String) async throws -> [UInt8] {
    let body = try await HubRoute.enroll.body(of: request)
    let language = request.language
    return try await turnstile.trying(from: address) {
      try await exchanges.run { () throws(Problem) in try service.enroll(body, language: language) }
    }
  }

  private func health(from address: String) async throws -> [UInt8] {
    try turnstile.stranger(address)
    return try await vitals.run { () throws(Problem) in try pulse.feel() }
  }

  /// How the mission works can be read from its figures: they are for this machine alone.
  private func admitToFigures(_ context: HubContext) throws(Problem) {
    guard context.isThisMachine else { throw Problem(.forbidden, at: "/metrics") }
    try turnstile.stranger(context.address)
  }

  private func converse(
    _ route: HubRoute, _ request: Request, _ address: String,
    _ answer: @escaping @Sendable ([UInt8], String, Language) throws(Problem) -> [UInt8]
  ) async throws -> [UInt8] {
    try await admitted(route, request, address) { body, token, language in
      try await exchanges.run { () throws(Problem) in try answer(body, token, language) }
    }
  }

  /// Who holds no token of the hub's is turned away before a byte of the body is read.
  private func admitted(
    _ route: HubRoute, _ request: Request, _ address: String,
    _ answer: ([UInt8], String, Language) async throws -> [UInt8]
  ) async throws -> [UInt8] {
    let (token, number) = try await holder(request, address)
    return try await turnstile.device(number) {
      try await answer(route.body(of: request), token, request.language)
    }
  }

  private func holder(
    _ request: Request, _ address: String
  ) async throws(Problem) -> (token: String, number: UInt32) {
    do {
      let token = try request.token()
      if let number = service.recentHolder(of: token) { return (token, number) }
      let number = try await questions.run { () throws(Problem) in
        try service.holder(of: token)
      }
      return (token, number)
    } catch {
      if error.code == .unauthorised { try turnstile.stranger(address) }
      throw error
    }
  }
}
