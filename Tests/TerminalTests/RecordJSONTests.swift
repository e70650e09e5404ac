import Shared
import Terminal
import Testing

@Suite struct RecordJSONTests {
  private let schema = Schema.mission
  private let id = RecordID("0197c1a2-1111-7abc-8000-000000000001")!
  private let noon = Stamp(clock: 1_783_252_805_000 << 16, device: 2)

  @Test func `a record is its words and its fields, empty ones left out`() throws {
    let person = Record(
      type: "person", id: id, isPending: true,
      values: [
        "full_name": "Awa Traoré", "active": 1, "audience": "tous+chauffeurs",
        "base_code": .null, "scope": "mission",
      ])
    let json = JSONValue(person, of: schema[type: "person"])
    #expect(
      try json.line()
        == #"{"active":true,"audience":["tous","chauffeurs"],"full_name":"Awa Traoré","#
        + #""id":"0197c1a2-1111-7abc-8000-000000000001","pending":true,"scope":"mission","#
        + #""type":"person"}"#)
  }

  @Test func `a record of an unknown type shows what is stored`() throws {
    let record = Record(type: "novel", id: id, isPending: false, values: ["flag": 1])
    #expect(
      try JSONValue(record, of: nil).line()
        == #"{"flag":1,"id":"0197c1a2-1111-7abc-8000-000000000001","pending":false,"#
        + #""scope":null,"type":"novel"}"#)
  }

  @Test func `a value of the history says when it was written and when it arrived`() throws {
    let entry = HistoryEntry(
      field: "active", value: 0, stamp: noon, device: "Gao 1", received: 1_783_252_806_999,
      replaced: 1)
    #expect(
      try JSONValue(entry, of: schema[type: "person"]?[field: "active"]).line()
        == #"{"device":"Gao 1","field":"active","received":"2026-07-05T12:00:06Z","#
        + #""replaced":true,"value":false,"written":"2026-07-05T12:00:05Z"}"#)
  }

  @Test func `what nobody wrote has no moment`() throws {
    let entry = HistoryEntry(
      field: "note", value: .null, stamp: .never, device: "", received: nil, replaced: .null)
    #expect(
      try JSONValue(entry, of: nil).line()
        == #"{"device":"","field":"note","received":null,"replaced":null,"value":null,"#
        + #""written":null}"#)
  }

  @Test func `a conflict holds both its sides`() throws {
    let conflict = ConflictRecord(
      id: 7, type: "base", record: id, field: "staff_count", status: "open",
      winner: .init(value: 12, device: "Gao 1", stamp: noon),
      loser: .init(value: .null, device: "Bamako", stamp: noon))
    #expect(
      try JSONValue(conflict, of: schema[type: "base"]?[field: "staff_count"]).line()
        == #"{"field":"staff_count","id":7,"#
        + #""loser":{"device":"Bamako","value":null,"written":"2026-07-05T12:00:05Z"},"#
        + #""record":"0197c1a2-1111-7abc-8000-000000000001","status":"open","type":"base","#
        + #""winner":{"device":"Gao 1","value":12,"written":"2026-07-05T12:00:05Z"}}"#)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1970-01-01T00:00:00Z"),
      (951_782_399_999, "2000-02-28T23:59:59Z"), (951_868_800_000, "2000-03-01T00:00:00Z"),
    ] as [(Int64, String)])
  func `a moment is ISO in UTC to the second`(milliseconds: Int64, text: String) {
    #expect(Moments.iso(milliseconds: milliseconds) == text)
  }
}
