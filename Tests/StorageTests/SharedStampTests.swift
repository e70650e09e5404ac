import Testing

@testable import Shared
@testable import Storage

/// What is sent of edits that were made together: one stamp, by handle.
@Suite struct SharedStampTests {
  private let desk: Desk

  init() throws { desk = try Desk() }

  private func enter(_ count: Int) throws -> [RecordID] {
    let ids = try desk.write { writer in
      try (0..<count).map { _ in try writer.insert("contact", Desk.contact) }
    }
    try desk.exchange()
    return ids
  }

  private func edit(_ ids: some Sequence<RecordID>, _ place: String) throws {
    try desk.replica.edit(freshID: { Desk.id(1) }, uptime: Uptime(boot: "b", milliseconds: 9)) {
      for id in ids { try $0.update("contact", id.description, ["locality": .text(place)]) }
    }
  }

  private func sent() throws -> [RecordChange] {
    try desk.page().changeset.groups.flatMap(\.records)
  }

  @Test func `what one transaction wrote shares a stamp, and a later edit of a field does not`()
    throws
  {
    let ids = try enter(40)
    try edit(ids, "Gossi")
    let first = try sent()
    #expect(first.count == 40 && Set(first.map(\.stamp)).count == 1)
    #expect(first.allSatisfy { $0.stamp > $0.fields[0].seen })
    // The answer never came: some of them are edited again.
    try edit(ids[10..<20], "Hombori")
    let second = try sent()
    let later = second.filter { $0.fields[0].value == "Hombori" }
    #expect(later.count == 10 && Set(later.map(\.stamp)).count == 1)
    #expect(later[0].stamp > first[0].stamp)
    let rest = second.filter { $0.fields[0].value == "Gossi" }
    #expect(rest.count == 30 && rest.allSatisfy { $0.stamp == first[0].stamp })
  }

  @Test func `a field that was edited twice before it is settled waits once, with the last value`()
    throws
  {
    let ids = try enter(2)
    try edit(ids, "Gossi")
    try edit(ids[..<1], "Hombori")
    let records = try sent()
    #expect(records.map { $0.fields.map(\.value) } == [["Hombori"], ["Gossi"]])
  }

  @Test func `records go up by handle, new ones first`() throws {
    let ids = try enter(30)
    try edit(ids.reversed(), "Gossi")
    let new = try desk.write { try $0.insert("contact", Desk.contact) }
    let records = try sent()
    #expect(records.map(\.handle) == Array(0...30))
    #expect(records[0].id == new && records[0].kind == .create)
    let page = try desk.page()
    #expect(page.ids == [([new] + ids).map(\.description)])
  }
}
