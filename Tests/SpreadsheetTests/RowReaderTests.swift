import Shared
import Spreadsheet
import Testing

@Suite struct RowReaderTests {
  private let person = Schema.mission[type: "person"]!
  private let phoneBook = Schema.mission[type: "emergency_contact"]!

  private func draft(_ type: RecordType, _ text: String) throws -> Draft? {
    let table = try Table.parse(text)
    let reader = try RowReader(type: type, header: table.header)
    guard case .read(let draft) = reader.read(try #require(table.rows.first)) else { return nil }
    return draft
  }

  private func problems(_ type: RecordType, _ text: String) throws -> [Problem] {
    let table = try Table.parse(text)
    let reader = try RowReader(type: type, header: table.header)
    guard case .rejected(let problems) = reader.read(try #require(table.rows.first)) else {
      return []
    }
    return problems
  }

  @Test func `values are read by the schema`() throws {
    let draft = try draft(
      person,
      "id;full_name;role;base_code;active;has_account\nP-01;Awa;dp;BKO;true;non\n")
    #expect(draft?.id == "P-01")
    #expect(draft?.values["full_name"] == "Awa")
    #expect(draft?.values["active"] == 1)
    #expect(draft?.values["has_account"] == 0)
  }

  @Test func `an empty cell is null and an absent column is absent`() throws {
    let draft = try draft(
      person, "full_name;role;base_code;audience;active;has_account\nAwa;dp;BKO;  ;true;true\n")
    #expect(draft?.id == nil)
    #expect(draft?.values["audience"] == .null)
    #expect(draft?.values["sensitivity"] == nil)
  }

  @Test func `columns may be named by their French label in any case and without accents`() throws {
    let label = try #require(phoneBook[field: "last_tested_on"]).label.fr
    let draft = try draft(
      phoneBook,
      "PACK_ID;Rank;tier;role_label;\(label.uppercased());TEL. ORANGE\n"
        + "PK-02;1;base;Responsable;20/06/2026;+22300000101\n")
    #expect(draft?.values["last_tested_on"] == "2026-06-20")
    #expect(draft?.values["pack_id"] == "PK-02")
    #expect(draft?.values["phone_orange"] == "+22300000101")
  }

  @Test func `an unknown column is refused by its name`() {
    #expect(throws: Problem(.unknown_field, at: "surnom")) {
      try RowReader(type: person, header: ["full_name", "surnom"])
    }
  }

  @Test func `a required column that is missing is refused by its name`() {
    #expect(throws: Problem(.missing_column, at: "full_name")) {
      try RowReader(type: person, header: ["id", "role", "base_code", "active", "has_account"])
    }
  }

  @Test func `two columns for one field are refused`() {
    #expect(throws: Problem(.csv_invalid, at: "FULL_NAME")) {
      try RowReader(type: person, header: ["full_name", "FULL_NAME"])
    }
  }

  @Test func `a ragged row is rejected alone`() throws {
    let table = try Table.parse(
      "full_name;role;base_code;active;has_account\nAwa;dp;BKO;true\nIssa;cz;BDG;true;true\n"
        + "Sira;cz;BDG;true;true;;\nOumar;cz;BDG;true;true;x\n")
    let reader = try RowReader(type: person, header: table.header)
    let read = table.rows.map { row in
      if case .read = reader.read(row) { true } else { false }
    }
    #expect(read == [false, true, true, false])
    #expect(reader.read(table.rows[0]) == .rejected([Problem(.csv_invalid, at: "4 col. / 5")]))
  }

  @Test func `a value of the wrong form is named by its field, never shown`() throws {
    let problems = try problems(
      phoneBook, "pack_id;rank;tier;role_label;last_tested_on\nPK-02;premier;base;R;31/02/2026\n")
    #expect(problems.map(\.place) == ["rank", "last_tested_on"])
    #expect(!problems.description.contains("premier"))
    #expect(!problems.description.contains("31/02"))
  }
}
