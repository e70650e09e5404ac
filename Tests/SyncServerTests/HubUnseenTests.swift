import Testing

@testable import Shared
@testable import SyncServer
@testable import Work

/// What somebody may not read is, for them, not there: neither by its id, nor through what refers to
/// it, nor in the history of what became readable.
@Suite struct HubUnseenTests {
  private let table: HubTable
  private let gao: Visitor
  private let bamako: Visitor

  init() throws {
    table = try HubTable()
    gao = try table.visitor("GAO", .resp_base, Sample.gao)
    bamako = try table.visitor("BKO", .referent_surete)
  }

  /// A contact that only Bamako holds.
  private func source(_ values: [String: Value] = [:]) throws -> StoredRecord {
    let hidden: [String: Value] = [
      "contact_type": "source_veille", "scope": "bamako", "display_name": "Nom secret",
    ]
    try bamako.sync(
      .create(
        "contact", Sample.id(1),
        Sample.contact.merging(hidden) { $1 }.merging(values) { $1 }, bamako.stamp()))
    table.time.advance(1000)
    return try #require(try table.stored("contact", Sample.id(1)))
  }

  /// What the hub says of a change, but for the time.
  private func word(_ change: ChangeGroup) throws -> SyncAnswer {
    var answer = try gao.ask(gao.request([change]))
    (answer.hubClock, answer.turn) = (0, 0)
    return answer
  }

  private func change(
    _ kind: RecordChange.Kind, _ id: RecordID, _ values: [String: Value] = [:],
    type: String = "contact"
  ) -> ChangeGroup {
    let names = values.keys.sorted()
    let stamp = gao.stamp()
    return ChangeGroup(
      type: type, fields: names,
      records: [
        RecordChange(
          kind: kind, id: id, handle: 0, stamp: stamp,
          fields: names.enumerated().map {
            FieldChange(field: $0, value: values[$1]!, stamp: stamp)
          }, seen: kind == .delete ? FieldStamps(record: .never) : nil)
      ])
  }

  @Test(arguments: [RecordChange.Kind.update, .delete, .erase])
  func `an id of what one may not read and one that never was are answered alike`(
    kind: RecordChange.Kind
  ) throws {
    let hidden = try source()
    let values: [String: Value] = kind == .update ? ["display_name": "Autre"] : [:]
    let (there, absent) = (
      try word(change(kind, hidden.id, values)), try word(change(kind, Sample.id(9), values))
    )
    #expect(there.verdicts == absent.verdicts && there.handles == absent.handles)
    #expect(there.encoded.count == absent.encoded.count)
    let now = try #require(try table.stored("contact", hidden.id))
    #expect(now.values == hidden.values && !now.isDeleted)
    #expect(try table.hub.conflicts().isEmpty)
  }

  @Test func `a new record that could not be there is refused alike whether it is or not`() throws {
    let value = Sample.value.merging(["scope": "base:BDG", "asaco_code": "AS-BDG-01"]) { $1 }
    let id = Sample.key("asaco_value", value)
    let absent = try word(change(.create, id, value, type: "asaco_value"))
    try bamako.sync(.create("asaco_value", id, value, bamako.stamp()))
    let there = try word(change(.create, id, value, type: "asaco_value"))
    #expect(absent.verdicts.map(\.code) == ["scope_not_granted"])
    #expect(there.verdicts == absent.verdicts && there.handles == absent.handles)
  }

  @Test func `what refers to a record that one may not read goes where it would without it`() throws
  {
    let interaction: [String: Value] = [
      "base_code": "GAO", "occurred_on": "2026-07-19", "kind": "appel", "summary": "Appel",
      "perception": "sans_objet", "follow_up": 0, "recorded_by": "P-01", "scope": "base:GAO",
    ]
    let hidden = try source()
    for (number, contact) in [hidden.id, Sample.id(9)].enumerated() {
      let id = Sample.id(UInt64(20 + number))
      let values = interaction.merging(["contact_id": .text("\(contact)")]) { $1 }
      #expect(try gao.sync(.create("interaction", id, values, gao.stamp())).verdicts == [])
      #expect(try table.stored("interaction", id)?.scope == .base("GAO"))
    }
  }

  @Test func `the history shows nothing of the time when a record was another's to read`() throws {
    let hidden = try source()
    try bamako.sync(
      .update(
        "contact", hidden.handle, ["display_name": "Autre nom secret"], bamako.stamp(),
        seen: hidden.stamps.record))
    table.time.advance(1000)
    let before = try #require(try table.stored("contact", hidden.id))
    try bamako.sync(
      .update(
        "contact", hidden.handle,
        ["display_name": "Nom public", "contact_type": "communautaire"], bamako.stamp(),
        seen: before.state(of: "display_name").stamp))
    #expect(try table.stored("contact", hidden.id)?.scope == .base("GAO"))
    table.time.advance(1000)
    let moved = try #require(try table.stored("contact", hidden.id))
    try gao.sync(
      .update(
        "contact", hidden.handle, ["display_name": "Nom corrigé"], gao.stamp(),
        seen: moved.state(of: "display_name").stamp))
    func names(_ grant: Grant) throws -> [Value] {
      let sitter = Sitter(
        name: "Awa", role: .resp_base, grant: grant, person: nil, base: "GAO",
        now: table.time.now)
      let desk = HubDesk(
        hub: table.hub, sitter: sitter, number: { _ in 9 }, language: .fr)
      return try desk.history("contact", hidden.id).flatMap { [$0.value, $0.replaced] }
        .filter { $0.text?.hasPrefix("Nom") ?? $0.text?.hasPrefix("Autre") ?? false }
    }
    #expect(try names(Sample.gao) == ["Nom public", "Nom corrigé", "Nom public"])
    #expect(try names(.all).contains("Nom secret"))
    let types = try table.hub.history("contact", "\(hidden.id)", for: Sample.gao)
      .filter { $0.field == "contact_type" }.map(\.value)
    #expect(types == ["communautaire"])
  }
}
