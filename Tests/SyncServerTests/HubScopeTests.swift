import Testing

@testable import Shared
@testable import SyncServer

/// Who gets what: grants, moves between scopes, deletions, marks.
@Suite struct HubScopeTests {
  private let table: HubTable
  private let gao: Visitor
  private let bandiagara: Visitor
  private let bamako: Visitor

  init() throws {
    table = try HubTable()
    gao = try table.visitor("GAO", .resp_base, Sample.gao)
    let grant = Grant(read: [.mission, .base("BDG")], write: [.mission, .base("BDG")])
    bandiagara = try table.visitor("BDG", .resp_base, grant)
    bamako = try table.visitor("BKO", .dp)
  }

  private func everybodySyncs() throws {
    for visitor in [gao, bandiagara, bamako] { try visitor.sync() }
    table.time.advance(1000)
  }

  private func contact() throws -> StoredRecord {
    try gao.sync(.create("contact", Sample.id(1), Sample.contact, gao.stamp()))
    try everybodySyncs()
    return try #require(try table.stored("contact", Sample.id(1)))
  }

  private func checkDigests() throws {
    for (scope, state) in try table.scopes() {
      #expect(try table.digest(scope) == state.digest, "\(scope)")
    }
  }

  @Test func `a record that moves leaves those without the new scope and comes whole to others`()
    throws
  {
    let contact = try contact()
    try gao.sync(
      .update(
        "contact", contact.handle, ["scope": "base:GAO"], gao.stamp(), seen: contact.stamps.record))
    let leave = Leave(scope: .mission, type: "contact", handle: contact.handle)
    let left = try bandiagara.sync()
    #expect(left.leaves == [leave] && left.brought == [])
    let moved = try bamako.sync()
    #expect(moved.leaves == [leave])
    #expect(moved.brought.count == 1 && moved.brought[0].hasPrefix("create contact"))
    #expect(try table.scopes()[.mission]?.records == 0)
    #expect(try table.scopes()[.base("GAO")]?.records == 1)
    #expect(left.proof(.mission)?.records == 0)
    #expect(moved.proof(.base("GAO"))?.digest == (try table.digest(.base("GAO"))))
    try checkDigests()
    let fresh = try table.visitor("BDG", .resp_base, bandiagara.device.grant).sync()
    #expect(fresh.leaves == [] && fresh.brought == [])
  }

  @Test func `an alert is read by the mission and written by its base alone`() throws {
    try gao.sync(.create("alert", Sample.id(5), Sample.alert, gao.stamp()))
    try everybodySyncs()
    let alert = try #require(try table.stored("alert", Sample.id(5)))
    let seen = alert.stamps.record
    for change in [
      ChangeGroup.update(
        "alert", alert.handle, ["status": "levee"], bandiagara.stamp(), seen: seen),
      .delete("alert", alert.handle, bandiagara.stamp(), seen: alert.stamps),
    ] {
      let answer = try bandiagara.sync(change)
      #expect(answer.verdicts.map(\.code) == ["other_base"])
      // Its own picture goes back to what stands.
      #expect(answer.brought.first?.hasPrefix("create alert") == true)
    }
    let foreign = Sample.alert.merging(["base_code": "GAO"]) { $1 }
    let made = try bandiagara.sync(
      .create("alert", Sample.id(6), foreign, bandiagara.stamp()))
    #expect(made.verdicts.map(\.code) == ["other_base"] && made.handles == [0])
    #expect(try table.stored("alert", alert.id)?.values["status"] == "active")
    #expect(try table.stored("alert", Sample.id(6)) == nil)
    let own = try gao.sync(
      .update("alert", alert.handle, ["status": "levee"], gao.stamp(), seen: seen))
    #expect(own.verdicts == [])
    #expect(try bamako.sync(.create("alert", Sample.id(7), foreign, bamako.stamp())).verdicts == [])
    try checkDigests()
  }

