import Testing

/// The replica is an ordinary SQLite file: what other programs write in it is captured.
@Suite struct OtherProgramsTests {
  private static let python = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1])
    with db: db.executescript(sys.argv[2])
    """

  private func write(_ mission: Mission, _ sql: String, with program: String) throws {
    if program == "sqlite3" {
      try mission.sqlite(mission.replica(.gao), sql)
    } else {
      try mission.python(Self.python, mission.replica(.gao), sql)
    }
  }

  @Test(arguments: ["sqlite3", "python3"])
  func `rows that another program writes, changes and deletes arrive`(program: String) throws {
    let mission = try Mission()
    let kept = try mission.add(.gao, "contact", Samples.contact("À changer"))
    let gone = try mission.add(.gao, "contact", Samples.contact("À supprimer"))
    try mission.sync(.gao)
    try mission.sync(.kidal)
    try write(
      mission,
      """
      INSERT INTO \(Samples.sqlColumns) VALUES \(Samples.sqlValues("Neuf")),
        \(Samples.sqlValues("Faux", type: "roi"));
      UPDATE contact SET locality = 'Ansongo' WHERE id = '\(kept)';
      DELETE FROM contact WHERE id = '\(gone)';
      """, with: program)
    #expect(try mission.pending(.gao) == 4)

    let ended = try mission.at(.gao, "sync", "--json")
    Sentence.changesRefused.expect(ended)
    let report = try ended.json()
    #expect((report["sent"], report["admitted"], report["refused"]) == (4, 3, 1))
    #expect(report["requests"] == 1)
    #expect(report["digests_equal"] == true)
    let refusal = try succeed(mission.at(.gao, "refused", "--json")).json()
    #expect(refusal["values"]["display_name"] == "Faux")
    #expect(refusal["code"] == "invalid_value")

    #expect(try mission.sync(.kidal)["requests"] == 1)
    #expect(try mission.ids(.kidal, "contact", where: "display_name=Neuf").count == 1)
    #expect(try mission.ids(.kidal, "contact", where: "display_name=Faux") == [])
    #expect(try mission.show(.kidal, "contact", kept)["locality"] == "Ansongo")
    #expect(try mission.at(.kidal, "show", "contact", gone).code == 65)
    let hub = mission.path("hub/hub.sqlite")
    let names = "SELECT group_concat(display_name) FROM contact WHERE display_name IN "
    #expect(
      try mission.sqlite(
        hub, names + "('Neuf', 'Faux', 'À changer', 'À supprimer') AND NOT _deleted"
      )
      .split(separator: ",").sorted() == ["Neuf", "À changer"])
  }

  @Test(arguments: ["sqlite3", "python3"])
  func `what a transaction takes back is not sent`(program: String) throws {
    let mission = try Mission()
    try write(
      mission,
      """
      BEGIN;
      INSERT INTO \(Samples.sqlColumns) VALUES \(Samples.sqlValues("Repris"));
      ROLLBACK;
      INSERT INTO \(Samples.sqlColumns) VALUES \(Samples.sqlValues("Né et mort"));
      DELETE FROM contact WHERE display_name = 'Né et mort';
      """, with: program)
    #expect(try mission.pending(.gao) == 0)
    #expect(try mission.sync(.gao)["sent"] == 0)
  }

  @Test func `an id cannot be changed, and the sentence is in the error`() throws {
    let mission = try Mission(serving: false)
    let id = try mission.add(.gao, "contact", Samples.contact("Fixe"))
    let ended = try Running(
      "/usr/bin/sqlite3",
      ["-bail", mission.replica(.gao), "UPDATE contact SET id = 'autre' WHERE id = '\(id)'"]
    ).finish()
    #expect(ended.code != 0)
    #expect(ended.err.contains("un identifiant ne change jamais / an id never changes"))
    #expect(try mission.pending(.gao) == 1)
  }

  @Test func `a search finds what another program wrote`() throws {
    let mission = try Mission(serving: false)
    try mission.sqlite(
      mission.replica(.gao),
      "INSERT INTO \(Samples.sqlColumns) VALUES \(Samples.sqlValues("Hôpital régional"))")
    let found = try succeed(mission.at(.gao, "search", "hopital", "--json")).json()
    #expect(found["display_name"] == "Hôpital régional")
    try mission.sqlite(
      mission.replica(.gao), "UPDATE contact SET display_name = 'Dépôt' WHERE locality IS NULL")
    #expect(try succeed(mission.at(.gao, "search", "hopital", "--json")).out == "")
  }
}
