import Shared
import Testing

@testable import Work

@Suite struct AlertLevelTests {
  private static let moves: [(AlertLevel, AlertLevel, Role, Bool)] = [
    (.green, .red, .resp_base, true), (.green, .yellow, .saisie, true),
    (.yellow, .green, .resp_base, true), (.orange, .yellow, .resp_base, false),
    (.orange, .yellow, .cz, false), (.red, .orange, .referent_surete, false),
    (.red, .orange, .dp, true), (.orange, .green, .dp, true), (.green, .yellow, .lecture, false),
    (.green, .yellow, .suivi_evaluation, false), (.orange, .orange, .dp, false),
    (.orange, .red, .resp_base, true),
  ]

  @Test(arguments: moves)
  func `anybody at a base raises, the Country Director alone lowers from orange`(
    from: AlertLevel, to: AlertLevel, role: Role, isAllowed: Bool
  ) {
    #expect(from.mayBecome(to, by: role) == isAllowed)
  }

  @Test func `the hub takes a change of level from those alone who may make one`() {
    let kind = Schema.mission[type: "alert"]?[field: "kind"]
    for value in ["changement_niveau", "levee"] {
      #expect(kind?.gates[value]?.subtracting([.hub]) == AlertLevel.raisers)
    }
  }

  @Test(arguments: [
    ("BDG", AlertLevel.orange), ("TES", .red), ("GAO", .yellow), ("BKO", .green), ("ANS", .orange),
  ])
  func `the demonstration's bases have their levels`(base: String, level: AlertLevel) throws {
    let demo = try Demo()
    let directors = Set(demo["person"].filter { $0["role"] == "dp" }.map(\.id.description))
    let record = try demo.first("base", "code", .text(base))
    let now = AlertLevel.current(
      of: record, alerts: demo["alert"], directors: directors, today: Day("2026-07-15")!)
    #expect(now == level)
  }

  @Test func `a lower level that the Country Director did not confirm does not hold`() {
    let base = record("base", ["code": "GAO", "alert_level": "vert"])
    func alert(_ to: String, _ day: String, by person: String) -> Record {
      record(
        "alert",
        [
          "base_code": "GAO", "kind": "changement_niveau", "level_to": .text(to),
          "status": "active",
          "effective_from": .text(day + "T06:00:00Z"), "issued_by": .text(person),
        ])
    }
    let up = alert("orange", "2026-07-01", by: "P-05")
    let down = alert("jaune", "2026-07-10", by: "P-05")
    func level(_ alerts: [Record], on day: String = "2026-07-15") -> AlertLevel {
      .current(of: base, alerts: alerts, directors: ["P-01"], today: Day(day)!)
    }
    #expect(level([up]) == .orange)
    #expect(level([down, up]) == .orange)
    #expect(level([down.with(["confirmed_by": "P-01"]), up]) == .yellow)
    #expect(level([down.with(["confirmed_by": "P-03"]), up]) == .orange)
    // Announced for the tenth, it holds from the tenth.
    let confirmed = down.with(["confirmed_by": "P-01"])
    #expect(level([confirmed, up], on: "2026-07-09") == .orange)
    #expect(level([confirmed, up], on: "2026-07-10") == .yellow)
    #expect(level([up], on: "2026-06-30") == .orange)
    // Anybody may write that the Country Director issued it.
    #expect(level([down.with(["issued_by": "P-01"]), up]) == .orange)
  }
}

@Suite struct IncidentFlowTests {
  private static let steps: [(String, Role, [IncidentFlow.Step])] = [
    ("signale", .referent_surete, [.verify]), ("signale", .resp_base, []),
    ("verifie", .referent_surete, [.analyse]), ("en_analyse", .dp, [.close]),
    ("en_analyse", .referent_surete, []), ("clos", .dp, []),
  ]

