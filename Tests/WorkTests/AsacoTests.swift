import Shared
import Testing

@testable import Work

@Suite struct ReportPeriodTests {
  @Test(arguments: ["202605", "2026Q2", "202612", "2026Q4"])
  func `a period is read and written alike`(text: String) {
    #expect(ReportPeriod(text)?.text == text)
  }

  @Test(arguments: ["", "202613", "2026Q5", "2026-5", "202600", "20260", "2026Q0"])
  func `what is no period is none`(text: String) { #expect(ReportPeriod(text) == nil) }

  @Test func `the period before is the year's last when it was the first`() {
    #expect(ReportPeriod("202601")?.previous.text == "202512")
    #expect(ReportPeriod("2026Q1")?.previous.text == "2025Q4")
  }

  @Test(arguments: [
    ("202605", "2026-06-10", false), ("202605", "2026-06-11", true),
    ("2026Q2", "2026-07-10", false),
  ])
  func `an entry is late after the tenth of the month after`(
    period: String, day: String, isLate: Bool
  ) throws {
    #expect(try #require(ReportPeriod(period)).isLate(enteredOn: try #require(Day(day))) == isLate)
  }
}

@Suite struct AsacoRuleTests {
  private func warnings(_ code: String, _ values: [String: Double]) throws -> [Plausibility] {
    let period = try #require(ReportPeriod("202605"))
    return Plausibility.warnings(code, period) { values[$0 + ($1 == period ? "" : " before")] }
  }

  @Test func `what looks wrong is warned of`() throws {
    #expect(try warnings("SRV03", ["SRV03": 16, "SRV02": 10]) == [.moreFourthVisits])
    #expect(try warnings("SRV03", ["SRV03": 15, "SRV02": 10]) == [])
    #expect(
      try warnings("FIN03", ["FIN03": 31, "FIN01": 10, "FIN02": 15, "FIN07": 5]) == [
        .spentMoreThanReceived
      ])
    #expect(try warnings("FIN03", ["FIN03": 30, "FIN01": 10, "FIN02": 15, "FIN07": 5]) == [])
    #expect(try warnings("SRV01", ["SRV01": 31, "SRV01 before": 10]) == [.jump(from: 10)])
    #expect(try warnings("SRV01", ["SRV01": 30, "SRV01 before": 10]) == [])
    #expect(try warnings("SRV01", ["SRV01": 30]) == [])
    #expect(try warnings("SRV01", [:]) == [])
  }

  @Test func `the gap is against what was verified, and a tenth is wide`() throws {
    let demo = try Demo()
    let first = try #require(demo["asaco_value"].first { $0["value_declared"] == .real(412) })
    #expect(try #require(first.gap) < 0.02)
    #expect(!first.hasWideGap)
    #expect(first.isLocked)
    #expect(record("v", ["value_declared": .real(112), "value_verified": .real(100)]).hasWideGap)
    #expect(record("v", ["value_declared": .real(112), "value_verified": .real(0)]).gap == nil)
    #expect(record("v", ["value_declared": .real(112)]).gap == nil)
  }

  @Test(arguments: [
    (0, Autonomy.Grade.notFunctional), (7, .notFunctional), (8, .littleActive), (12, .littleActive),
    (13, .active), (16, .active), (17, .veryActive), (20, .veryActive),
  ])
  func `the score has four grades`(total: Int, grade: Autonomy.Grade) throws {
    #expect(try #require(Autonomy(total: Double(total))).grade == grade)
  }

  @Test func `five marks of 0 to 4 make a score`() {
    #expect(Autonomy(marks: [4, 3, 2, 1, 0])?.total == 10)
    #expect(Autonomy(marks: [4, 3, 2, 1]) == nil)
    #expect(Autonomy(marks: [5, 0, 0, 0, 0]) == nil)
    #expect(Autonomy(total: 21) == nil)
  }
}

@Suite struct DHIS2Tests {
  private func export(_ period: String = "202605") throws -> DHIS2Export {
    let demo = try Demo()
    return DHIS2Export(
      period: period, values: demo["asaco_value"], indicators: demo["indicator"],
      asacos: demo["asaco"])
  }

