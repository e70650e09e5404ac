import Shared
import Testing

@testable import Work

@Suite struct PackTests {
  private func approved(_ content: PackContent) -> PackContent {
    let values = PackStep.approve.values(content, by: nil, today: Demo.today)
    return PackContent(
      pack: content.pack.with(values), sections: content.sections, contacts: content.contacts)
  }

  private func state(_ content: PackContent) -> PackState {
    PackState(content, incidents: [], alerts: [])
  }

  @Test func `Bandiagara must be revised because its level was raised after the approval`() throws {
    let demo = try Demo()
    let raised = try demo.first("alert", "title", "Passage en orange Bandiagara")
    #expect(try demo.state("BDG").reasons == [.alert(raised)])
    #expect(try demo.state("BDG").status == "a_reviser")
  }

  @Test func `a pack whose status says it must be revised is so without another reason`() {
    let pack = record("security_pack", ["status": "a_reviser", "base_code": "GAO"])
    let state = state(PackContent(pack: pack, sections: [], contacts: []))
    #expect(state.reasons == [.stated])
    #expect(state.status == "a_reviser")
  }

  @Test(arguments: ["KDL", "GAO", "SAN"])
  func `packs without a trigger stay approved`(base: String) throws {
    #expect(try Demo().state(base).status == "valide")
  }

  @Test func `what was approved stays approved while nothing changes`() throws {
    let content = approved(try Demo().content("BDG"))
    #expect(state(content).status == "valide")
    #expect(content.pack["review_due_on"] == "2027-01-15")
  }

  @Test(arguments: ["heading", "body", "audience"])
  func `a changed section turns the pack to be revised`(field: String) throws {
    let content = approved(try Demo().content("BDG"))
    var sections = content.sections
    sections[2] = sections[2].with([field: "autre"])
    let changed = PackContent(pack: content.pack, sections: sections, contacts: content.contacts)
    #expect(state(changed).reasons == [.contentChanged])
  }

  @Test func `a changed number, a new contact and a lost one do too`() throws {
    let content = approved(try Demo().content("BDG"))
    let first = content.contacts[0]
    let changes: [[Record]] = [
      [first.with(["phone_orange": "+22370000001"])] + content.contacts.dropFirst(),
      content.contacts + [record("emergency_contact", ["pack_id": first["pack_id"], "rank": 99])],
      Array(content.contacts.dropLast()),
    ]
    for contacts in changes {
      let changed = PackContent(
        pack: content.pack, sections: content.sections, contacts: contacts)
      #expect(state(changed).reasons == [.contentChanged])
    }
  }

  @Test func `a test call and a rehearsal change nothing of what was approved`() throws {
    let content = approved(try Demo().content("BDG"))
    let called = PackContent(
      pack: content.pack,
      sections: content.sections.map { $0.with(["last_rehearsed_on": "2026-07-14"]) },
      contacts: content.contacts.map {
        $0.with(["last_tested_on": "2026-07-14", "last_test_ok": 1])
      })
    #expect(state(called).status == "valide")
  }

  @Test func `the order in which records came does not matter`() throws {
    let content = try Demo().content("BDG")
    let turned = PackContent(
      pack: content.pack, sections: content.sections.reversed(),
      contacts: content.contacts.reversed())
    #expect(turned.fingerprint == content.fingerprint)
    #expect(content.fingerprint.hasPrefix("v1:") && content.fingerprint.count == 67)
  }

  @Test func `text that moves to the next field is another text`() {
    let pack = record("security_pack", [:])
    func print(_ heading: Value, _ body: Value) -> String {
      let section = record(
        "pack_section", ["pack_id": .text(pack.id.description), "heading": heading, "body": body], 2
      )
      return PackContent(pack: pack, sections: [section], contacts: []).fingerprint
    }
    #expect(print("ab", "c") != print("a", "bc"))
  }

