import Testing

/// What happens to a write after it was sent: in conflict, refused, corrected.
@Suite struct ReviewTests {
  static let conflictKeys: Set = ["id", "type", "record", "field", "status", "winner", "loser"]

  /// Bandiagara and Bamako change the same number without seeing each other; gives its record.
  private func contest(_ mission: Mission) throws -> String {
    let id = try mission.id(
      .bandiagara, "emergency_contact", where: "role_label=Responsable de base")
    try succeed(
      mission.at(.bandiagara, "set", "emergency_contact", id, "phone_orange=+22300000111"))
    try succeed(mission.at(.bamako, "set", "emergency_contact", id, "phone_orange=+22300000222"))
    #expect(try mission.sync(.bandiagara)["conflicts"] == 0)
    #expect(try mission.sync(.bamako)["conflicts"] == 1)
    try mission.sync(.bandiagara)
    return id
  }

  private func numbers(_ mission: Mission, _ id: String) throws -> [JSON] {
    try [Laptop.bandiagara, .bamako].map {
      try mission.show($0, "emergency_contact", id)["phone_orange"]
    }
  }

  @Test func `a conflict is seen by the hub and both laptops, in the agreed words`() throws {
    let mission = try Mission()
    let id = try contest(mission)
    let seen = try [
      mission.hub("conflicts", "--json"), mission.at(.bandiagara, "conflits", "--json"),
      mission.at(.bamako, "conflicts", "--json"),
    ].map { try succeed($0).json() }
    for conflict in seen {
      #expect(conflict.names == Self.conflictKeys)
      #expect(conflict["record"].text == id)
      #expect(conflict["type"] == "emergency_contact")
      #expect(conflict["field"] == "phone_orange")
      #expect(conflict["status"] == "open")
      #expect(conflict["winner"]["value"] == "+22300000222")
      #expect(conflict["loser"]["value"] == "+22300000111")
      #expect(conflict["loser"].names == ["value", "device", "written"])
    }
    #expect(try mission.status(.bandiagara)["conflicts"] == 1)
    #expect(try numbers(mission, id) == ["+22300000222", "+22300000222"])
  }

  @Test func `a conflict that is kept is settled everywhere`() throws {
    let mission = try Mission()
    let id = try contest(mission)
    try succeed(mission.hub("conflict", "keep", "1"))
    for laptop in [Laptop.bandiagara, .bamako] {
      try mission.sync(laptop)
      #expect(try mission.status(laptop)["conflicts"] == 0)
    }
    #expect(try numbers(mission, id) == ["+22300000222", "+22300000222"])
    #expect(try succeed(mission.hub("status", "--json")).json()["conflicts_open"] == 0)
    for verb in ["keep", "restore"] {
      try Sentence.alreadySettled.expect { try mission.hub("conflict", verb, "1", locale: $0) }
    }
    try Sentence.noConflict.expect { try mission.hub("conflict", "keep", "77", locale: $0) }
  }

  @Test func `a value that is restored reaches the laptops`() throws {
    let mission = try Mission()
    let id = try contest(mission)
    try succeed(mission.hub("conflict", "restore", "1"))
    for laptop in [Laptop.bandiagara, .bamako] {
      #expect(try mission.sync(laptop)["received"] == 1)
      #expect(try mission.status(laptop)["conflicts"] == 0)
    }
    #expect(try numbers(mission, id) == ["+22300000111", "+22300000111"])
    let history = try succeed(
      mission.hub("history", "emergency_contact", id, "--json")
    ).jsonLines().filter { $0["field"] == "phone_orange" }.compactMap { $0["value"].text }
    #expect(Set(history).isSuperset(of: ["+22300000111", "+22300000222"]))
  }

  @Test func `what was refused is corrected and goes with the next sync`() throws {
    let mission = try Mission()
    // The clock of a laptop may be wrong, so it lets pass what Bamako does not.
    let tomorrow = ["last_verified_on=2999-01-01"]
    let id = try mission.add(.gao, "contact", Samples.contact("À corriger") + tomorrow)
    let ended = try mission.at(.gao, "sync", "--json", locale: Sentence.french)
    #expect(ended.code == 65)
    #expect(ended.words.suffix(2) == [Sentence.changesRefused.fr.0, Sentence.changesRefused.fr.1])
    let refusal = try succeed(mission.at(.gao, "refused", "--json")).json()
    #expect(
      refusal.names == [
        "number", "type", "record", "field", "values", "code", "sentence", "refused",
      ])
    #expect(refusal["record"].text == id)
    #expect(refusal["code"] == "invalid_value")
    // In the language of who asks now, whatever the sync spoke.
    #expect(refusal["sentence"].text?.hasPrefix(Sentence.invalidValue.en.0) ?? false)
    #expect(refusal["sentence"].text?.hasSuffix("(last_verified_on)") ?? false)
    #expect(try mission.pending(.gao) == 0)

