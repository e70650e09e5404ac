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
  /// Counts of staff who came to harm.
  package static let harm = [
    "staff_killed", "staff_injured", "staff_abducted", "staff_arrested",
  ]

  /// The severity of an incident of which nothing but the harm is known: a person killed, injured,
  /// taken or arrested is grave. Only an injury may turn out light, and somebody must say so.
  package static func leastSeverity(_ values: [String: Value]) -> Int {
    harm.contains { count(values[$0]) > 0 } ? 3 : 1
  }

  /// The severity that an incident gets by harm that becomes known later; nil where it keeps its own,
  /// or the change says one.
  package static func raised(
    by change: [String: Value], over known: [String: Value]
  ) -> Value? {
    let isWorse = harm.contains { count(change[$0]) > count(known[$0]) }
    guard isWorse, change["severity"] == nil else { return nil }
    let least = leastSeverity(known.merging(change) { $1 })
    let severity = known["severity"]?.text.flatMap { Int($0) } ?? 1
    return severity < least ? .text("\(least)") : nil
  }

  private static func count(_ value: Value?) -> Int64 {
    if case .int(let count) = value { count } else { 0 }
  }
}