  @Test func `the demonstration's May is what DHIS2 expects`() throws {
    let rows = try export().rows.map { "\($0.dataElement)/\($0.orgUnit)=\($0.value)" }
    #expect(
      rows == [
        "DEMO_CC_NEW/DEMO_OU_01=405", "DEMO_CPN4/DEMO_OU_01=23", "DEMO_PENTA3/DEMO_OU_01=29",
        "DEMO_CC_NEW/DEMO_OU_03=588",
      ])
  }

  @Test func `what is left behind is listed with its reason`() throws {
    let rejects = try export().rejects.map {
      "\($0.record.text("indicator_code") ?? "") \($0.reason)"
    }
    #expect(rejects == ["FIN01 noElement", "FIN02 noElement", "MED01 noElement", "SRV01 estimate"])
    #expect(try export("2026Q2").rejects.count == 2)
    #expect(try export("2026Q2").rows.isEmpty)
  }

  @Test func `the JSON is DHIS2's bulk form with values as texts`() throws {
    let lines = try export().json.split(separator: "\n")
    #expect(
      lines.first
        == #"{"dataValues":[{"dataElement":"DEMO_CC_NEW","period":"202605","orgUnit":"DEMO_OU_01","value":"405"},"#
    )
    #expect(lines.count == 4)
  }

  @Test func `the CSV has DHIS2's bulk header`() throws {
    let lines = try export().csv.split(separator: "\n")
    #expect(
      lines.first
        == #""dataelement","period","orgunit","categoryoptioncombo","attributeoptioncombo","value""#
    )
    #expect(lines.last == #""DEMO_CC_NEW","202605","DEMO_OU_03","","","588""#)
  }

  @Test func `every export has the form that DHIS2 documents`() throws {
    let schema = try JSONSchema(fixture: "dhis2/data-value-set.schema.json")
    let demo = try Demo()
    let combined = demo["indicator"].map { $0.with(["dhis2_coc": "HllvX50cXC0"]) }
    let quarters = demo["asaco_value"].map { $0.with(["period": "2026Q2"]) }
    for (period, values, indicators) in [
      ("202605", demo["asaco_value"], demo["indicator"]), ("202605", demo["asaco_value"], combined),
      ("2026Q2", quarters, demo["indicator"]), ("203001", demo["asaco_value"], demo["indicator"]),
    ] {
      let export = DHIS2Export(
        period: period, values: values, indicators: indicators, asacos: demo["asaco"])
      #expect(try schema.faults(of: export.json) == [])
      #expect(try schema.faults(of: export.json.replacing("\n", with: "")) == [])
    }
  }

  @Test(arguments: [
    (#"{}"#, " has no dataValues"),
    (
      #"{"dataValues":[{"dataElement":"a","period":"202605","orgUnit":"b","value":4}]}"#,
      "/dataValues[0]/value is no string"
    ),
    (
      #"{"dataValues":[{"dataElement":"a","period":"2026-05","orgUnit":"b","value":"4"}]}"#,
      "/dataValues[0]/period has another form"
    ),
    (
      #"{"dataValues":[{"dataElement":"","period":"202605","orgUnit":"b","value":"4"}]}"#,
      "/dataValues[0]/dataElement is empty"
    ),
    (
      #"{"dataValues":[{"dataElement":"a","period":"202605","orgUnit":"b","value":"4,5"}]}"#,
      "/dataValues[0]/value has another form"
    ),
    (#"{"dataSet":"x","dataValues":[]}"#, " has a stranger, dataSet"),
  ])
  func `what DHIS2 would not take does not pass`(text: String, fault: String) throws {
    let schema = try JSONSchema(fixture: "dhis2/data-value-set.schema.json")
    #expect(try schema.faults(of: text) == [fault])
  }

  @Test func `the CSV's required columns are filled, in the form that DHIS2 documents`() throws {
    let lines = try export().csv.split(separator: "\n").dropFirst()
    #expect(lines.count == 4)
    for line in lines {
      #expect(
        try #/^"[^"]+","\d{6}","[^"]+","[^"]*","[^"]*","-?\d+(\.\d+)?"$/#.wholeMatch(in: line)
          != nil)
    }
  }

  @Test func `a rejected value goes nowhere and a counted one comes first`() throws {
    let demo = try Demo()
    var values = demo["asaco_value"]
    values[0] = values[0].with(["verification_status": "rejete"])
    values[2] = values[2].with(["value_counter": .real(28.5)])
    let export = DHIS2Export(
      period: "202605", values: values, indicators: demo["indicator"], asacos: demo["asaco"])
    #expect(export.rows.map(\.value) == ["23", "28.5", "588"])
    #expect(export.rejects.count == 4)
  }

  @Test func `quotes in a code do not break the file`() {
    let indicator = record("indicator", ["code": "SRV01", "dhis2_data_element": "a\"b\\\n"], 1)
    let asaco = record("asaco", ["code": "AS", "dhis2_org_unit": "o"], 2)
    let value = record(
      "asaco_value",
      [
        "asaco_code": "AS", "indicator_code": "SRV01", "period": "202605",
        "value_declared": .real(1),
      ], 3)
    let export = DHIS2Export(
      period: "202605", values: [value], indicators: [indicator], asacos: [asaco])
    #expect(export.json.contains(#""a\"b\\\u000a""#))
    #expect(export.csv.contains("\"a\"\"b\\\n\""))
  }
}
