import GRDB
import Testing

@testable import Shared
@testable import Storage

/// Writes by the library, and what the hub says to them.
@Suite struct WritingTests {
  private let desk: Desk

  init() throws { desk = try Desk() }

  @Test func `a write is all or nothing`() throws {
    let kept = try desk.write { try $0.insert("contact", Desk.contact) }
    #expect(throws: Problem(.interrupted)) {
      try desk.write { writer in
        _ = try writer.insert("contact", Desk.contact)
        try writer.update("contact", kept.description, ["email": "a@x.ml"])
        throw Problem(.interrupted)
      }
    }
    #expect(throws: Problem(.invalid_value, at: "phone_sat")) {
      try desk.write { writer in
        try writer.delete("contact", kept.description)
        _ = try writer.insert("contact", Desk.contact.merging(["phone_sat": "12"]) { $1 })
      }
    }
    let records = try desk.replica.records(of: "contact")
    #expect(records.map(\.id) == [kept] && records[0]["email"] == nil)
    #expect(try desk.replica.status().pending == 1)
  }

  @Test func `a problem names what is wrong and writes nothing`() throws {
    let cases: [(Problem, String, [String: Value])] = [
      (Problem(.unknown_type, at: "vehicle"), "vehicle", [:]),
      (Problem(.unknown_field, at: "blood"), "contact", ["blood": "A"]),
      (Problem(.wrong_type, at: "email"), "contact", ["email": 5]),
      (Problem(.invalid_value, at: "status"), "contact", ["status": "perdu"]),
      (Problem(.missing_field, at: "display_name"), "contact", ["display_name": .null]),
    ]
    for (problem, type, values) in cases {
      #expect(throws: problem) {
        try desk.write { try $0.insert(type, Desk.contact.merging(values) { $1 }) }
      }
    }
    #expect(try desk.count("_journal") == 0)
    #expect(throws: Problem(.bad_id, at: "roadmap_progress")) {
      try desk.write {
        try $0.insert(
          "roadmap_progress", id: Desk.id(1),
          ["roadmap_code": "FR-1.1", "quarter": "2026Q1", "progress_pct": 1, "rag": "vert"])
      }
    }
  }

  @Test func `values of every kind come back as they were written`() throws {
    let desk = try Desk(schema: try Schema(json: Array(Self.schema.utf8)))
    let rows: [[String: Value]] = [
      ["whole": .int(.min), "part": .real(0.1), "word": "", "yes": 0],
      [
        "whole": .int(.max), "part": .real(-.greatestFiniteMagnitude), "word": "é\n\"'; --",
        "yes": 1,
      ],
      ["whole": 0, "part": .real(.leastNonzeroMagnitude), "word": "e\u{301} \u{1F600}"],
      ["part": .real(9_007_199_254_740_992), "word": "NULL"],
    ]
    let ids = try desk.write { writer in try rows.map { try writer.insert("thing", $0) } }
    for (id, row) in zip(ids, rows) {
      let back = try desk.replica.record("thing", id.description)
      #expect(back.values.filter { $0.key != "scope" } == row)
    }
    let sent = try desk.page().changeset.groups[0]
    for (record, row) in zip(sent.records, rows) {
      let values = record.fields.map { (sent.fields[$0.field], $0.value) }.filter {
        $0.0 != "scope"
      }
      #expect(Dictionary(uniqueKeysWithValues: values) == row)
    }
  }

  private static let schema = """
    {"version": 1,
     "system_fields": [{"name": "scope", "fr": "P", "en": "S", "kind": "text", "policy": "last"}],
     "types": [{"name": "thing", "fr": "Chose", "en": "Thing", "title": ["word"],
      "scope": "mission", "priority": 1, "writers": ["dp"], "deleters": ["dp"], "wideners": ["dp"],
      "fields": [
       {"name": "whole", "fr": "E", "en": "W", "kind": "int", "policy": "last"},
       {"name": "part", "fr": "R", "en": "P", "kind": "real", "policy": "last"},
       {"name": "word", "fr": "T", "en": "W", "kind": "text", "policy": "last"},
       {"name": "yes", "fr": "O", "en": "Y", "kind": "bool", "policy": "last"}]}]}
    """

  // MARK: What the hub says

  private func refusedEdit() throws -> (id: String, refused: RefusedChange) {
    let id = try desk.write { try $0.insert("contact", Desk.contact) }.description
    try desk.exchange()
    try desk.write { try $0.update("contact", id, ["email": "a@x.ml", "locality": "Gao"]) }
    let page = try desk.page()
    let group = page.changeset.groups[0]
    let field = try #require(group.fields.firstIndex(of: "email"))
    var answer = SyncAnswer(hubClock: Desk.now)
    answer.verdicts = [
      Verdict(
        group: 0, record: 0, field: field, kind: .refused, code: "locked", sentence: "Verrouillé.")
    ]
    _ = try desk.replica.apply([answer], to: page, now: Desk.now)
    return (id, try #require(try desk.replica.refused().first))
  }

  @Test func `a refused field shows the hub's value again and waits in a list`() throws {
    let (id, refused) = try refusedEdit()
    let record = try desk.replica.record("contact", id)
    #expect(record["email"] == nil && record["locality"] == "Gao" && !record.isPending)
    #expect(refused.field == "email" && refused.value == "a@x.ml" && refused.code == "locked")
    #expect(refused.sentence == "Verrouillé." && refused.id == id)
    try desk.replica.correctRefused(refused.number, ["email": "b@x.ml"], freshID: { Desk.id(1) })
    #expect(try desk.replica.record("contact", id)["email"] == "b@x.ml")
    #expect(try desk.replica.refused() == [])
    #expect(try desk.replica.status().pending == 1)
  }

  @Test func `a refused change is dropped once, and a wrong correction keeps it`() throws {
    let (_, refused) = try refusedEdit()
    #expect(throws: Problem(.wrong_type, at: "email")) {
      try desk.replica.correctRefused(refused.number, ["email": 5], freshID: { Desk.id(1) })
    }
    #expect(try desk.replica.refused() == [refused])
    try desk.replica.dropRefused(refused.number)
    #expect(try desk.replica.status().refused == 0)
    #expect(throws: Problem(.no_refusal, at: "\(refused.number)")) {
      try desk.replica.dropRefused(refused.number)
    }
  }

  @Test func `a refused record keeps all its values until it is corrected`() throws {
    let id = try desk.write { try $0.insert("contact", Desk.contact) }
    try desk.exchange { answer in
      answer.handles = [0]
      answer.verdicts = [
        Verdict(group: 0, record: 0, field: nil, kind: .refused, code: "role_not_allowed")
      ]
    }
    #expect(try desk.replica.records(of: "contact").isEmpty)
    let refused = try #require(try desk.replica.refused().first)
    #expect(refused.field == nil && refused.values == Desk.contact && refused.id == id.description)
    try desk.replica.correctRefused(
      refused.number, ["display_name": "Autre"], freshID: { Desk.id(7) })
    let again = try #require(try desk.replica.records(of: "contact").first)
    #expect(again["display_name"] == "Autre" && again["function_title"] == "Préfète")
    #expect(try desk.count("_refused") == 0)
  }

  @Test func `history tells every value, who wrote it and what it replaced`() throws {
    let id = try desk.write { try $0.insert("contact", Desk.contact) }.description
    try desk.exchange { $0.names = [DeviceName(number: 5, name: "Gao 1")] }
    for email in ["a@x.ml", "b@x.ml"] {
      try desk.write { try $0.update("contact", id, ["email": .text(email)]) }
      try desk.exchange()
    }
    let emails = try desk.replica.history("contact", id).filter { $0.field == "email" }
    #expect(emails.map(\.value) == ["a@x.ml", "b@x.ml"])
    #expect(emails.map(\.replaced) == [nil, "a@x.ml"])
    #expect(emails.map(\.device) == ["Gao 1", "Gao 1"])
    #expect(emails[0].stamp < emails[1].stamp)
  }

  @Test func `a record that leaves one scope for another keeps what is pending on it`() throws {
    try desk.receive([(id: Desk.id(1), values: Desk.contact)], first: 8)
    try desk.write { try $0.update("contact", Desk.id(1).description, ["email": "a@x.ml"]) }
    let stamp = Stamp(clock: HybridClock.reading(Desk.now) + 9, device: 1)
    var answer = SyncAnswer(hubClock: Desk.now)
    answer.leaves = [Leave(scope: .mission, type: "contact", handle: 8)]
    let values = Desk.contact.merging(["scope": "base:GAO"]) { $1 }
    answer.pull = Changeset(groups: [
      ChangeGroup(
        type: "contact", fields: values.keys.sorted(),
        records: [
          RecordChange(
            kind: .create, id: Desk.id(1), handle: 8, stamp: stamp,
            fields: values.keys.sorted().enumerated().map {
              FieldChange(field: $0, value: values[$1]!, stamp: stamp)
            })
        ])
    ])
    _ = try desk.replica.apply([answer], to: PendingPage(), now: Desk.now)
    let record = try desk.replica.record("contact", Desk.id(1).description)
    #expect(record["email"] == "a@x.ml" && record.isPending && record.scope == .base("GAO"))
    let status = try desk.replica.status()
    #expect(status.refused == 0 && status.scopes[.mission]?.records == 0)
    #expect(status.scopes[.mission]?.digest == Digest())
    #expect(status.scopes[.base("GAO")]?.records == 1)
  }
}