  @Test(arguments: steps)
  func `an incident is verified by the focal point and closed by the Country Director`(
    status: String, role: Role, steps: [IncidentFlow.Step]
  ) {
    let incident = record("incident", ["status": .text(status)])
    #expect(IncidentFlow(incident).steps(for: role) == steps)
  }

  @Test func `a report is owed after seven days, a review of a grave one after fourteen`() throws {
    let grave = record(
      "incident",
      [
        "occurred_on": "2026-07-06", "severity": "3", "status": "signale",
        "report_stage": "immediat",
      ])
    let (report, review) = (Day("2026-07-13")!, Day("2026-07-20")!)
    #expect(
      IncidentFlow(grave).duties(sessions: []) == [.report(due: report), .review(due: review)])
    let rex = record("session", ["kind": "rex", "incident_id": .text(grave.id.description)], 2)
    #expect(IncidentFlow(grave).duties(sessions: [rex]) == [.report(due: report)])
    #expect(
      IncidentFlow(grave.with(["severity": "2", "report_stage": "post_incident"])).duties(
        sessions: []) == [])
    #expect(IncidentFlow(grave.with(["status": "clos"])).duties(sessions: []) == [])
  }

  @Test func `the hub takes each step of an incident from those alone who may take it`() {
    let field = Schema.mission[type: "incident"]?[field: "status"]
    for (step, before) in zip(IncidentFlow.Step.allCases, ["signale", "verifie", "en_analyse"]) {
      let flow = IncidentFlow(record("incident", ["status": .text(before)]))
      let allowed = Role.allCases.filter { $0 != .hub && flow.steps(for: $0) == [step] }
      let status = flow.values(step, by: nil)["status"]?.text ?? ""
      #expect(field?.gates[status]?.subtracting([.hub]) == Set(allowed))
    }
  }

  @Test(arguments: ["staff_killed", "staff_injured", "staff_abducted", "staff_arrested"])
  func `harm to staff is never minor`(field: String) {
    #expect(IncidentFlow.leastSeverity([field: 1]) == 3)
    #expect(IncidentFlow.leastSeverity([field: 0]) == 1)
  }

  @Test(arguments: ["staff_killed", "staff_injured", "staff_abducted", "staff_arrested"])
  func `harm that is reported later makes the incident grave, too`(field: String) {
    let known: [String: Value] = ["severity": "2", field: 0]
    #expect(IncidentFlow.raised(by: [field: 1], over: known) == "3")
    #expect(IncidentFlow.raised(by: [field: 0], over: known) == nil)
    #expect(IncidentFlow.raised(by: ["locality": "Gao"], over: known) == nil)
    #expect(IncidentFlow.raised(by: [field: 1], over: [field: 0, "severity": "4"]) == nil)
    // Who says how grave it is in the same breath has thought of it: an injury may be light.
    #expect(IncidentFlow.raised(by: [field: 1, "severity": "2"], over: known) == nil)
    // A correction that leaves the harm as it is, or lowers it, raises nothing.
    #expect(IncidentFlow.raised(by: [field: 1], over: ["severity": "2", field: 2]) == nil)
  }

  @Test(arguments: [
    ("staff_injured", "1", true), ("staff_injured", "2", false),
    ("staff_killed", "2", true), ("staff_killed", "3", false),
  ])
  func `an injury is moderate at least, a death grave`(
    field: String, severity: String, isRefused: Bool
  )
    throws
  {
    let type = try #require(Schema.mission[type: "incident"])
    let problems = type.checkRules([field: 1, "severity": .text(severity)])
    #expect(problems.contains { $0.code == .invalid_value && $0.place == "severity" } == isRefused)
  }
}

@Suite struct VoteTests {
  private func members(_ count: Int) -> [Record] {
    (0..<count).map {
      record(
        "cc_member", ["organisation": .text("ONG \($0)"), "status": "actif", "vote_right": 1],
        UInt64($0))
    }
  }

