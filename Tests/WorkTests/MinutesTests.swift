import Shared
import Testing

@testable import Work

@Suite struct MinutesTests {
  private let session = record(
    "session", ["kind": "copil", "minutes": "Trois axes retenus.", "minutes_status": "diffuse"], 1)

  private func signature(_ act: String, _ version: String?, _ number: UInt64) -> Record {
    record(
      "signature",
      [
        "subject_type": "session", "subject_id": .text(session.id.description), "act": .text(act),
        "subject_version": version.map { .text($0) } ?? .null,
      ].filter { !$0.value.isNull }, number)
  }

  @Test func `a correction leaves those who signed before it apart`() throws {
    let version = try #require(Minutes.version(of: session))
    let all = [
      signature("signe", version, 2), signature("signe", nil, 3), signature("present", nil, 4),
    ]
    #expect(Minutes(session, signatures: all).signed.count == 2)
    let corrected = session.with(["minutes": "Deux axes retenus."])
    let minutes = Minutes(corrected, signatures: all)
    #expect(minutes.signed.map(\.id) == [all[1].id])
    #expect(minutes.signedBefore.map(\.id) == [all[0].id])
    #expect(minutes.present.map(\.id) == [all[2].id])
  }

  @Test func `minutes go round when there is a text, and are closed once somebody signed it`() {
    func open(_ values: [String: Value], _ role: Role, _ all: [Record] = []) -> [MinutesStep] {
      MinutesStep.open(to: role, Minutes(session.with(values), signatures: all))
    }
    #expect(open(["minutes_status": "a_rediger", "minutes": "  "], .coord_cadre) == [])
    #expect(open(["minutes_status": "a_rediger"], .coord_cadre) == [.share])
    #expect(open(["minutes_status": "a_rediger"], .resp_base) == [])
    #expect(open(["minutes_status": "a_rediger", "kind": "rex"], .resp_base) == [.share])
    #expect(open([:], .coord_cadre) == [.takeBack])
    #expect(open([:], .coord_cadre, [signature("signe", nil, 2)]) == [.close, .takeBack])
    #expect(open(["minutes_status": "signe"], .dp) == [])
  }
}

@Suite struct AccessSheetTests {
  private func sheet(_ name: String, _ day: String, _ level: String, _ number: UInt64) -> Record {
    record(
      "access_assessment",
      [
        "kind": "axe", "name": .text(name), "base_code": "GAO", "assessed_on": .text(day),
        "access_level": .text(level),
      ], number)
  }

  @Test func `the last sheet of a route counts, the most closed route first`() {
    let sheets = AccessSheets(
      [
        sheet("Gao-Bourem", "2026-07-01", "ouvert", 1),
        sheet("Axe Gao – Ansongo", "2026-07-01", "restreint", 2),
        sheet("gao bourem", "2026-07-10", "inaccessible", 3),
      ], days: 30, today: Day("2026-08-05")!)
    #expect(sheets.current.map { $0["name"] } == ["gao bourem", "Axe Gao – Ansongo"])
    #expect(sheets.current.map(sheets.isOutOfDate) == [false, true])
  }
}

@Suite struct PooledSupplyTests {
  @Test func `shares of a product's transport make a hundred, or are shown`() throws {
    let demo = try Demo()
    let campaigns = PooledSupply(demo["pooled_supply"]).campaigns
    #expect(campaigns.map(\.name) == ["ACHAT-2026-T3", "ACHAT-2026-T2"])
    #expect(campaigns.allSatisfy { $0.uneven.isEmpty })
    #expect(campaigns[1].cost == 790_000)
    let less = demo["pooled_supply"].filter { $0["partner_org"] != "ONG santé fictive n° 1" }
    let uneven = PooledSupply(less).campaigns[0].uneven
    #expect(uneven.map(\.leg) == ["Bamako-Sévaré"] && uneven.map(\.sum) == [40])
  }

  @Test func `what came is compared with what was approved, and what should have come is late`()
    throws
  {
    let demo = try Demo()
    let gaps = demo["pooled_supply"].compactMap(\.shortfall)
    #expect(gaps == [20])
    func late(_ day: String) -> Int {
      demo["pooled_supply"].count { $0.isOverdueSupply(Day(day)!) }
    }
    #expect(late("2026-07-24") == 0)
    #expect(late("2026-07-25") == 1)
    #expect(late("2026-10-02") == 5)
  }
}

@Suite struct LatenessTests {
  private let value = record("asaco_value", ["period": "202605"])

  private func entered(_ day: String, device: UInt32 = 3) -> [HistoryEntry] {
    let clock = HybridClock.reading(Int64(Day(day)!.number) * 86_400_000)
    return [
      HistoryEntry(
        field: "value_declared", value: 1, stamp: Stamp(clock: clock, device: device), device: "",
        received: nil, replaced: .null),
      HistoryEntry(
        field: "comment", value: "x", stamp: Stamp(clock: 1, device: device), device: "",
        received: nil, replaced: .null),
    ]
  }

  @Test func `an entry after the tenth of the month after is late, a correction is not`() {
    #expect(!value.isLate(history: entered("2026-06-10")))
    #expect(value.isLate(history: entered("2026-06-11")))
    #expect(!value.isLate(history: entered("2026-06-10") + entered("2026-07-20")))
  }

  @Test func `what is not sent yet goes by when it was entered`() {
    func made(_ day: String) -> Int64 { Int64(Day(day)!.number) * 86_400_000 }
    #expect(!value.isLate(history: [], made: made("2026-06-10")))
    #expect(value.isLate(history: [], made: made("2026-06-11")))
    #expect(!value.isLate(history: entered("2026-09-01", device: 0), made: made("2026-09-01")))
  }

  @Test func `what was taken over from files is never late`() {
    #expect(!value.isLate(history: entered("2026-09-01", device: 0)))
    #expect(!value.isLate(history: []))
  }
}
