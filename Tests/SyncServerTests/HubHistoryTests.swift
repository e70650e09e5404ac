import Storage
import Testing

@testable import Shared
@testable import SyncServer

/// What the office reads about a record.
@Suite struct HubHistoryTests {
  @Test func `every value says when it came, those that came with the record, too`() throws {
    let table = try HubTable()
    let gao = try table.visitor("GAO", .resp_base, Sample.gao)
    try gao.sync(.create("contact", Sample.id(1), Sample.contact, gao.stamp()))
    let created = table.time.now
    let fresh = try table.hub.history("contact", Sample.id(1).description)
    #expect(fresh.allSatisfy { $0.received == created } && fresh.count == Sample.contact.count)
    table.time.advance(60_000)
    let stored = try #require(try table.stored("contact", Sample.id(1)))
    try gao.sync(
      .update(
        "contact", stored.handle, ["display_name": "B"], gao.stamp(), seen: stored.stamps.record))
    let entries = try table.hub.history("contact", Sample.id(1).description)
      .filter { $0.field == "display_name" }
    #expect(entries.map(\.received) == [created, created + 60_000])
  }

  @Test func `a value that cannot be restored names its field`() throws {
    let table = try HubTable()
    let gao = try table.visitor("GAO", .resp_base, Sample.gao)
    try gao.sync(.create("contact", Sample.id(1), Sample.contact, gao.stamp()))
    let stored = try #require(try table.stored("contact", Sample.id(1)))
    try table.store.write { transaction in
      try transaction.addConflict(
        HubConflict(
          id: 0, version: 1, type: "contact", handle: stored.handle, record: stored.id,
          scope: stored.scope, field: "display_name", status: "open",
          winner: stored.state(of: "display_name"),
          loser: FieldState(value: 5, stamp: stored.stamps.record), received: table.time.now))
    }
    let conflict = try #require(try table.hub.conflicts().first)
    #expect(throws: Problem(.wrong_type, at: "display_name")) {
      try table.hub.restoreConflict(conflict.id, language: .fr)
    }
  }
}