  private func vote(_ number: Int, _ act: String = "vote_pour") -> Record {
    record(
      "signature",
      [
        "subject_type": "roadmap", "subject_id": "FR", "subject_version": "1.0",
        "signer_org": .text("ONG \(number)"), "act": .text(act),
      ])
  }

  @Test(arguments: [(8, 4, false), (8, 5, true), (9, 4, false), (9, 5, true), (0, 0, false)])
  func `more than half of those who may vote carry it`(voters: Int, votes: Int, isCarried: Bool) {
    let result = Votes(
      on: VoteSubject(name: "FR", version: "1.0"), signatures: (0..<votes).map { vote($0) },
      members: members(voters))
    #expect(result.isCarried == isCarried)
  }

  @Test func `an organisation has one voice, and a guest none`() {
    let votes = [vote(0), vote(0), vote(1, "abstention"), vote(77)]
    let result = Votes(
      on: VoteSubject(name: "FR", version: "1.0"), signatures: votes, members: members(3))
    #expect(result.inFavour == 1)
    #expect(result.abstained == 1)
    #expect(result.voters == 3)
    #expect(!result.isCarried)
  }

  @Test func `votes on another version count there, and versions come in their order`() {
    let votes = ["10.0", "9.0", "1.0"].flatMap { version in
      (0..<2).map { vote($0).with(["subject_version": .text(version)]) }
    }
    #expect(VoteSubject.all(votes).map(\.version) == ["1.0", "9.0", "10.0"])
    let result = Votes(
      on: VoteSubject(name: "FR", version: "9.0"), signatures: votes, members: members(3))
    #expect(result.inFavour == 2 && result.silent == ["ONG 2"])
  }

  @Test func `the demonstration's roadmap has nine voices of which two have signed`() throws {
    let demo = try Demo()
    let result = Votes(
      on: VoteSubject(name: "FEUILLE-2026", version: "1.0"), signatures: demo["signature"],
      members: demo["cc_member"])
    #expect(result.inFavour == 2)
    #expect(result.voters == 9)
  }
}

@Suite struct ContactCareTests {
  private static let today = Demo.today

  private func due(_ values: [String: Value], met: Day? = nil) -> ContactCare.Due? {
    ContactCare(record("contact", ["status": "actif"]).with(values), met: met, today: Self.today)
      .due
  }

  @Test(arguments: [(180, nil), (181, ContactCare.Due.verify)] as [(Int, ContactCare.Due?)])
  func `a number is checked again after half a year`(days: Int, due: ContactCare.Due?) {
    #expect(self.due(["last_verified_on": .text((Self.today + -days).iso)]) == due)
  }

  @Test func `after 24 months without contact it is archived, after 36 erased`() {
    func lastMet(_ day: String) -> ContactCare.Due? { due(["last_verified_on": .text(day)]) }
    #expect(lastMet("2024-07-15") == .verify)
    #expect(lastMet("2024-07-14") == .archive)
    #expect(lastMet("2023-07-15") == .archive)
    #expect(lastMet("2023-07-14") == .erase)
  }

  @Test func `an exchange counts as contact, and a later day to keep it holds the archive back`() {
    let old: [String: Value] = ["last_verified_on": "2023-01-01"]
    #expect(due(old) == .erase)
    #expect(due(old, met: Day("2026-06-01")) == .verify)
    #expect(due(["last_verified_on": "2024-07-14", "retention_until": "2027-01-01"]) == .verify)
  }

  @Test func `somebody who left needs no check`() {
    #expect(due(["status": "parti", "last_verified_on": "2025-01-01"]) == nil)
  }

  @Test func `the demonstration has contacts to check`() throws {
    let demo = try Demo()
    let due = demo["contact"].filter {
      ContactCare($0, interactions: demo["interaction"], today: Self.today).due == .verify
    }
    #expect(due.compactMap { $0.text("display_name") } == ["Notable (fictif)"])
  }
}
