import GRDB
import Testing

@testable import Shared
@testable import Storage

@Suite struct SearchTests {
  private let desk: Desk

  init() throws { desk = try Desk() }

  private func found(_ text: String) throws -> Int { try desk.replica.search(text).count }

  private func ghosts(_ word: String) throws -> Int {
    try desk.rows("SELECT rowid FROM _search WHERE _search MATCH '\(word)'").count
  }

  @Test(arguments: [
    "representante", "REPRÉSENTANTE", "repré", "re\u{301}presentante", "préfète fictive",
    "administrative autorité", "authority", "Autorité administrative", "gao", "fict pref",
  ])
  func `words are found whatever their accents, case, order and end`(text: String) throws {
    try desk.write { _ = try $0.insert("contact", Desk.contact) }
    #expect(try found(text) == 1)
  }

  @Test(arguments: [
    "", "  ", "'", "\"", "zzz", "fictive zzz", "*", "rep AND", "NEAR(a b)", "\u{0}",
  ])
  func `what is not there is not found, whatever is typed`(text: String) throws {
    try desk.write { _ = try $0.insert("contact", Desk.contact) }
    #expect(try found(text) == 0)
  }

  @Test(arguments: ["ߒߞߏ߫ ߞߊ߲ߜߍ", "हिन्दी", "1️⃣2", "a\u{20DD}b", "تمنراستِ"])
  func `writings with marks of their own are no error`(text: String) throws {
    try desk.write {
      _ = try $0.insert("contact", Desk.contact.merging(["organisation": .text(text)]) { $1 })
    }
    #expect(try found(text) == 1)
  }

  @Test func `a first search takes rows in by batches, and one that was stopped is gone on with`()
    throws
  {
    for number in 0..<7 {
      try desk.write {
        let name: [String: Value] = ["display_name": .text("Personne \(number)")]
        _ = try $0.insert("contact", Desk.contact.merging(name) { $1 })
      }
    }
    for isMore in [true, true] {
      let more = try desk.replica.write { db, shape in
        try SearchIndex(db: db, shape: shape, batch: 3).update()
      }
      #expect(more == isMore)
    }
    #expect(try ghosts("personne") == 6)
    try desk.sql("UPDATE contact SET display_name = 'Tombouctou' WHERE display_name = 'Personne 0'")
    #expect(try found("tombouctou") == 1 && found("personne") == 6 && ghosts("personne") == 6)
  }

  @Test func `a changed word is gone from the index`() throws {
    let id = try desk.write { try $0.insert("contact", Desk.contact) }.description
    #expect(try found("fictive") == 1 && ghosts("fictive") == 1)
    try desk.write { try $0.update("contact", id, ["display_name": "Personne"]) }
    #expect(try found("fictive") == 0 && ghosts("fictive") == 0)
    try desk.sql("UPDATE contact SET display_name = 'Tombouctou'")
    #expect(try found("tombouctou") == 1 && ghosts("personne") == 0)
  }

  @Test func `a deleted record's words are gone from the index`() throws {
    try desk.write { _ = try $0.insert("contact", Desk.contact) }
    #expect(try found("fictive") == 1)
    try desk.sql("DELETE FROM contact")
    #expect(try found("fictive") == 0 && ghosts("fictive") == 0)
  }

  @Test func `a record that left takes its words along`() throws {
    try desk.receive([(id: Desk.id(1), values: Desk.contact)], first: 8)
    #expect(try found("fictive") == 1)
    var answer = SyncAnswer(hubClock: Desk.now)
    answer.leaves = [Leave(scope: .mission, type: "contact", handle: 8)]
    let report = try desk.replica.apply([answer], to: PendingPage(), now: Desk.now)
    #expect(report.left == 1)
    #expect(try found("fictive") == 0 && ghosts("fictive") == 0)
    #expect(try desk.count("contact") == 0 && desk.count("_history") == 0)
  }
}
