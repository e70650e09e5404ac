import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A backup while bases sync over the network.
@Suite(.timeLimit(.minutes(5)))
struct BackupUnderLoadTests {
  private static let backups = 4
  /// Copying the database, writing the archive, reading it back.
  private static let phases = 3

  @Test func `a backup is one moment of a hub that serves, and keeps nobody waiting`() async throws
  {
    try await Live.run { live in
      let bases = ["GAO", "KDL", "GAO"]
      var laptops: [FieldClient] = []
      for base in bases { laptops.append(try await live.laptop(base)) }
      let file = live.folder.path + "-backup.tar"
      defer { try? FileManager.default.removeItem(atPath: file) }
      let rounds = Rounds(laptops.count)
      let served = try await withThrowingTaskGroup(of: Int.self) { group in
        for (number, laptop) in laptops.enumerated() {
          group.addTask {
            try await Self.work(laptop, number, bases[number], rounds)
          }
        }
        let reports = try await apart { try Self.backUp(live, to: file, rounds) }
        #expect(reports.allSatisfy { $0.log.fault == nil })
        #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.records < $1.records })
        return try await group.reduce(into: [Int]()) { $0.append($1) }
      }
      // Each base was answered in each part of each backup, and nobody was refused anything.
      #expect(served.allSatisfy { $0 >= Self.backups * Self.phases }, "\(served)")
      let figures = try await live.curl("/metrics").text.split(separator: "\n")
      let syncs = figures.filter { $0.hasPrefix(#"djoliba_requests_total{route="/v1/sync""#) }
      #expect(syncs.count == 1 && syncs.first?.contains(#"status="200""#) == true, "\(syncs)")
      try check(file, live, laptops.count)
    }
  }

  /// Writes and syncs until the backups are done. Returns how often it was answered meanwhile.
  private static func work(
    _ laptop: FieldClient, _ number: Int, _ base: String, _ rounds: Rounds
  ) async throws -> Int {
    defer { rounds.leave() }
    var synced = 0
    while !rounds.areOver {
      let own: [String: Shared.Value] = [
        "title": .text("\(number) \(synced)"), "base_code": .text(base),
      ]
      try laptop.write { writer in
        _ = try writer.add("note", Samples.note.merging(own) { $1 })
      }
      let report = try await laptop.sync()
      try #require(report.complete && report.admitted == 1)
      synced += 1
      rounds.note(number)
    }
    return synced
  }

  /// Stops once in each part of each backup until every base was answered once more.
  private static func backUp(
    _ live: Live, to file: String, _ rounds: Rounds
  ) throws -> [BackupReport] {
    defer { rounds.end() }
    return try (0..<backups).map { _ in
      try? FileManager.default.removeItem(atPath: file)
      var phase: Int64 = -1
      return try live.folder.backUp(live.hub, to: file, by: "hub") { done, all in
        let now = min(max(done - 1, 0) * Int64(phases) / max(all, 1), Int64(phases) - 1)
        guard now > phase else { return }
        phase = now
        rounds.waitForAnother()
      }
    }
  }

  /// Of each base the backup holds the first notes that it wrote, without a gap: one moment.
  private func check(_ file: String, _ live: Live, _ laptops: Int) throws {
    let fresh = HubFolder(live.folder.path + "-fresh")
    defer { try? FileManager.default.removeItem(atPath: fresh.path) }
    let time = live.time.now
    _ = try fresh.restore(file, schema: .mission, by: "hub", now: { time }, random: { 5 })
    let hub = Hub(store: try fresh.open(), now: { time }, random: { 5 })
    #expect(try hub.verify().recounted == [] && hub.checkAudit().fault == nil)
    let type = try #require(Schema.mission[type: "note"])
    let titles = try hub.store.read { try $0.list(type, limit: .max) }
      .compactMap { $0.values["title"]?.text }
    for laptop in 0..<laptops {
      let numbers = titles.filter { $0.hasPrefix("\(laptop) ") }.compactMap { Int($0.dropFirst(2)) }
      #expect(numbers.sorted() == Array(0..<numbers.count) && numbers.count >= 2)
    }
  }
}

/// How often each base was answered, and who waits for that.
private final class Rounds: @unchecked Sendable {
  private let condition = NSCondition()
  private var counts: [Int]
  private var isOver = false
  private var hasLeft = false

  init(_ bases: Int) { counts = Array(repeating: 0, count: bases) }

  var areOver: Bool { condition.withLock { isOver } }

  func note(_ base: Int) {
    condition.withLock {
      counts[base] += 1
      condition.broadcast()
    }
  }

  /// A base that fails keeps nobody waiting.
  func leave() {
    condition.withLock {
      hasLeft = true
      condition.broadcast()
    }
  }

  func end() { condition.withLock { isOver = true } }

  /// Two answers: the first may be to what was asked before.
  func waitForAnother() {
    condition.withLock {
      let goal = counts.map { $0 + 2 }
      while !hasLeft, zip(counts, goal).contains(where: { $0 < $1 }) { condition.wait() }
    }
  }
}
