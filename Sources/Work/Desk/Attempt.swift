/// What a form that was sent would have done, in the program's own words: nothing that was typed is
/// among them, so that the log of what was refused holds no content and has an end.
package struct Attempt: Sendable, Hashable {
  /// The type of the record that it was about; nil where only the record itself would tell.
  package let type: String?
  /// `create`, `update`, `delete`, `settle`, `changeLevel`, or the name of a step.
  package let verb: String

  private init(_ verb: String, _ type: String?) {
    self.type = type
    self.verb = verb
  }

  package static func create(_ type: String) -> Attempt { Attempt("create", type) }
  package static func update(_ type: String) -> Attempt { Attempt("update", type) }
  package static func delete(_ type: String) -> Attempt { Attempt("delete", type) }
  package static let settle = Attempt("settle", nil)
  package static let changeLevel = Attempt("changeLevel", "alert")

  package static func step(_ step: PackStep) -> Attempt { Attempt(step.rawValue, "security_pack") }
  package static func step(_ step: MinutesStep) -> Attempt { Attempt(step.rawValue, "session") }
  package static func step(_ step: IncidentFlow.Step) -> Attempt {
    Attempt(step.rawValue, "incident")
  }
}