  @Test func `a record that comes back to a scope is whole again for those who lost it`() throws {
    let contact = try contact()
    try bamako.sync(
      .update(
        "contact", contact.handle, ["scope": "bamako"], bamako.stamp(), seen: contact.stamps.record)
    )
    try everybodySyncs()
    let hidden = try #require(try table.stored("contact", contact.id)).state(of: "scope").stamp
    try bamako.sync(
      .update("contact", contact.handle, ["scope": "mission"], bamako.stamp(), seen: hidden))
    let back = try bandiagara.sync()
    #expect(back.brought.count == 1 && back.brought[0].hasPrefix("create contact"))
    try checkDigests()
  }

  @Test func `Bamako sees scopes that are born later`() throws {
    try bamako.sync()
    let values = Sample.contact.merging(["scope": "base:GAO"]) { $1 }
    try gao.sync(.create("contact", Sample.id(1), values, gao.stamp()))
    let answer = try bamako.sync()
    #expect(answer.pages.map(\.cursor.scope).contains(.base("GAO")))
    #expect(answer.brought.count == 1)
    #expect(try bandiagara.sync().brought == [])
  }

  @Test func `a deletion whose author saw everything wins and reaches everybody`() throws {
    let contact = try contact()
    try gao.sync(.delete("contact", contact.handle, gao.stamp(), seen: contact.stamps))
    for visitor in [bandiagara, bamako] {
      #expect(try visitor.sync().brought == ["delete contact \(contact.handle) "])
    }
    #expect(try table.scopes()[.mission]?.records == 0)
    #expect(try table.scopes()[.mission]?.digest == Digest())
    #expect(try table.visitor().sync().brought == [])
  }

  @Test func `an edit that the deletion had not seen keeps the record alive`() throws {
    let contact = try contact()
    try bamako.sync(
      .update("contact", contact.handle, ["email": "b@x.ml"], bamako.stamp(), seen: .never))
    let answer = try gao.sync(
      .delete("contact", contact.handle, gao.stamp(), seen: contact.stamps))
    #expect(answer.verdicts.map(\.kind) == [.lost])
    #expect(answer.brought.count == 1 && answer.brought[0].hasPrefix("create contact"))
    #expect(try table.stored("contact", contact.id)?.isDeleted == false)
    let conflict = try #require(try table.hub.conflicts().first)
    #expect(conflict.field == "*" && conflict.status == "open")
    try table.hub.restoreConflict(conflict.id, language: .fr)
    #expect(try table.stored("contact", contact.id)?.isDeleted == true)
    try checkDigests()
  }

  @Test func `an edit by somebody who had not seen the deletion revives the record`() throws {
    let contact = try contact()
    try gao.sync(.delete("contact", contact.handle, gao.stamp(), seen: contact.stamps))
    try bandiagara.sync()
    let answer = try bamako.sync(
      .update("contact", contact.handle, ["email": "b@x.ml"], bamako.stamp(), seen: .never))
    #expect(answer.brought.count == 1 && answer.brought[0].hasPrefix("create contact"))
    for visitor in [gao, bandiagara] {
      #expect(try visitor.sync().brought.first?.hasPrefix("create contact") == true)
    }
    #expect(try table.hub.conflicts().map(\.status) == ["open"])
    #expect(try table.scopes()[.mission]?.records == 1)
    try checkDigests()
  }

  @Test func `a device that slept through deletion and return hears of the second deletion`()
    throws
  {
    let contact = try contact()
    try gao.sync(.delete("contact", contact.handle, gao.stamp(), seen: contact.stamps))
    try gao.sync(.create("contact", contact.id, Sample.contact, gao.stamp()))
    let again = try #require(try table.stored("contact", contact.id))
    #expect(!again.isDeleted && again.handle == contact.handle)
    try gao.sync(.delete("contact", contact.handle, gao.stamp(), seen: again.stamps))
    #expect(try bandiagara.sync().brought == ["delete contact \(contact.handle) "])
  }

  @Test func `a creation asked for again does not undo a deletion`() throws {
    let id = Sample.key("asaco_value", Sample.value)
    try bamako.sync(.create("asaco_value", id, Sample.value, bamako.stamp()))
    table.time.advance(1000)
    let second = gao.request([
      .create("asaco_value", id, Sample.value.merging(["comment": "lu"]) { $1 }, gao.stamp())
    ])
    _ = try gao.ask(second)
    let merged = try #require(try table.stored("asaco_value", id))
    try bamako.sync(.delete("asaco_value", merged.handle, bamako.stamp(), seen: merged.stamps))
    #expect(try table.stored("asaco_value", id)?.isDeleted == true)
    let answer = try gao.ask(second)
    #expect(try table.stored("asaco_value", id)?.isDeleted == true)
    #expect(answer.brought == ["delete asaco_value \(merged.handle) "])
  }