    let number = try #require(refusal["number"].int)
    let wrong = try mission.at(
      .gao, "refused", "correct", "\(number)", "last_verified_on=2026-02-30")
    Sentence.invalidValue.expect(wrong)
    #expect(try mission.status(.gao)["refused"] == 1)
    try succeed(
      mission.at(.gao, "refused", "correct", "\(number)", "last_verified_on=28/02/2026"))
    #expect(try mission.status(.gao)["refused"] == 0)
    #expect(try mission.sync(.gao)["admitted"] == 1)
    #expect(try mission.sync(.kidal)["received"] == 1)
    #expect(try mission.show(.kidal, "contact", id)["last_verified_on"] == "2026-02-28")
    try Sentence.noRefusal.expect { try mission.at(.gao, "refused", "drop", "77", locale: $0) }
  }

  @Test func `what only another role may change is refused, and the old value comes back`() throws {
    let mission = try Mission()
    let id = try mission.id(.gao, "incident", where: "ref_no=GAO-2026-012")
    #expect(try mission.show(.gao, "incident", id)["status"] == "verifie")
    try succeed(mission.at(.gao, "set", "incident", id, "status=clos"))
    try succeed(mission.at(.gao, "set", "note", note(mission), "title=Revue"))
    let ended = try mission.at(.gao, "sync", "--json")
    Sentence.changesRefused.expect(ended)
    let report = try ended.json()
    #expect((report["sent"], report["admitted"], report["refused"]) == (2, 1, 1))
    let refusal = try succeed(mission.at(.gao, "refused", "--json")).json()
    #expect(refusal["code"] == "role_not_allowed")
    #expect(refusal["field"] == "status")
    let after = try mission.show(.gao, "incident", id)
    #expect(after["status"] == "verifie")
    #expect(after["pending"] == false)
    #expect(try mission.sync(.gao)["sent"] == 0)
  }

  @Test func `a base raises its own level, and what it says of another base is for it to correct`()
    throws
  {
    let mission = try Mission()
    let id = "0190a000-0000-7000-8000-00000000a1e7"
    let (author, before) = (
      try mission.id(.gao, "person", where: "full_name=Mariam Exemple"),
      try mission.ids(.kidal, "alert", where: "base_code=KDL")
    )
    // Told at once by the program, which writes nothing; other programs are told by Bamako.
    let words = [
      "kind=alerte_adhoc", "base_code=KDL", "zone=Kidal", "title=Essai", "message=Exercice",
      "effective_from=2026-07-14T08:00:00Z", "issued_by=" + author,
    ]
    let told = try mission.device("gao", ["add", "alert"] + words, locale: Sentence.french)
    #expect(told.code == 65)
    #expect(told.err.contains("l'affaire d'une autre base. (base_code)"), "\(told.err)")
    #expect(try mission.pending(.gao) == 0)
    try mission.sqlite(
      mission.replica(.gao),
      """
      INSERT INTO alert(id, kind, base_code, zone, title, message, effective_from, issued_by, status)
      VALUES ('\(id)', 'alerte_adhoc', 'KDL', 'Gao', 'Essai', 'Exercice', '2026-07-14T08:00:00Z',
        '\(author)', 'active');
      UPDATE alert SET status = 'levee' WHERE base_code = 'BDG';
      """)
    #expect(try mission.at(.gao, "sync", "--json").code == 65)
    let refused = try succeed(mission.at(.gao, "refused", "--json")).jsonLines()
    #expect(refused.count >= 2 && refused.allSatisfy { $0["code"] == "other_base" })
    let whole = try #require(refused.first { $0["record"].text == id }?["number"].int)
    try mission.sync(.kidal)
    #expect(try mission.ids(.kidal, "alert", where: "base_code=KDL") == before)
    #expect(try mission.ids(.gao, "alert", where: "title=Essai").isEmpty)
    try succeed(mission.at(.gao, "refused", "correct", "\(whole)", "base_code=GAO"))
    #expect(try mission.sync(.gao)["admitted"] == 1)
    try mission.sync(.kidal)
    #expect(try mission.ids(.kidal, "alert", where: "title=Essai").count == 1)
  }

  private func note(_ mission: Mission) throws -> String {
    let notes = try succeed(mission.at(.gao, "list", "note", "--json")).jsonLines()
    return try #require(notes.first?["id"].text)
  }
}
