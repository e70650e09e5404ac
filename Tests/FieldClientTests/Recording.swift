import Foundation
import Synchronization

@testable import FieldClient
@testable import Shared

/// One request and its answer, byte by byte as they were sent, and what they say.
struct RecordedExchange: Codable {
  let path: String
  let request: Data
  let answer: Data
  let requestSays: [String]
  let answerSays: [String]

  init(path: String, request: [UInt8], answer: [UInt8]) throws {
    self.path = path
    self.request = Data(request)
    self.answer = Data(answer)
    (requestSays, answerSays) = try Self.read(path, request, answer)
  }

  /// What the present program reads in the recorded bytes.
  func read() throws -> (request: [String], answer: [String]) {
    try Self.read(path, Array(request), Array(answer))
  }

  private static func read(
    _ path: String, _ request: [UInt8], _ answer: [UInt8]
  ) throws -> ([String], [String]) {
    func open(_ body: [UInt8]) throws -> [UInt8] {
      try Compression.expand(body, limit: Limits.expandedBody)
    }
    switch path {
    case "/v1/enroll":
      return (
        WireText(try EnrolmentRequest(body: request)).lines,
        WireText(try EnrolmentAnswer(body: answer)).lines
      )
    case "/v1/repair":
      return (
        WireText(try RepairRequest(encoded: open(request))).lines,
        WireText(try RepairAnswer(encoded: open(answer))).lines
      )
    default:
      return (
        WireText(try SyncRequest(encoded: open(request))).lines,
        WireText(try SyncAnswer(encoded: open(answer))).lines
      )
    }
  }

  /// The bytes that the present program makes of what it reads, before compression, and those that
  /// were recorded.
  func again() throws -> [(made: [UInt8], recorded: [UInt8])] {
    func open(_ body: Data) throws -> [UInt8] {
      try Compression.expand(Array(body), limit: Limits.expandedBody)
    }
    switch path {
    case "/v1/enroll":
      return [
        (try EnrolmentRequest(body: Array(request)).body, Array(request)),
        (try EnrolmentAnswer(body: Array(answer)).body, Array(answer)),
      ]
    case "/v1/repair":
      let (asked, answered) = (try open(request), try open(answer))
      return [
        (try RepairRequest(encoded: asked).encoded, asked),
        (try RepairAnswer(encoded: answered).encoded, answered),
      ]
    default:
      let (asked, answered) = (try open(request), try open(answer))
      return [
        (try SyncRequest(encoded: asked).encoded, asked),
        (try SyncAnswer(encoded: answered).encoded, answered),
      ]
    }
  }
}

/// A link that writes down what passes.
final class RecordingLink: Transport {
  private let link: any Transport
  private let heard = Mutex<[RecordedExchange]>([])

  init(_ link: any Transport) { self.link = link }

  var exchanges: [RecordedExchange] { heard.withLock { $0 } }

  func note(_ exchange: RecordedExchange) { heard.withLock { $0.append(exchange) } }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    let answer = try await link.exchange(request, progress: progress)
    do {
      note(
        try RecordedExchange(path: request.path, request: request.body, answer: answer.body))
    } catch {
      throw Problem(.not_understood, cause: "\(error)")
    }
    return answer
  }
}
