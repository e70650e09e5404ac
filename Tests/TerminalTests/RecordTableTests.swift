import Shared
import Terminal
import Testing

@Suite struct RecordTableTests {
  private let schema = Schema.mission
  private let base = Schema.mission[type: "base"]!
  private let gao = RecordID("0197c1a2-1111-7abc-8000-000000000001")!
  private let kati = RecordID("0297c1a2-1111-7abc-8000-000000000001")!

  private func record(_ id: RecordID, code: Value, pending: Bool = false) -> Record {
    Record(
      type: "base", id: id, isPending: pending,
      values: ["code": code, "name": "Base", "scope": "mission"])
  }

  @Test func `a table shows the naming fields and marks what is not sent`() {
    let records = [record(gao, code: "GAO", pending: true), record(kati, code: "KTI")]
    let table = TextTable(records, of: base, ids: ShortIDs(records.map(\.id)), .fr)
    #expect(
      table.lines == [
        "id        Code  Nom   portée", "0197c1a2  GAO   Base  mission  non envoyé",
        "0297c1a2  KTI   Base  mission",
      ])
  }

  @Test func `a record that came late says so beside what is not sent`() {
    let records = [record(gao, code: "GAO", pending: true), record(kati, code: "KTI")]
    let ids = ShortIDs(records.map(\.id))
    let table = TextTable(records, of: base, ids: ids, late: [gao, kati], .en)
    #expect(table.lines[1].hasSuffix("unsent, late") && table.lines[2].hasSuffix("mission  late"))
    let plain = TextTable([records[1]], of: base, ids: ids, .en)
    #expect(plain.lines[1].hasSuffix("mission"))
  }

  @Test func `records of several types name their type`() {
    let records = [record(gao, code: "GAO")]
    let table = TextTable(records, schema: schema, ids: ["base": ShortIDs([gao])], .en)
    #expect(
      table.lines == ["type  id        title       scope", "base  0197c1a2  GAO · Base  mission"])
  }

  @Test func `an id is cut where it stays unambiguous`() {
    let twin = RecordID("0197c1a2-1111-7abc-8000-0000000000ff")!
    let near = RecordID("0197c1a2-2111-7abc-8000-000000000001")!
    let ids = ShortIDs([gao, twin, near, kati])
    #expect(ids[gao] == "0197c1a2-1111-7abc-8000-0000000000" + "0")
    #expect(ids[near] == "0197c1a2-2")
    #expect(ids[kati] == "0297c1a2")
    #expect(ShortIDs([])[gao] == gao.description)
  }

  @Test func `a value is said in the reader's words`() throws {
    let level = try #require(base[field: "alert_level"])
    let incident = try #require(schema[type: "incident"])
    #expect(level.spoken("rouge", .fr) == "Rouge")
    #expect(level.spoken("rouge", .en) == "Red")
    #expect(level.spoken("violet", .en) == "violet")
    #expect(base[field: "active"]?.spoken(1, .fr) == "oui")
    #expect(base[field: "lat"]?.spoken(16.27, .fr) == "16,27")
    #expect(incident[field: "occurred_on"]?.spoken("2026-07-05", .fr) == "05/07/2026")
    #expect(incident[field: "occurred_on"]?.spoken(.null, .fr) == "")
  }
}
