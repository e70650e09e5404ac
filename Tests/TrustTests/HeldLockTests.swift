import GRDB
import Testing

@testable import Shared
@testable import SyncServer

/// What the hub says of itself while another program writes.
@Suite struct HeldLockTests {
  /// Another program, which leaves its transaction open.
  private func other(_ live: Live) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    return try DatabaseQueue(path: live.folder.database, configuration: configuration)
  }

  private func health(_ live: Live) async throws -> Int {
    live.uptime.advance(2_000)
    return try await live.curl("/v1/health").status
  }

  @Test func `a hub that nobody can write to says so, and that it is well when they can again`()
    async throws
  {
    try await Live.run { live in
      let other = try other(live)
      #expect(try await health(live) == 200)
      try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
      #expect(try await health(live) == 200, "an exchange may take that long")
      live.uptime.advance(WriteWatch.patience)
      let answer = try await live.curl("/v1/health")
      #expect(answer.status == 503 && answer.text.contains(#""code":"overloaded""#))
      #expect(!answer.text.contains(live.folder.path), "where it lies is nobody's business")
      try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      #expect(try await health(live) == 200)
    }
  }

  @Test func `who writes page after page keeps the hub well, whenever it is looked at`()
    async throws
  {
    try await Live.run { live in
      let other = try other(live)
      for number in 0..<4 {
        try await other.writeWithoutTransaction { db in
          try db.execute(sql: "BEGIN IMMEDIATE; INSERT INTO _state VALUES ('page \(number)', 1)")
        }
        live.uptime.advance(WriteWatch.patience - 1_000)
        #expect(try await live.curl("/v1/health").status == 200, "\(number)")
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
      }
    }
  }
}
