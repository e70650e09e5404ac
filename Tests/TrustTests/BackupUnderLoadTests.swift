import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A backup while bases sync over the network.
@Suite struct BackupUnderLoadTests {
  @Test func `a backup is one moment of a hub that serves, and keeps nobody waiting`() async throws
  {
    try await Live.run { live in
      let laptops = [
        try await live.laptop(), try await live.laptop("KDL"), try await live.laptop(),
      ]
      let file = live.folder.path + "-backup.tar"
      defer { try? FileManager.default.removeItem(atPath: file) }
      let (begun, done) = (Ticker(0), Ticker(0))
      let count = laptops.count
      let exchanges = try await withThrowingTaskGroup(of: Int.self) { group in
        for laptop in laptops {
          group.addTask {
            var synced = 0
            repeat {
              try laptop.write { writer in _ = try writer.add("note", Samples.note) }
              #expect(try await laptop.sync().complete)
              synced += 1
              begun.advance(1)
            } while done.now == 0
            return synced
          }
        }
        // As long as it takes for each to have done something, and for the copies of ten moments.
        let reports = try await apart {
          var reports: [BackupReport] = []
          while reports.count < 10 || begun.now < Int64(count) {
            try? FileManager.default.removeItem(atPath: file)
            reports.append(try live.folder.backUp(live.hub, to: file, by: "hub"))
          }
          done.advance(1)
          return reports
        }
        #expect(reports.allSatisfy { $0.log.fault == nil })
        #expect(reports.first!.records < reports.last!.records)
        return try await group.reduce(0, +)
      }
      #expect(exchanges >= laptops.count)
      let fresh = HubFolder(live.folder.path + "-fresh")
      defer { try? FileManager.default.removeItem(atPath: fresh.path) }
      let time = live.time.now
      _ = try fresh.restore(file, schema: .mission, by: "hub", now: { time }, random: { 5 })
      let hub = Hub(store: try fresh.open(), now: { time }, random: { 5 })
      #expect(try hub.verify().recounted == [])
    }
  }
}
