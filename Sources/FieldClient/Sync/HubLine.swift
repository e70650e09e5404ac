import Shared

/// The line to the hub during one sync: posts bodies and counts what they took.
struct HubLine {
  private static let binary = "application/vnd.djoliba.sync"
  /// Of a sender that takes a long answer in parts; a hub of before passes over the parameter.
  private static let binaryInParts = binary + ";v=2"

  private let client: FieldClient
  private let language: Language
  private let progress: @Sendable (SyncProgress) -> Void
  /// That were answered.
  private(set) var requests = 0
  private(set) var bytesSent = 0
  private(set) var bytesReceived = 0
  /// Of them, those of transfers that were cut, as far as they were of no use.
  private(set) var bytesWasted = 0
  private(set) var seconds = 0.0
  /// Of the last answer.
  private var status = 0
  /// Whether it was a problem in the hub's own words, and not those of something that stands between.
  private(set) var isHubsWord = false

  init(
    client: FieldClient, language: Language, progress: @escaping @Sendable (SyncProgress) -> Void
  ) {
    self.client = client
    self.language = language
    self.progress = progress
  }

  /// Posts a message and returns the answer's, expanded, with what it took.
  mutating func post(
    _ path: String, _ message: [UInt8]
  ) async throws(Problem) -> (message: [UInt8], traffic: HTTPAnswer) {
    let answer = try await exchange(path, Self.binary, Compression.compress(message))
    return (try Compression.expand(answer.body, limit: Limits.expandedBody), answer)
  }

  /// Posts a body whose answer may be long. Returns as much of it as came whole, which may be nothing
  /// when it was cut.
  mutating func postForParts(
    _ path: String, _ body: [UInt8]
  ) async throws(Problem) -> (messages: [[UInt8]], traffic: HTTPAnswer) {
    let answer = try await exchange(path, Self.binaryInParts, body, takesParts: true)
    let (messages, length) = try Parts.expand(
      answer.body, isWhole: answer.cut == nil, limit: Limits.expandedBody)
    let isUseless = answer.cut != nil && messages.isEmpty
    bytesWasted +=
      isUseless ? answer.bytesSent + answer.bytesReceived : answer.body.count - length
    return (messages, answer)
  }

  /// What a cut seemed to have taken was at the hub, and did not go again.
  mutating func redeem(_ bytes: Int) { bytesWasted -= bytes }

  /// Whether a problem is the hub's own word that it cannot read what was posted.
  func isUnreadable(_ problem: Problem) -> Bool {
    problem.code == .not_understood && status == 422
  }

  /// Tells the hub something, and returns what it says to that.
  @discardableResult
  mutating func tell(_ path: String, _ json: [UInt8]) async throws(Problem) -> [UInt8] {
    try await exchange(path, "application/json", json).body
  }

  private mutating func exchange(
    _ path: String, _ mediaType: String, _ body: [UInt8], takesParts: Bool = false
  ) async throws(Problem) -> HTTPAnswer {
    var headers = [("Authorization", "Bearer " + client.token), ("Content-Type", mediaType)]
    // Without it the hub speaks French.
    if language != .fr { headers.append(("Accept-Language", language.rawValue)) }
    let request = HTTPRequest(
      path: path, headers: headers, body: body, responseLimit: Limits.expandedBody,
      takesBeginning: takesParts)
    let (requests, sent, received) = (requests, bytesSent, bytesReceived)
    let progress = progress
    isHubsWord = false
    let answer = try await client.transport.exchange(request) { now in
      progress(
        SyncProgress(
          bytesSent: sent + now.bytesSent, bytesReceived: received + now.bytesReceived,
          bytesExpectedToSend: now.bytesExpectedToSend,
          bytesExpectedToReceive: now.bytesExpectedToReceive, pages: requests))
    }
    if answer.cut == nil || !answer.body.isEmpty { self.requests += 1 }
    bytesSent += answer.bytesSent
    bytesReceived += answer.bytesReceived
    seconds += answer.seconds
    status = answer.status
    isHubsWord = answer.isHubsWord
    if answer.cut == nil, let problem = problem(from: answer) { throw problem }
    return answer
  }
}
