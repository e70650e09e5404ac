package import Shared

/// Why an approved pack must be revised.
package enum RevisionReason: Sendable, Hashable {
  /// Somebody said so.
  case stated
  case contentChanged
  case incident(Record)
  case alert(Record)
}

/// Where a pack stands in its life, read from the records and never only from its status: the
/// law that a changed text needs a new approval holds on a laptop without a network too.
package struct PackState: Sendable {
  /// `brouillon`, `en_revue_cz`, `soumis_dp`, `valide`, `a_reviser` or `archive`.
  package let status: String
  package let reasons: [RevisionReason]
  /// Codes of what a submitted pack lacks. While it lacks something it counts as in review: its parts
  /// reach Bamako in any order, or somebody took one out afterwards, and no step but this reading
  /// of all of them knows.
  package let lacking: [String]
  package let reviewDue: Day?

  /// - Parameters:
  ///   - incidents, alerts: of any base; those of this pack's base count.
  package init(_ content: PackContent, incidents: [Record], alerts: [Record]) {
    let pack = content.pack
    reviewDue = Self.reviewDue(of: pack)
    let stored = pack.text("status") ?? "brouillon"
    lacking = stored == "soumis_dp" ? content.missing : []
    guard lacking.isEmpty else {
      (status, reasons) = ("en_revue_cz", [])
      return
    }
    guard stored == "valide" || stored == "a_reviser" else {
      (status, reasons) = (stored, [])
      return
    }
    var found = Self.triggers(pack, incidents: incidents, alerts: alerts)
    if content.hasChangedSinceApproval { found.insert(.contentChanged, at: 0) }
    if stored == "a_reviser" && found.isEmpty { found = [.stated] }
    reasons = found
    status = found.isEmpty ? "valide" : "a_reviser"
  }

  package var isApproved: Bool { status == "valide" || status == "a_reviser" }

  /// Whether it must be revised because of a grave incident: then there are fourteen days.
  package var followsIncident: Bool {
    reasons.contains { if case .incident = $0 { true } else { false } }
  }
}

extension PackState {
  /// Months between reviews.
  package static func reviewMonths(kind: String?) -> Int { kind == "staff_en_mouvement" ? 3 : 6 }

  /// Days in which a pack is reviewed after a grave incident.
  package static let daysAfterIncident = 14

  private static func reviewDue(of pack: Record) -> Day? {
    pack.day("review_due_on")
      ?? pack.day("approved_on")?.adding(months: reviewMonths(kind: pack.text("kind")))
  }

  private static func triggers(
    _ pack: Record, incidents: [Record], alerts: [Record]
  ) -> [RevisionReason] {
    guard let approved = pack.day("approved_on") else { return [] }
    func concerns(_ record: Record, _ field: String) -> Bool {
      record["base_code"] == pack["base_code"] && record.day(field).map { $0 > approved } ?? false
    }
    let grave = incidents.filter { concerns($0, "occurred_on") && $0.isGrave }
    let raised = alerts.filter { concerns($0, "effective_from") && $0.raisesToTension }
    return grave.map { .incident($0) } + raised.map { .alert($0) }
  }
}

extension Record {
  /// An incident of severity 3 or 4.
  package var isGrave: Bool { ["3", "4"].contains(text("severity") ?? "") }

  /// An alert that raised a level to orange or red.
  fileprivate var raisesToTension: Bool {
    guard text("kind") == "changement_niveau", let to = text("level_to").flatMap(AlertLevel.init)
    else { return false }
    let from = text("level_from").flatMap(AlertLevel.init)
    return to >= .orange && from.map { to > $0 } ?? true
  }
}
