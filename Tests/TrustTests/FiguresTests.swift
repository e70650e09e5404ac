import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What an operator's monitor reads.
@Suite struct FiguresTests {
  private func read(_ live: Live) async throws -> [String: Double] {
    let answer = try await live.curl("/metrics")
    #expect(answer.status == 200)
    var found: [String: Double] = [:]
    for line in answer.text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: " ")
      #expect(parts.count == 2 && Double(parts[1]) != nil, "\(line)")
      found[String(parts[0])] = Double(parts[1])
    }
    return found
  }

  @Test func `figures say what an operator alarms on`() async throws {
    try await Live.run { live in
      let (gao, kidal) = (try await live.laptop(), try await live.laptop("KDL"))
      try gao.write { writer in _ = try writer.add("note", Samples.note) }
      let requests = Double(2 + (try await gao.sync().requests))
      let first = try await read(live)
      #expect(first["djoliba_devices{state=\"active\"}"] == 2)
      #expect(first["djoliba_devices_silent{days=\"2\"}"] == 0)
      #expect(first["djoliba_requests_total{route=\"/v1/sync\",status=\"200\"}"] == requests)
      #expect(first["djoliba_request_seconds_count{route=\"/v1/sync\"}"] == requests)
      #expect(first["djoliba_request_seconds_bucket{le=\"+Inf\",route=\"/v1/sync\"}"] == requests)
      #expect(first["djoliba_records_pushed_total"] == 1)
      #expect(first["djoliba_last_backup_timestamp_seconds"] == 0)
      #expect(first["djoliba_certificate_expiry_timestamp_seconds"] == 4_102_444_799)
      #expect(first["djoliba_disk_free_bytes"]! > 0 && first["djoliba_database_bytes"]! > 0)
      let file = live.folder.path + "-figures.tar"
      defer { try? FileManager.default.removeItem(atPath: file) }
      _ = try live.folder.backUp(live.hub, to: file, by: "hub")
      let backup = live.time.now
      live.time.advance(8 * 86_400_000)
      _ = try await kidal.sync()
      let later = try await read(live)
      #expect(later["djoliba_devices_silent{days=\"2\"}"] == 1)
      #expect(later["djoliba_devices_silent{days=\"7\"}"] == 1)
      #expect(later["djoliba_devices_silent{days=\"14\"}"] == 0)
      #expect(later["djoliba_last_backup_timestamp_seconds"] == Double(backup / 1000))
      #expect(later["djoliba_audit_lines"]! > first["djoliba_audit_lines"]!)
    }
  }

  @Test func `figures count who floods and whose clock is wrong`() async throws {
    try await Live.run { live in
      let wrong = Ticker(live.time.now + 600_000)
      let device = try await live.laptop(clock: wrong)
      try live.store.write { transaction in
        var stored = try transaction.devices().first { $0.state == .active }!
        stored.traffic = DayTraffic(
          day: live.time.now / 86_400_000, requests: Limits.requestsOfDay)
        try transaction.update(stored)
      }
      live.time.advance(Doorkeeper.moment)
      await #expect(throws: Problem.self) { try await device.sync() }
      let figures = try await read(live)
      #expect(figures["djoliba_devices_clock_wrong"] == 1)
      #expect(figures["djoliba_devices_over_quota"] == 1)
      #expect(figures["djoliba_requests_total{route=\"/v1/sync\",status=\"429\"}"] == 1)
    }
  }

  @Test func `figures hold no name, no base and no scope`() async throws {
    try await Live.run { live in
      let gao = try await live.laptop()
      try gao.write { writer in _ = try writer.add("note", Samples.note) }
      _ = try await gao.sync()
      _ = try await live.curl("/une/page")
      _ = try await live.curl("/v1/GAO")
      let text = try await live.curl("/metrics").text
      for word in ["GAO", "KDL", "mission", "bamako", "Essai", "page"] {
        #expect(!text.contains(word), "\(word)")
      }
    }
  }
}
