import Testing

@testable import Work

@Suite struct ReviewPeriodTests {
  private static let weeks = [
    ("2026-07-15", "2026-W29"), ("2026-07-13", "2026-W29"), ("2026-07-12", "2026-W28"),
    ("2027-01-01", "2026-W53"), ("2027-01-04", "2027-W01"), ("2024-12-30", "2025-W01"),
    ("1969-12-29", "1970-W01"),
  ]

  @Test(arguments: weeks)
  func `a day is in its ISO week`(day: String, week: String) throws {
    let period = ReviewPeriod(weekOf: try #require(Day(day)))
    #expect(period.text == week)
    #expect(ReviewPeriod(week) == period)
    #expect(period.contains(try #require(Day(day))))
  }

  @Test func `a month has all its days and the one before is the year's last`() throws {
    let january = try #require(ReviewPeriod("2026-01"))
    #expect(january.last.iso == "2026-01-31")
    #expect(january.previous.text == "2025-12")
    #expect(try #require(ReviewPeriod("2026-W01")).previous.text == "2025-W52")
    #expect(try #require(ReviewPeriod("2026-W29")).last.iso == "2026-07-19")
  }

  @Test(arguments: ["", "2026", "2026-13", "2025-W53", "2026-W54", "2026-W1", "26-W01", "2026-7"])
  func `what is no period is none`(text: String) { #expect(ReviewPeriod(text) == nil) }
}
