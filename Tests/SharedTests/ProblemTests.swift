import Testing

@testable import Shared

@Suite struct ProblemTests {
  @Test func `a sentence names the place in both languages`() {
    let problem = Problem(.unknown_field, at: "contact.phone_sat", cause: "line 3")
    #expect(problem.sentence(.fr) == "Ce champ n'existe pas. (contact.phone_sat)")
    #expect(problem.sentence(.en) == "There is no such field. (contact.phone_sat)")
    #expect(Problem(.unknown_field).sentence(.en) == "There is no such field.")
  }

  @Test func `a hint says what to do`() {
    #expect(Problem(.not_enrolled).hint(.en) == "Run: djoliba enroll INVITATION.")
    #expect(Problem(.not_enrolled).hint(.fr) == "Lancez : djoliba enroll INVITATION.")
  }

  @Test func `a log line holds sentence, hint and cause`() {
    let problem = Problem(.disk_full, at: "/data", cause: "SQLite error 13")
    #expect(
      problem.description == """
        The disk is full. Nothing that was saved is lost. (/data) \
        Free some space, then run again. SQLite error 13
        """)
  }

  @Test func `problems of one code at one place are equal`() {
    #expect(Problem(.locked, at: "a") == Problem(.locked, at: "a"))
    #expect(Problem(.locked, at: "a") != Problem(.locked, at: "b"))
  }
}
