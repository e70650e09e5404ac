import Shared
import SyncServer
import Testing

@Suite struct OfficeLoadingTests {
  private let schema = Schema.mission

  private func row(_ type: String, _ number: UInt64, _ values: [String: Value]) -> LoadRow {
    LoadRow(type: type, id: RecordID.v7(milliseconds: 1, random: (0, number)), values: values)
  }

  private func person(_ name: Value) -> LoadRow {
    row("person", 1, ["full_name": name, "role": "cz", "base_code": "BDG", "has_account": 1])
  }

  private func pack(_ base: Value) -> LoadRow {
    row(
      "security_pack", 2,
      [
        "base_code": base, "kind": "sous_base", "title": "Plan", "version_label": "1.0",
        "prepared_by": .text(person("x").id.description),
      ])
  }

  private func contact(_ number: Value) -> LoadRow {
    row(
      "emergency_contact", 3,
      [
        "pack_id": .text(pack("BKS").id.description), "rank": 1, "tier": "base",
        "role_label": "Responsable", "phone_orange": number,
      ])
  }

  private func record(_ row: LoadRow, _ hub: Hub) throws -> StoredRecord? {
    try hub.store.read { transaction in
      try transaction.record(try #require(schema[type: row.type]), id: row.id)
    }
  }

  @Test func `the list of bases is admitted as it stands`() throws {
    let hub = try OfficeFolder().hub()
    let report = try hub.load(try BaseList.rows(schema), language: .fr)
    #expect(report.created == 13)
    #expect(report.refusals == [])
    #expect(try hub.report().scopes[.mission]?.records == 13)
  }

  @Test func `loading twice changes nothing, not even a digest`() throws {
    let hub = try OfficeFolder().furnishedHub()
    let before = try hub.report().scopes[.mission]
    let report = try hub.load(try BaseList.rows(schema), language: .fr)
    #expect([report.created, report.updated, report.unchanged] == [0, 0, 13])
    #expect(try hub.report().scopes[.mission]?.digest == before?.digest)
    #expect(try hub.report().scopes[.mission]?.seq == before?.seq)
  }

  @Test func `a record finds its scope whatever the order of the rows`() throws {
    let hub = try OfficeFolder().furnishedHub()
    let report = try hub.load(
      [contact("+22300000001"), pack("BKS"), person("A")], language: .fr)
    #expect(report.created == 3)
    #expect(try record(contact(nil), hub)?.scope == .base("BDG"))
  }

  @Test func `what differs is changed, what is empty is emptied, what has a default stays`() throws
  {
    let hub = try OfficeFolder().furnishedHub()
    _ = try hub.load([person("A"), pack("BKS"), contact("+22300000001")], language: .fr)
    let corrected = row(
      "emergency_contact", 3, ["phone_orange": "+22300000002", "role_label": "Responsable"])
    let emptied = row("person", 1, ["audience": nil, "active": nil])
    let report = try hub.load([corrected, emptied], language: .fr)
    #expect([report.updated, report.unchanged] == [1, 1])
    #expect(try record(corrected, hub)?.values["phone_orange"] == "+22300000002")
    #expect(try record(emptied, hub)?.values["active"] == 1)
    #expect(try hub.conflicts() == [])
  }

  @Test func `what a base corrected stays, unless the file is to have its way`() throws {
    let hub = try OfficeFolder().furnishedHub()
    _ = try hub.load([person("A"), pack("BKS"), contact("+22300000001")], language: .fr)
    let before = try #require(try record(contact(nil), hub))
    let stamp = Stamp(clock: before.stamps.latest.clock + 1, device: 1)
    let correction = RecordChange(
      kind: .update, id: nil, handle: before.handle, stamp: stamp,
      fields: [
        FieldChange(
          field: 0, value: "+22300000009", stamp: stamp, seen: before.stamps.latest)
      ])
    try hub.store.write { transaction in
      var writing = try HubWriting(
        transaction, hub.store.schema, now: OfficeFolder.noon, language: .fr)
      _ = try writing.admit(
        Changeset(groups: [
          ChangeGroup(
            type: "emergency_contact", fields: ["phone_orange"], records: [correction])
        ]), by: Writer(device: 1, role: .resp_base, grant: .all))
      try writing.finish { 7 }
    }
    let rows = [
      row("emergency_contact", 3, ["phone_orange": "+22300000001", "role_label": "Chef"])
    ]
    let report = try hub.load(rows, language: .fr)
    #expect([report.updated, report.kept] == [1, 1])
    let kept = try #require(try record(rows[0], hub))
    #expect(kept.values["phone_orange"] == "+22300000009" && kept.values["role_label"] == "Chef")
    let again = try hub.load(rows, language: .fr)
    #expect([again.updated, again.unchanged, again.kept] == [0, 1, 1])
    #expect(try hub.load(rows, overwrite: true, language: .fr).updated == 1)
    #expect(try record(rows[0], hub)?.values["phone_orange"] == "+22300000001")
  }

  @Test func `a row that is refused leaves the others alone and names no value`() throws {
    let hub = try OfficeFolder().furnishedHub()
    let report = try hub.load(
      [person("A"), pack("BKS"), contact("not a number")], language: .en)
    #expect(report.created == 2)
    let refusal = try #require(report.refusals.first)
    #expect(refusal.row == 2)
    #expect(refusal.sentence.contains("phone_orange"))
    #expect(!refusal.sentence.contains("not a number"))
  }

  @Test func `a file does not bring back what somebody deleted`() throws {
    let hub = try OfficeFolder().furnishedHub()
    _ = try hub.load([person("A")], language: .fr)
    let current = try #require(try record(person("A"), hub))
    let deletion = RecordChange(
      kind: .delete, id: current.id, handle: current.handle,
      stamp: Stamp(clock: current.stamps.latest.clock + 1, device: 0), seen: current.stamps)
    _ = try hub.write(
      Changeset(groups: [ChangeGroup(type: "person", fields: [], records: [deletion])]),
      language: .fr)
    let report = try hub.load([person("A")], language: .fr)
    #expect([report.created, report.updated, report.deleted] == [0, 0, 1])
    #expect(try record(person("A"), hub)?.isDeleted == true)
  }

  @Test func `more rows than a page holds are all loaded`() throws {
    let hub = try OfficeFolder().furnishedHub()
    let rows = (0..<2_001).map { number in
      row(
        "person", UInt64(number + 10),
        ["full_name": "P", "role": "terrain", "base_code": "GAO", "has_account": 0])
    }
    #expect(try hub.load(rows, language: .fr).created == 2_001)
    #expect(try hub.report().scopes[.mission]?.records == 2_014)
  }
}