  @Test func `a pack is complete with its four families and a list to call`() throws {
    let content = try Demo().content("BDG")
    #expect(content.missing == [])
    #expect(
      try Demo().content("KRO").missing == PackContent.requiredSections + ["contacts_urgence"])
    let blank = PackContent(
      pack: content.pack,
      sections: content.sections.map {
        $0.text("section_code") == "sop_telecom" ? $0.with(["body": " \n"]) : $0
      }, contacts: [])
    #expect(blank.missing == ["sop_telecom", "contacts_urgence"])
  }

  // MARK: Steps

  private static let steps: [(Role, String, [PackStep])] = [
    (.dp, "soumis_dp", [.approve, .returnToDraft]),
    (.dp_adjoint, "soumis_dp", [.returnToDraft]),
    (.referent_surete, "soumis_dp", [.returnToDraft]),
    (.cz, "en_revue_cz", [.submit, .returnToDraft]),
    (.resp_base, "brouillon", [.review]),
    (.resp_base, "soumis_dp", []),
    (.resp_base, "valide", []),
    (.cz, "valide", [.markToRevise, .newVersion]),
    (.lecture, "brouillon", []),
    (.suivi_evaluation, "valide", []),
  ]

  @Test(arguments: steps)
  func `each role has its steps and no other`(
    role: Role, status: String, steps: [PackStep]
  ) throws {
    let content = try complete(status)
    // Without a fingerprint of an approval, and nothing that would turn it to be revised.
    let state = state(content)
    #expect(PackStep.open(to: role, state) == steps)
  }

  private func complete(_ status: String) throws -> PackContent {
    let content = try Demo().content("BDG")
    return PackContent(
      pack: content.pack.with(["status": .text(status)]), sections: content.sections,
      contacts: content.contacts)
  }

  @Test func `a pack that was submitted too early counts as in review until nothing is missing`()
    throws
  {
    let content = try complete("soumis_dp")
    #expect(state(content).status == "soumis_dp" && state(content).lacking == [])
    let telecom = try #require(content.section("sop_telecom"))
    let early = PackContent(
      pack: content.pack, sections: content.sections.filter { $0.id != telecom.id }, contacts: [])
    let state = state(early)
    #expect(state.status == "en_revue_cz")
    #expect(state.lacking == ["sop_telecom", "contacts_urgence"])
    #expect(PackStep.open(to: .dp, state) == [.submit, .returnToDraft])
    #expect(PackStep.submit.obstacles(early) == state.lacking)
    let light = Freshness(
      early, state, appropriation: Appropriation(signed: 0, expected: 1), heard: Demo.today,
      today: Demo.today)
    #expect(
      light.light == .red && light.reasons.contains { $0.reason == .incomplete(2) })
    // A draft lacks what it lacks, and nobody says that it was handed over.
    let draft = PackContent(
      pack: content.pack.with(["status": "brouillon"]), sections: [], contacts: [])
    #expect(self.state(draft).status == "brouillon" && self.state(draft).lacking == [])
  }

  @Test(arguments: PackStep.allCases)
  func `the hub lets nobody write what no step of theirs writes`(step: PackStep) throws {
    let field = try #require(Schema.mission[type: "security_pack"]?[field: "status"])
    let values = step.values(try Demo().content("BDG"), by: nil, today: Demo.today)
    let status = try #require(values["status"]?.text)
    if status == "brouillon" {
      guard case .ordered(_, let back) = field.policy else { return #expect(Bool(false)) }
      #expect(back.subtracting([.hub]) == step.roles)
    } else {
      #expect(field.gates[status]?.subtracting([.hub]) == step.roles)
    }
  }

  @Test func `the Country Director alone approves`() {
    for role in Role.allCases where role != .dp { #expect(!PackStep.approve.roles.contains(role)) }
  }

  @Test func `an incomplete pack can neither be submitted nor approved`() throws {
    let content = try Demo().content("KRO")
    for step in [PackStep.submit, .approve] { #expect(!step.obstacles(content).isEmpty) }
    #expect(PackStep.review.obstacles(content).isEmpty)
  }

  @Test func `staff on the move are reviewed after three months`() throws {
    let content = try Demo().content("BDG")
    let moving = PackContent(
      pack: content.pack.with(["kind": "staff_en_mouvement"]), sections: content.sections,
      contacts: content.contacts)
    let values = PackStep.approve.values(moving, by: nil, today: Demo.today)
    #expect(values["review_due_on"] == "2026-10-15")
  }

  @Test func `a new version has the next number and says what changes`() throws {
    let values = PackStep.newVersion.values(
      try Demo().content("BDG"), by: nil, today: Demo.today, note: "Itinéraires")
    #expect(values["version_label"] == "3.2")
    #expect(values["change_summary"] == "Itinéraires")
    #expect(values["status"] == "brouillon")
  }

  // MARK: Who has read

  @Test func `signatures of the current version count against the headcount`() throws {
    let demo = try Demo()
    let base = try demo.first("base", "code", "BDG")
    func read(_ content: PackContent) -> Appropriation {
      Appropriation(of: content, signatures: demo["signature"], staff: demo["person"], base: base)
    }
    let content = try demo.content("BDG")
    #expect(read(content) == Appropriation(signed: 3, expected: 42))
    let next = PackContent(
      pack: content.pack.with(["version_label": "3.2"]), sections: content.sections,
      contacts: content.contacts)
    #expect(read(next) == Appropriation(signed: 0, expected: 42))
  }

  @Test func `an audience counts its own people`() throws {
    let demo = try Demo()
    let drivers = Appropriation(
      of: try demo.content("BDG"), signatures: demo["signature"], staff: demo["person"], base: nil,
      audience: "chauffeurs")
    #expect(drivers == Appropriation(signed: 1, expected: 1))
    #expect(Appropriation(signed: 0, expected: 0).percent == nil)
    #expect(Appropriation(signed: 5, expected: 4).percent == 100)
  }
}
