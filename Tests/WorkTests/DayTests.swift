import Testing

@testable import Work

@Suite struct DayTests {
  @Test(arguments: ["1970-01-01", "2000-02-29", "2026-07-15", "2099-12-31"])
  func `a day is read and written alike`(text: String) { #expect(Day(text)?.iso == text) }

  @Test(arguments: ["", "2026-07", "2026-13-01", "15/07/2026", "2026-07-00", "aaaa-bb-cc"])
  func `what is no day is none`(text: String) { #expect(Day(text) == nil) }

  @Test func `a moment is of its day`() {
    #expect(Day("2026-07-15T23:59:59Z") == Day("2026-07-15"))
    #expect(Day(milliseconds: 1_784_073_600_000 + 86_399_999).iso == "2026-07-15")
    #expect(Day(milliseconds: -1).iso == "1969-12-31")
  }

  @Test func `days are counted over months and leap years`() throws {
    let (a, b) = (try #require(Day("2026-01-15")), try #require(Day("2026-07-15")))
    #expect(b - a == 181)
    #expect((a + 181) == b)
  }

  @Test(arguments: [
    ("2026-08-31", 6, "2027-02-28"), ("2026-02-25", 6, "2026-08-25"),
    ("2026-11-30", 3, "2027-02-28"),
    ("2026-03-31", -1, "2026-02-28"),
  ])
  func `months later is the same day or the month's last`(from: String, months: Int, to: String)
    throws
  {
    #expect(try #require(Day(from)).adding(months: months).iso == to)
  }

  @Test(arguments: [
    ("Aïssata Élève ŒUVRE", "aissata eleve ouvre"), ("Gao–Bourem", "gao–bourem"),
    ("Ñandé", "nande"),
    ("e\u{301}tat d\u{2019}alerte", "etat d'alerte"), ("Kɛnɛya", "kɛnɛya"),
  ])
  func `accents and capitals do not matter`(text: String, folded: String) {
    #expect(Folding.folded(text) == folded)
  }

  @Test func `every word must begin a word`() {
    let texts = ["Aïssata Fictif", "Gao"]
    #expect(Folding.holds(Folding.words("gao AISS"), in: texts))
    #expect(!Folding.holds(Folding.words("ssata"), in: texts))
    #expect(!Folding.holds(Folding.words("gao kidal"), in: texts))
    #expect(Folding.holds(Folding.words("démo"), in: ["l'équipe-Démo"]))
    #expect(Folding.holds(Folding.words("kɛnɛ"), in: ["Kɛnɛya"]))
    #expect(!Folding.holds(Folding.words("nɛya"), in: ["Kɛnɛya"]))
    #expect(!Folding.holds(["long"], in: ["lon", ""]))
    #expect(Folding.holds([], in: []))
  }
}
