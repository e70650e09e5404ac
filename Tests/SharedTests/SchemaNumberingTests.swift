import Testing

@testable import Shared

@Suite struct `References counted by base and year` {
  private let numbering = Schema.mission[type: "incident"]![field: "ref_no"]!.numbering!

  @Test func `a prefix needs the base and the date`() {
    #expect(numbering.prefix(["base_code": "GAO", "occurred_on": "2026-07-04"]) == "GAO-2026-")
    #expect(numbering.prefix(["base_code": "GAO"]) == nil)
    #expect(numbering.prefix(["occurred_on": "2026-07-04"]) == nil)
  }

  @Test(arguments: [
    ([], "GAO-2026-001"), (["GAO-2026-011", "GAO-2026-002"], "GAO-2026-012"),
    (["GAO-2026-999"], "GAO-2026-1000"), (["GAO-2026-abc"], "GAO-2026-001"),
  ])
  func `the next one follows the highest`(taken: [String], next: String) {
    #expect(Numbering.next("GAO-2026-", after: taken) == next)
  }

  @Test func `a number that none can follow is not counted`() {
    let largest = "GAO-2026-\(Int.max)"
    #expect(Numbering.next("GAO-2026-", after: [largest]) == "GAO-2026-001")
    #expect(Numbering.next("GAO-2026-", after: [largest, "GAO-2026-007"]) == "GAO-2026-008")
    #expect(Numbering.next("GAO-2026-", after: ["GAO-2026--5"]) == "GAO-2026-001")
  }

  @Test func `a numbered field must name fields of its type`() {
    let json = String(decoding: Schema.mission.source, as: UTF8.self)
      .replacing("\"year_of\": \"occurred_on\"", with: "\"year_of\": \"someday\"")
    #expect(throws: Problem.self) { try Schema(json: Array(json.utf8)) }
  }
}