  @Test func `a mark that the hub never gave is answered by a question for repair`() throws {
    _ = try contact()
    let known = gao.cursors[.mission]!
    for cursor in [
      Cursor(scope: .mission, seq: known.seq, mark: known.mark ^ 1),
      Cursor(scope: .mission, seq: known.seq + 1, mark: known.mark),
      Cursor(scope: .base("GAO"), seq: 1, mark: 0),
    ] {
      gao.cursors = [cursor.scope: cursor]
      let request = gao.request([
        .create("contact", Sample.id(5), Sample.contact, gao.stamp())
      ])
      #expect(throws: Problem(.cursor, at: cursor.scope.description)) { try gao.ask(request) }
      #expect(try table.stored("contact", Sample.id(5)) == nil)
    }
  }

  @Test func `pages carry their cursor and mark, and proof comes with the last alone`() throws {
    for number: UInt64 in 1...20 {
      try gao.sync(.create("contact", Sample.id(number), Sample.contact, gao.stamp()))
    }
    let whole = try table.visitor("BDG", .resp_base, bandiagara.device.grant).sync()
    var (brought, pages) = ([String](), 0)
    while true {
      let answer = try bandiagara.ask(bandiagara.request([], budget: 1))
      let page = try #require(answer.pages.first { $0.cursor.scope == .mission })
      #expect((page.proof == nil) == answer.hasMore)
      let mark = try #require(
        try table.store.read { try $0.mark(.mission, at: $0.scopes()[.mission]!.seq) })
      #expect(page.cursor.mark == (answer.hasMore ? ~mark : mark))
      bandiagara.cursors[.mission] = page.cursor
      brought += answer.brought
      pages += 1
      guard answer.hasMore else { break }
    }
    #expect(pages >= 20)
    #expect(brought == whole.brought)
  }

  @Test func `conflicts are told to both devices and to nobody without the scope`() throws {
    let contact = try contact()
    let seen = contact.stamps.record
    try gao.sync(
      .update("contact", contact.handle, ["display_name": "G"], gao.stamp(), seen: seen))
    try bandiagara.sync(
      .update("contact", contact.handle, ["display_name": "B"], bandiagara.stamp(), seen: seen))
    #expect(try bamako.sync().notices == [])
    #expect(try gao.sync().notices.map(\.field) == ["display_name"])
    gao.noticeCursor = 0
    bandiagara.noticeCursor = 0
    let now = try #require(try table.stored("contact", contact.id)).state(of: "scope").stamp
    try bamako.sync(
      .update("contact", contact.handle, ["scope": "base:GAO"], bamako.stamp(), seen: now))
    #expect(try bandiagara.sync().notices == [])
    #expect(try gao.sync().notices.map(\.field) == ["display_name"])
  }

  @Test func `what moved on in the feed while pages were collected comes whole`() throws {
    let contact = try contact()
    try gao.sync(
      .update("contact", contact.handle, ["email": "a@x.ml"], gao.stamp(), seen: .never))
    try gao.sync(.create("contact", Sample.id(2), Sample.contact, gao.stamp()))
    try gao.sync(
      .update("contact", contact.handle, ["locality": "Gao"], gao.stamp(), seen: .never))
    for visitor in [bandiagara, try table.visitor()] {
      let first = try visitor.ask(visitor.request([], budget: 1))
      #expect(first.hasMore && first.brought.map { $0.prefix(16) } == ["create contact 2"])
      for page in first.pages { visitor.cursors[page.cursor.scope] = page.cursor }
      let second = try visitor.ask(visitor.request([], budget: 1))
      #expect(!second.hasMore && second.brought.count == 1)
      #expect(second.brought[0].hasPrefix("create contact 1 "))
      #expect(second.brought[0].contains("email") && second.brought[0].contains("locality"))
    }
  }
}
