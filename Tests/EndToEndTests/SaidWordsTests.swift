import Glibc
import Testing

/// What the laptop's programs say while they sync, which a service's journal keeps.
@Suite struct SaidWordsTests {
  /// Stands in for a telephone, a name and whatever else may be in a record.
  private static let word = "Aissatou-70010203"

  /// Gao and Kidal change one name without seeing each other, and Gao writes where it may not.
  private func contest(_ mission: Mission, _ number: Int) throws {
    let id = try mission.add(.gao, "contact", Samples.contact(Self.word))
    try mission.sync(.gao)
    try mission.sync(.kidal)
    let name = "display_name=\(Self.word)"
    try succeed(mission.at(.kidal, "set", "contact", id, "\(name)-Kidal-\(number)"))
    try mission.sync(.kidal)
    try succeed(mission.at(.gao, "set", "contact", id, "\(name)-Gao-\(number)"))
    try mission.sqlite(
      mission.replica(.gao),
      """
      INSERT INTO \(Samples.sqlColumns) VALUES \(Samples.sqlValues(Self.word));
      UPDATE contact SET scope = 'base:BDG' WHERE _row = last_insert_rowid();
      """)
  }

  @Test func `what a laptop's programs say holds no content, whatever is refused or lost`() throws {
    let mission = try Mission()
    try contest(mission, 1)
    let synced = try mission.at(.gao, "sync")
    try contest(mission, 2)
    let watch = try Running(program: "djoliba", ["watch", "--data", mission.path("gao")])
    try watch.wait(for: "Synced")
    let watched = watch.end(SIGTERM)
    let status = try mission.status(.gao)
    #expect(status["refused"] == 2)
    #expect(try succeed(mission.hub("conflicts", "--json")).jsonLines().count == 2)
    for said in [synced, watched] {
      #expect(!said.err.isEmpty && !said.err.contains(Self.word), "\(said.err)")
      #expect(!said.out.contains(Self.word), "\(said.out)")
    }
  }
}
