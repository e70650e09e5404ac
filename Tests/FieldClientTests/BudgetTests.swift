import Foundation
import GRDB
import Synchronization
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What the work may cost in bytes and statements. Seconds differ from machine to machine; these do
/// not, so whoever makes them grow hears of it here.
struct BudgetTests {
  @Test func `a first sync takes no more than its bytes a record`() async throws {
    let mission = try await Budgeted(records: 2_000)
    let link = mission.reader.link
    // The first page is small: the link's speed is not known yet.
    #expect(link.requests == 2)
    #expect(link.bytesReceived <= 58 * 2_000, "\(link.bytesReceived)")
  }

  @Test func `a thousand edits take no more than eleven bytes each, up and down`() async throws {
    let mission = try await Budgeted(records: 2_000)
    let before = (mission.writer.link.bytesSent, mission.reader.link.bytesReceived)
    try mission.edit(0..<1_000)
    let sent = try await mission.writer.client.sync()
    let received = try await mission.reader.client.sync()
    #expect((sent.requests, sent.admitted) == (1, 1_000))
    #expect((received.requests, received.received) == (1, 1_000))
    let up = mission.writer.link.bytesSent - before.0
    let down = mission.reader.link.bytesReceived - before.1
    #expect(up <= 11_000 && down <= 11_000, "\(up) up, \(down) down")
  }

  @Test func `an edit takes no more than its statements on either side`() async throws {
    let mission = try await Budgeted(records: 1_000)
    let each = try await mission.each { try mission.edit(0..<$0) }
    // Settled and collected: named with its value, noted, read. Acknowledged: found, its pending
    // change read and dropped, remembered, stamped.
    #expect(each.writer <= 8, "\(each)")
    #expect(each.admitted <= 7, "\(each)")
    #expect(each.collected <= 2, "\(each)")
    // Found, remembered, written.
    #expect(each.reader <= 3, "\(each)")
  }

  @Test func `a new record takes no more than its statements on either side`() async throws {
    let mission = try await Budgeted(records: 100)
    let each = try await mission.each(mission.enter)
    #expect(each.writer <= 12, "\(each)")
    // Not there yet, its base there twice, put in.
    #expect(each.admitted <= 5, "\(each)")
    #expect(each.collected <= 1, "\(each)")
    #expect(each.reader <= 1, "\(each)")
  }
}

/// A base that writes and one that reads, with a table of contacts both hold.
private struct Budgeted {
  let world: World
  let writer: Device
  let reader: Device
  private let ids: [RecordID]

  init(records: Int) async throws {
    world = try World()
    writer = try world.device()
    reader = try world.device()
    for device in [writer, reader] { device.link.run(bytesPerSecond: 1e9) }
    ids = try Self.enter(records, writer.client)
    _ = try await writer.client.sync()
    _ = try await reader.client.sync()
    let received = try reader.client.records(of: "contact").count
    precondition(received == records)
  }

  /// The statements that each of a hundred more takes: what an exchange takes once does not count.
  func each(_ write: (Int) throws -> Void) async throws -> Statements.Count {
    var counts: [Statements.Count] = []
    for number in [100, 200] {
      try write(number)
      let own = Statements(writer.client.replica.pool)
      let others = Statements(reader.client.replica.pool)
      let hub = Statements(world.store.pool)
      _ = try await writer.client.sync()
      let admitted = hub.take()
      _ = try await reader.client.sync()
      counts.append(
        .init(
          writer: own.take(), admitted: admitted, collected: hub.take(), reader: others.take()))
    }
    return counts[1].each(of: 100, beyond: counts[0])
  }

  func enter(_ count: Int) throws { _ = try Self.enter(count, writer.client) }

  func edit(_ range: Range<Int>) throws {
    try writer.client.write { writer in
      for index in range {
        try writer.set(
          "contact", ids[index], ["function_title": .text("Adjoint \(index * 7919 % 1_000)")])
      }
    }
  }

  private static func enter(_ count: Int, _ client: FieldClient) throws -> [RecordID] {
    let dice = Dice(5)
    return try client.write { writer in
      try (0..<count).map { index in
        try writer.add(
          "contact",
          [
            "display_name": .text("\(names[dice.below(8)]) \(surnames[dice.below(8)]) \(index)"),
            "organisation": .text("\(surnames[dice.below(8)]) \(places[dice.below(6)])"),
            "function_title": .text("Point focal \(dice.below(1_000))"),
            "contact_type": "bailleur", "base_code": "BKO",
            "locality": .text(places[dice.below(6)]),
            "phone_orange": .text("+223\(70_000_000 + dice.below(9_999_999))"),
            "relationship": "reguliere", "consent_basis": "fonction_officielle", "status": "actif",
          ])
      }
    }
  }

  private static let names = [
    "Aïssata", "Moussa", "Fatoumata", "Ibrahim", "Mariam", "Oumar", "Kadiatou", "Seydou",
  ]
  private static let surnames = [
    "Traoré", "Coulibaly", "Maïga", "Touré", "Diallo", "Cissé", "Ag Alhousseini", "Haïdara",
  ]
  private static let places = ["Gao", "Ansongo", "Bandiagara", "Koro", "Kidal", "Mopti"]
}

/// Counts the statements that a database runs; what triggers run is theirs.
private final class Statements: Sendable {
  struct Count: CustomStringConvertible {
    let writer, admitted, collected, reader: Int

    func each(of number: Int, beyond other: Count) -> Count {
      func share(_ count: KeyPath<Count, Int>) -> Int {
        (self[keyPath: count] - other[keyPath: count] + number - 1) / number
      }
      return Count(
        writer: share(\.writer), admitted: share(\.admitted), collected: share(\.collected),
        reader: share(\.reader))
    }

    var description: String {
      "writer \(writer), admitted \(admitted), collected \(collected), reader \(reader)"
    }
  }

  private let count = Mutex(0)

  init(_ pool: any DatabaseWriter) {
    pool.writeWithoutTransaction { db in
      db.trace { [self] event in
        if case .statement(let statement) = event, !statement.sql.hasPrefix("--") {
          count.withLock { $0 += 1 }
        }
      }
    }
  }

  /// The statements since the last time.
  func take() -> Int {
    count.withLock { count in
      defer { count = 0 }
      return count
    }
  }
}
