@testable import FieldClient
@testable import Shared

extension FieldClient {
  /// Sends a message as this laptop, by hand. What the hub answers is expanded; a problem stays as it is.
  func post(_ path: String, _ message: [UInt8]) async throws -> (status: Int, body: [UInt8]) {
    let answer = try await transport.exchange(
      HTTPRequest(
        path: path,
        headers: [
          ("Authorization", "Bearer " + token), ("Content-Type", "application/vnd.djoliba.sync"),
        ], body: Compression.compress(message), responseLimit: Limits.expandedBody)
    ) { _ in }
    guard answer.status == 200 else { return (answer.status, answer.body) }
    return (200, try Compression.expand(answer.body, limit: Limits.expandedBody))
  }
}
