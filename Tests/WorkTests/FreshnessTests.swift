import Shared
import Testing

@testable import Work

/// The lights of `domain`, rule by rule, and on the demonstration's bases.
@Suite struct FreshnessTests {
  private static let today = Day("2026-07-15")!

  /// A pack that breaks no rule: approved, signed, tested.
  private static func pack(_ values: [String: Value] = [:]) -> Record {
    record(
      "security_pack",
      [
        "base_code": "GAO", "kind": "base", "version_label": "1.0", "status": "valide",
        "approved_on": "2026-06-01", "review_due_on": "2026-12-01",
      ]
    ).with(values)
  }

  private func light(
    pack: [String: Value] = [:], tested: Value = "2026-07-01", ok: Value = 1, percent: Int = 95,
    heard: Day? = today, incidents: [Record] = []
  ) -> Freshness {
    let pack = Self.pack(pack)
    let contact = record(
      "emergency_contact",
      ["pack_id": .text(pack.id.description), "rank": 1, "phone_orange": "+22370000000"], 2
    ).with(["last_tested_on": tested, "last_test_ok": ok])
    let content = PackContent(pack: pack, sections: [], contacts: [contact])
    return Freshness(
      content, PackState(content, incidents: incidents, alerts: []),
      appropriation: Appropriation(signed: percent, expected: 100), heard: heard,
      today: Self.today)
  }

  @Test func `a pack that breaks no rule is green and gives no reason`() {
    #expect(light().light == .green)
    #expect(light().reasons.isEmpty)
  }

  @Test(arguments: [
    (31, Light.green), (30, .yellow), (0, .yellow), (-1, .orange), (-30, .orange), (-31, .red),
  ])
  func `the review's day sets the light`(days: Int, light: Light) {
    let due = Value.text((Self.today + days).iso)
    #expect(self.light(pack: ["review_due_on": due]).light == light)
  }

  @Test(arguments: [(89, Light.green), (90, .yellow), (180, .yellow), (181, .red)])
  func `the age of a number's test sets the light`(days: Int, light: Light) {
    #expect(self.light(tested: .text((Self.today + -days).iso)).light == light)
  }

  @Test func `a number that was never tested is as bad as an old one`() {
    #expect(light(tested: .null).light == .red)
  }

  @Test func `a number that did not answer is no green`() {
    #expect(light(ok: 0).light == .yellow)
  }

  @Test(arguments: [(90, Light.green), (89, .yellow), (60, .yellow), (59, .orange), (0, .orange)])
  func `who has read it sets the light`(percent: Int, light: Light) {
    #expect(self.light(percent: percent).light == light)
  }

  @Test(arguments: ["brouillon", "en_revue_cz", "soumis_dp"])
  func `without an approved version the base is red`(status: String) {
    #expect(light(pack: ["status": .text(status)]).light == .red)
  }

  @Test func `to be revised is yellow, and orange after a grave incident`() {
    #expect(light(pack: ["status": "a_reviser"]).light == .yellow)
    let incident = record(
      "incident", ["base_code": "GAO", "occurred_on": "2026-06-20", "severity": "3"], 3)
    #expect(light(incidents: [incident]).light == .orange)
  }

  @Test func `an incident of before the approval, of another base or minor changes nothing`() {
    let grave: [String: Value] = ["base_code": "GAO", "occurred_on": "2026-06-20", "severity": "3"]
    for other in [["occurred_on": "2026-05-20"], ["base_code": "KDL"], ["severity": "2"]]
      as [[String: Value]]
    {
      let incident = record("incident", grave, 3).with(other)
      #expect(light(incidents: [incident]).light == .green)
    }
  }

  @Test(arguments: [(14, Light.green), (15, .grey), (400, .grey)])
  func `a silent base is grey`(days: Int, light: Light) {
    #expect(self.light(heard: Self.today + -days).light == light)
  }

  @Test func `grey hides no green and no red`() {
    let silent = light(tested: .null, heard: nil)
    #expect(silent.light == .grey)
    #expect(silent.reasons.map(\.reason).contains(.neverTested(1)))
  }

  @Test func `a base without a pack is red, and grey when it is silent too`() {
    #expect(Freshness(withoutPackHeard: Self.today, today: Self.today).light == .red)
    #expect(Freshness(withoutPackHeard: nil, today: Self.today).light == .grey)
  }

  // MARK: The demonstration

  @Test func `Ansongo is red and forty days overdue`() throws {
    let ansongo = try Demo().freshness("ANS")
    #expect(ansongo.light == .red)
    #expect(ansongo.reasons.map(\.reason).contains(.reviewOverdue(days: 40)))
  }

  @Test func `Bandiagara is red for a number of 181 days, and to be revised`() throws {
    let bandiagara = try Demo().freshness("BDG")
    let reasons = bandiagara.reasons.map(\.reason)
    #expect(bandiagara.light == .red)
    #expect(reasons.first == .untested(1, days: 181))
    #expect(reasons.contains(.toRevise(afterIncident: false)))
    #expect(reasons.contains(.testFailed(1)))
    #expect(reasons.contains(.littleRead(percent: 7)))
  }

  @Test func `Koro has no valid pack`() throws {
    let koro = try Demo().freshness("KRO")
    #expect(koro.light == .red)
    #expect(koro.reasons.map(\.reason).contains(.noValidPack))
  }

  @Test func `Tessalit is grey when it has not synced`() throws {
    #expect(try Demo().freshness("TES", heard: Demo.today + -20).light == .grey)
  }
}
