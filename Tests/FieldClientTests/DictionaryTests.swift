import Foundation
import Synchronization
import Testing

@testable import FieldClient
@testable import Shared

/// Who writes with a dictionary: whoever knows that the other side reads it, at the price of no
/// request and no header.
struct DictionaryTests {
  @Test func `from the second exchange on both sides write with the dictionary`() async throws {
    let world = try World()
    let device = try world.device()
    let methods = Methods(device.link)
    let client = try methods.client(of: device)
    try enter("Aïssata", client)
    _ = try await client.sync()
    #expect(methods.asked == [1])
    let other = try world.device()
    try enter("Moussa", other.client)
    _ = try await other.client.sync()
    try enter("Oumar", client)
    _ = try await client.sync()
    #expect(methods.asked == [1, 3])
    #expect(methods.answered.last == 3)
  }

  @Test func `a hub of before is written to as before`() async throws {
    let world = try World()
    let device = try world.device()
    let methods = Methods(device.link, hubIsOld: true)
    let client = try methods.client(of: device)
    try enter("Moussa", client)
    _ = try await client.sync()
    try enter("Oumar", client)
    let report = try await client.sync()
    #expect((report.admitted, report.requests, report.digestsEqual) == (1, 1, true))
    #expect(methods.asked == [1, 1])
    #expect(!methods.answered.contains(3))
  }

  /// A hub's program may be put back to an older one.
  @Test func `a hub that knows its dictionary no more costs one request, and loses nothing`()
    async throws
  {
    let world = try World()
    let device = try world.device()
    let client = try Methods(device.link).client(of: device)
    _ = try await client.sync()
    let older = Methods(device.link, hubIsOld: true)
    let again = try older.client(of: device)
    try enter("Fatoumata", again)
    let report = try await again.sync()
    #expect((report.admitted, report.pending, report.digestsEqual) == (1, 0, true))
    #expect(older.asked == [3, 1])
    #expect(try world.hubRecords(.mission).count == 1)
    _ = try await again.sync()
    #expect(!older.asked.dropFirst().contains(3))
  }

  /// The page was marked as sent with the first request, and yet no hub has heard of it.
  @Test func `an edit of 1970 that an older hub could not read is stamped anew`() async throws {
    let world = try World()
    let (wall, uptime) = (Clock(world.time.now), Clock(1_000))
    let device = try world.device(clock: wall, uptime: uptime)
    _ = try await device.client.sync()
    let client = try Methods(device.link, hubIsOld: true).client(of: device)
    wall.advance(-world.time.now)
    try enter("Hawa", client)
    try device.sql(
      "UPDATE _pending SET wall = 0, clock = 65536; UPDATE _state SET value = 0 WHERE key = 'clock'"
    )
    let report = try await client.sync()
    #expect((report.admitted, report.restamped, report.digestsEqual) == (1, 1, true))
  }

  /// What says "not understood" for another reason is asked twice, not for ever.
  @Test func `a hub that understands nothing is asked twice`() async throws {
    let world = try World()
    let device = try world.device()
    _ = try await device.client.sync()
    let client = try FieldClient(
      directory: device.client.directory, surroundings: device.client.surroundings,
      token: device.client.token, transport: Deaf())
    await #expect { try await client.sync() } throws: {
      ($0 as? Problem)?.code == .not_understood
    }
    #expect(Deaf.requests.withLock { $0 } == 2)
  }

  private func enter(_ name: String, _ client: FieldClient) throws {
    try client.write {
      try $0.add(
        "contact",
        `Replicas and the hub agree`.contact.merging(["display_name": .text(name)]) { $1 })
    }
  }
}

/// Writes down the method byte of every body that passes; a hub of before neither reads
/// dictionaries nor says that it does.
private final class Methods: Transport {
  private let link: Link
  private let hubIsOld: Bool
  private let methods = Mutex<(asked: [UInt8], answered: [UInt8])>(([], []))

  init(_ link: Link, hubIsOld: Bool = false) {
    self.link = link
    self.hubIsOld = hubIsOld
  }

  var asked: [UInt8] { methods.withLock { $0.asked } }
  var answered: [UInt8] { methods.withLock { $0.answered } }

  func client(of device: Device) throws -> FieldClient {
    try FieldClient(
      directory: device.client.directory, surroundings: device.client.surroundings,
      token: device.client.token, transport: self)
  }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    methods.withLock { $0.asked.append(request.body[0]) }
    if hubIsOld, Compression.dictionary(of: request.body) > 0 { return .unreadable }
    var answer = try await link.exchange(request, progress: progress)
    if hubIsOld {
      var message = try SyncAnswer(
        encoded: Compression.expand(answer.body, limit: Limits.expandedBody))
      message.dictionary = 0
      answer.body = Compression.compress(message.encoded)
    }
    methods.withLock { $0.answered.append(answer.body[0]) }
    return answer
  }
}

private struct Deaf: Transport {
  static let requests = Mutex(0)

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    Self.requests.withLock { $0 += 1 }
    return .unreadable
  }
}

extension HTTPAnswer {
  /// What a hub says to a frame of an unknown method.
  fileprivate static let unreadable = HTTPAnswer(
    status: 422, contentType: "application/problem+json",
    body: Array(#"{"code":"not_understood"}"#.utf8), bytesSent: 100, bytesReceived: 100,
    bytesPerSecondUp: 1e4, bytesPerSecondDown: 1e4)
}
