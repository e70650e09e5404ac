package import Shared

/// What an incident's report needs next.
package struct IncidentFlow: Sendable {
  package enum Step: String, Sendable, CaseIterable {
    case verify, analyse, close
  }

  package enum Duty: Sendable, Hashable {
    /// The full report, seven days after.
    case report(due: Day)
    /// The after-action review, fourteen days after a grave one.
    case review(due: Day)
  }

  package let incident: Record

  package init(_ incident: Record) { self.incident = incident }

  /// The steps that somebody of this role may take now.
  package func steps(for role: Role) -> [Step] {
    switch incident.text("status") {
    case "signale": [.dp, .referent_surete].contains(role) ? [.verify] : []
    case "verifie": [.dp, .dp_adjoint, .referent_surete].contains(role) ? [.analyse] : []
    case "en_analyse": role == .dp ? [.close] : []
    default: []
    }
  }

  package func values(_ step: Step, by person: RecordID?) -> [String: Value] {
    switch step {
    case .verify:
      ["status": "verifie", "verified_by": person.map { .text($0.description) } ?? .null]
    case .analyse: ["status": "en_analyse"]
    case .close: ["status": "clos"]
    }
  }

  /// What is still owed, and by when.
  ///
  /// - Parameter sessions: meetings, of which a review may be one.
  package func duties(sessions: [Record]) -> [Duty] {
    guard let day = incident.day("occurred_on"), incident.text("status") != "clos" else {
      return []
    }
    var duties: [Duty] = []
    if incident.text("report_stage") != "post_incident" { duties.append(.report(due: day + 7)) }
    let isReviewed = sessions.contains {
      $0.text("kind") == "rex" && $0.refers(by: "incident_id", to: incident)
    }
    if incident.isGrave && !isReviewed { duties.append(.review(due: day + 14)) }
    return duties
  }
}

extension IncidentFlow {
  /// The least severity that the harm allows: a person killed, injured, taken or arrested is
  /// never minor.
  package static func leastSeverity(_ values: [String: Value]) -> Int {
    let harm = ["staff_killed", "staff_injured", "staff_abducted", "staff_arrested"]
    return harm.contains { if case .int(let count) = values[$0] { count > 0 } else { false } }
      ? 3 : 1
  }
}
