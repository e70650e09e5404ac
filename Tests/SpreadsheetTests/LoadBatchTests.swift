import Shared
import Spreadsheet
import Testing

@Suite struct LoadBatchTests {
  private let schema = Schema.mission

  private func load(
    _ files: [(type: String, text: String)], find: @escaping LoadBatch.Find = { _, _ in nil }
  ) throws -> LoadBatch.Outcome {
    var batch = LoadBatch(schema: schema, today: "2026-07-20", find: find)
    for file in files {
      try batch.add(try Table.parse(file.text), type: try #require(schema[type: file.type]))
    }
    return batch.resolve()
  }

  private static let people = (
    type: "person",
    text: "id;full_name;role;base_code;active;has_account\nP-01;Awa;dp;BKO;true;true\n"
  )
  private static let packs = (
    type: "security_pack",
    text: """
    id;base_code;kind;title;version_label;status;prepared_by
    PK-02;BDG;base;Plan;1.0;brouillon;P-01

    """
  )
  private static let sections = (
    type: "pack_section",
    text: """
    id;pack_id;order_no;section_code;heading;body;audience;mandatory
    SC-01;PK-02;1;fiche_reflexe;Fiche;Texte;tous;true

    """
  )

  @Test func `short names find their records whatever the order of the files`() throws {
    let forward = try load([Self.people, Self.packs, Self.sections])
    let backward = try load([Self.sections, Self.packs, Self.people])
    #expect(forward.rejections == [])
    #expect(Set(forward.records) == Set(backward.records))
    let ids = Dictionary(uniqueKeysWithValues: forward.records.map { ($0.type, $0.id) })
    let pack = try #require(forward.records.first { $0.type == "security_pack" })
    let section = try #require(forward.records.first { $0.type == "pack_section" })
    #expect(pack.values["prepared_by"]?.text == ids["person"]?.description)
    #expect(section.values["pack_id"]?.text == pack.id.description)
    #expect(pack.id == LoadBatch.id(type: "security_pack", name: "PK-02"))
    #expect(section.id == schema[type: "pack_section"]?.id(section.values))
  }

  @Test func `a row without an id has the same id each time it is loaded`() throws {
    let text = "full_name;role;base_code;active;has_account\nAwa;dp;BKO;true;false\n"
    let reordered = "has_account;active;base_code;role;full_name\nfalse;true;BKO;dp;Awa\n"
    let first = try load([("person", text)])
    #expect(first.rejections == [])
    #expect(try load([("person", text)]).records == first.records)
    #expect(try load([("person", reordered)]).records.map(\.id) == first.records.map(\.id))
    let other = text.replacing("Awa", with: "Issa")
    #expect(try load([("person", other)]).records.map(\.id) != first.records.map(\.id))
  }

  @Test func `a row that stands there twice is one record and counted`() throws {
    let row = "Awa;dp;BKO;true;false\n"
    let header = "full_name;role;base_code;active;has_account\n"
    let outcome = try load([("person", header + row + row)])
    #expect(outcome.records.count == 1 && outcome.repeated == 1 && outcome.rejections == [])
  }

  @Test func `a reference nothing answers to rejects its row alone`() throws {
    let outcome = try load([Self.people, ("pack_section", Self.sections.text)])
    #expect(outcome.records.map(\.type) == ["person"])
    #expect(outcome.rejections.map(\.problems) == [[Problem(.invalid_value, at: "pack_id")]])
  }

  @Test func `a record outside the batch is found by the caller`() throws {
    let known = RecordID.v7(milliseconds: 1, random: (2, 3))
    let outcome = try load([Self.sections]) { type, text in
      type == "security_pack" && text == "PK-02" ? known : nil
    }
    #expect(outcome.rejections == [])
    #expect(outcome.records.first?.values["pack_id"]?.text == known.description)
  }

  @Test func `a UUID stays, and a damaged one is not taken for a name`() throws {
    let id = RecordID.v7(milliseconds: 1, random: (2, 3))
    let text = { (name: String) in Self.people.text.replacing("P-01", with: name) }
    #expect(try load([("person", text(id.description.uppercased()))]).records.map(\.id) == [id])
    let damaged = String(id.description.dropLast()) + "x"
    let outcome = try load([("person", text(damaged))])
    #expect(outcome.rejections.map(\.problems) == [[Problem(.bad_id, at: "id")]])
  }

  @Test func `a UUID that is not the one of the key is refused`() throws {
    let id = RecordID.v7(milliseconds: 1, random: (2, 3)).description
    let sections = ("pack_section", Self.sections.text.replacing("SC-01", with: id))
    let outcome = try load([Self.people, Self.packs, sections])
    #expect(outcome.rejections.map(\.problems) == [[Problem(.bad_id, at: "id")]])
  }

  @Test func `the same row twice is one record, another row under its name is rejected`() throws {
    let row = "P-01;Awa;dp;BKO;true;true\n"
    let twice = ("person", Self.people.text + row)
    #expect(try load([twice]).records.count == 1)
    #expect(try load([twice]).rejections == [])
    let clash = ("person", Self.people.text + row.replacing("Awa", with: "Issa"))
    #expect(try load([clash]).records.count == 1)
    #expect(
      try load([clash]).rejections.map(\.problems) == [[Problem(.invalid_value, at: "id")]])
  }

  @Test func `the rejects file can be corrected and loaded`() throws {
    let table = try Table.parse(Self.sections.text)
    let rejections = try load([Self.sections]).rejections
    let text = Spreadsheet.writeRejects(table: table, rejections: rejections, language: .fr)
    let rejects = try Table.parse(text)
    #expect(rejects.header == table.header + ["motif", "ligne"])
    #expect(rejects.rows[0].cells.dropLast(2) == table.rows[0].cells[...])
    #expect(rejects.rows[0].cells.last == "2")
    #expect(text.contains("(pack_id)"))
    let again = try load([Self.people, Self.packs, ("pack_section", text)])
    #expect(again.rejections == [])
    #expect(again.records.count == 3)
    let rewritten = Spreadsheet.writeRejects(
      table: rejects, rejections: try load([("pack_section", text)]).rejections, language: .fr)
    #expect(try Table.parse(rewritten).header == rejects.header)
  }

  @Test func `ten thousand rows are read`() throws {
    let rows = (1...10_000).map { "P-\($0);Personne \($0);dp;BKO;true;true\n" }
    let text = "id;full_name;role;base_code;active;has_account\n" + rows.joined()
    let outcome = try load([("person", text)])
    #expect(outcome.records.count == 10_000)
    #expect(outcome.rejections == [])
  }
}
