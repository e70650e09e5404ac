import Shared

/// The line to the hub during one sync: posts bodies and counts what they took.
struct HubLine {
  private let client: FieldClient
  private let language: Language
  private let progress: @Sendable (SyncProgress) -> Void
  private(set) var requests = 0
  private(set) var bytesSent = 0
  private(set) var bytesReceived = 0
  private(set) var seconds = 0.0

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
    let answer = try await exchange(
      path, "application/vnd.djoliba.sync", Compression.compress(message))
    return (try Compression.expand(answer.body, limit: Limits.expandedBody), answer)
  }

  /// Tells the hub something that has no answer but that it was heard.
  mutating func tell(_ path: String, _ json: [UInt8]) async throws(Problem) {
    _ = try await exchange(path, "application/json", json)
  }

  private mutating func exchange(
    _ path: String, _ mediaType: String, _ body: [UInt8]
  ) async throws(Problem) -> HTTPAnswer {
    let (requests, sent, received) = (requests, bytesSent, bytesReceived)
    let progress = progress
    let answer = try await client.transport.exchange(
      HTTPRequest(
        path: path,
        headers: [
          ("Authorization", "Bearer " + client.token), ("Content-Type", mediaType),
          ("Accept-Language", language.rawValue),
        ], body: body, responseLimit: Limits.expandedBody)
    ) { now in
      progress(
        SyncProgress(
          bytesSent: sent + now.bytesSent, bytesReceived: received + now.bytesReceived,
          bytesExpectedToSend: now.bytesExpectedToSend,
          bytesExpectedToReceive: now.bytesExpectedToReceive, pages: requests))
    }
    self.requests += 1
    bytesSent += answer.bytesSent
    bytesReceived += answer.bytesReceived
    seconds += answer.seconds
    if let problem = problem(from: answer) { throw problem }
    return answer
  }
}
