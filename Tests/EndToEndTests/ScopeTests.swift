import Foundation
import Testing

/// A base holds and changes what is its own and the mission's, whatever it tries.
@Suite struct ScopeTests {
  @Test func `a base holds no row of another one, in its tables and in its search`() throws {
    let mission = try Mission(serving: false)
    let file = mission.replica(.gao)
    let tables = try mission.sqlite(
      file,
      """
      SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'scope'
      WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\'
      """
    ).split(separator: "\n")
    #expect(tables.count > 15)
    let scopes = try mission.sqlite(
      file,
      "SELECT group_concat(DISTINCT scope) FROM ("
        + tables.map { "SELECT scope FROM \"\($0)\"" }.joined(separator: " UNION ALL ") + ")")
    #expect(Set(scopes.split(separator: ",")) == ["mission", "base:GAO"])
    // Words of Bandiagara's records alone.
    for word in ["nanguele", "jigiya"] {
      #expect(try succeed(mission.at(.gao, "search", word, "--json")).out == "", "\(word)")
      #expect(try !succeed(mission.at(.bandiagara, "search", word, "--json")).out.isEmpty)
      let rows = "SELECT count(*) FROM _search WHERE _search MATCH '\(word)'"
      #expect(try mission.sqlite(file, rows) == "0", "\(word)")
    }
  }

  @Test func `a record for another base is refused and told, and the rest goes through`() throws {
    let mission = try Mission()
    _ = try mission.add(.kidal, "contact", Samples.contact("Permis"))
    try mission.sqlite(
      mission.replica(.kidal),
      "INSERT INTO \(Samples.sqlColumns) VALUES "
        + Samples.sqlValues("Interdit", base: "GAO", type: "autorite_traditionnelle"))
    #expect(try mission.pending(.kidal) == 2)
    let ended = try mission.at(.kidal, "sync", "--json")
    Sentence.changesRefused.expect(ended)
    let report = try ended.json()
    #expect((report["sent"], report["admitted"], report["refused"]) == (2, 1, 1))
    #expect(report["complete"] == true)
    #expect(report["digests_equal"] == true)

    let refusal = try succeed(mission.at(.kidal, "refused", "--json")).json()
    #expect(refusal["code"] == "scope_not_granted")
    #expect(refusal["values"]["display_name"] == "Interdit")
    #expect(try mission.status(.kidal)["refused"] == 1)
    #expect(try mission.sync(.gao)["received"] == 1)
    #expect(try mission.ids(.gao, "contact", where: "display_name=Interdit") == [])

    let number = try #require(refusal["number"].int)
    try succeed(mission.at(.kidal, "refused", "drop", "\(number)"))
    #expect(try mission.status(.kidal)["refused"] == 0)
    #expect(try mission.sync(.kidal)["refused"] == 0)
  }

  @Test func `a base reports a kidnapping, is told, and holds it no longer`() throws {
    let mission = try Mission()
    let person = try mission.id(.gao, "person", where: "base_code=GAO")
    let added = try succeed(
      mission.device("gao", ["add", "incident"] + Samples.kidnapping(reportedBy: person)))
    #expect(
      added.words == [
        "This record is for Bamako alone: it leaves this computer with the next sync."
      ])
    let id = added.out.trimmingCharacters(in: .newlines)
    let report = try mission.sync(.gao)
    #expect((report["admitted"], report["refused"], report["left"]) == (1, 0, 1))
    #expect(try mission.at(.gao, "show", "incident", id).code == 65)
    #expect(try succeed(mission.at(.gao, "refused", "--json")).out == "")
    try mission.sync(.bamako)
    #expect(try mission.show(.bamako, "incident", id)["scope"] == "bamako")
    #expect(try mission.sync(.kidal)["received"] == 0)
  }

  @Test func `a base cannot give its record away to another one`() throws {
    let mission = try Mission()
    let values = Samples.contact("Déménage") + ["scope=base:KDL"]
    let id = try mission.add(.kidal, "contact", values)
    try mission.sync(.kidal)
    try succeed(mission.at(.kidal, "set", "contact", id, "scope=base:GAO"))
    Sentence.changesRefused.expect(try mission.at(.kidal, "sync"))
    let refusal = try succeed(mission.at(.kidal, "refused", "--json")).json()
    #expect(refusal["field"] == "scope")
    #expect(try mission.show(.kidal, "contact", id)["scope"] == "base:KDL")
    try mission.sync(.gao)
    #expect(try mission.ids(.gao, "contact", where: "display_name=Déménage") == [])
  }

  @Test func `a base cannot widen a record, the security focal point can`() throws {
    let mission = try Mission()
    let values = Samples.contact("À élargir") + ["scope=base:KDL"]
    let id = try mission.add(.kidal, "contact", values)
    try mission.sync(.kidal)
    try mission.sync(.bamako)
    try mission.sqlite(
      mission.replica(.kidal), "UPDATE contact SET scope = 'mission' WHERE id = '\(id)'")
    Sentence.changesRefused.expect(try mission.at(.kidal, "sync"))
    #expect(
      try succeed(mission.at(.kidal, "refused", "--json")).json()["code"] == "scope_widened")
    #expect(try mission.show(.kidal, "contact", id)["scope"] == "base:KDL")

    try succeed(mission.at(.bamako, "set", "contact", id, "scope=mission"))
    #expect(try mission.sync(.bamako)["admitted"] == 1)
    #expect(try mission.sync(.gao)["received"] == 1)
    try mission.sync(.kidal)
    #expect(try mission.show(.kidal, "contact", id)["scope"] == "mission")
  }

  @Test func `a record that Bamako takes away from a base leaves it`() throws {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Retirée"))
    try mission.sync(.gao)
    try mission.sync(.kidal)
    try mission.sync(.bamako)
    try succeed(mission.at(.bamako, "set", "contact", id, "scope=bamako"))
    try mission.sync(.bamako)
    #expect(try mission.sync(.kidal)["left"] == 1)
    #expect(try mission.at(.kidal, "show", "contact", id).code == 65)
    #expect(try succeed(mission.at(.kidal, "search", "retiree", "--json")).out == "")
  }
}
