import Foundation
import Testing

@testable import Shared
@testable import SyncServer
@testable import Work

/// What a hub does once a day.
@Suite struct UpkeepTests {
  private struct Over: Error {}

  @Test func `upkeep goes on after a day on which it failed`() async throws {
    let office = try OfficeFolder()
    let hub = try office.furnishedHub()
    try hub.note(AuditEntry(.load, by: "shell:awa"))
    let way = office.folder.path + "/audit.head.new"
    var days: [() throws -> Void] = [
      { try FileManager.default.createDirectory(atPath: way, withIntermediateDirectories: false) },
      { try FileManager.default.removeItem(atPath: way) },
      { try hub.note(AuditEntry(.load, by: "shell:awa")) },
    ]
    var failures: [Problem.Code] = []
    var heads: [Int64?] = []
    await #expect(throws: Over.self) {
      try await Upkeep(hub, office.folder).goOn {
        heads.append(try office.folder.auditWitness()?.number)
        guard !days.isEmpty else { throw Over() }
        try days.removeFirst()()
      } noting: {
        failures.append($0.code)
      }
    }
    #expect(failures == [.cannot_write])
    let last = try #require(try hub.audit(limit: 1).first).number
    #expect(
      heads == [nil, nil, last - 1, last], "the head of the log is written on the other days")
  }
}
