import Shared
import Work

// Who sends a form that their role, or where they work, does not let them send leaves a line in the
// book, whether the answer is a refusal or the form once more. What is hidden and what is not there
// are noted alike: a line costs time, and time would tell the one from the other.

extension Page {
  /// What the form that was sent would have done; nil where none of ours goes.
  var attempt: Attempt? {
    guard request.isPost, let place = Place(rawValue: request.path.first ?? "") else { return nil }
    let rest = Array(request.path.dropFirst())
    switch (place, rest.count, rest.last) {
    case (.records, 2, "nouvelle"): return schema[type: rest[0]].map { .create($0.name) }
    case (.records, 3, "modifier"): return schema[type: rest[0]].map { .update($0.name) }
    case (.records, 3, "supprimer"): return schema[type: rest[0]].map { .delete($0.name) }
    case (.packs, 2, "etape"): return step.flatMap(PackStep.init).map { .step($0) }
    case (.sessions, 2, "etape"): return step.flatMap(MinutesStep.init).map { .step($0) }
    case (.packs, 2, "signer"), (.sessions, 2, "signer"), (.cadre, 1, "vote"):
      return .create("signature")
    case (.incidents, 1, "signaler"): return .create("incident")
    case (.incidents, 1, _): return step.flatMap(IncidentFlow.Step.init).map { .step($0) }
    case (.conflicts, 1, _): return .settle
    case (.alerts, 0, _): return .changeLevel
    default: return nil
    }
  }

  private var step: String? { form["etape"] }

  /// Notes that what was sent is not for whoever sent it.
  func noteRefusal(_ problem: Problem) throws(Problem) {
    guard let attempt, Self.refusals.contains(problem.code) else { return }
    try desk.noteRefusal(of: attempt, problem.code)
  }

  /// What a role or a grant is refused with, and what is not there for it.
  private static let refusals: Set<Problem.Code> = [
    .role_not_allowed, .scope_not_granted, .scope_widened, .other_base, .locked, .going_back,
    .not_found,
  ]

  /// Goes on when whoever filled a form can put it right there, and throws any other problem.
  func showAgain(_ problem: Problem) throws(Problem) {
    guard problem.isAboutTheForm else { throw problem }
    try noteRefusal(problem)
  }
}

extension Problem {
  /// Whether whoever filled a form can put it right there.
  fileprivate var isAboutTheForm: Bool { code.exitCode == 65 && code != .not_found }
}
