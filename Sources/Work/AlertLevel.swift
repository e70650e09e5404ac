package import Shared

/// The level of a base: anybody there may raise it, only the Country Director lowers it from
/// orange or red.
package enum AlertLevel: String, Sendable, CaseIterable, Comparable {
  case green = "vert"
  case yellow = "jaune"
  case orange
  case red = "rouge"

  private var rank: Int { Self.allCases.firstIndex(of: self)! }

  package static func < (a: AlertLevel, b: AlertLevel) -> Bool { a.rank < b.rank }
}

extension AlertLevel {
  /// Who may report on a base's situation at all.
  package static let raisers: Set<Role> = [
    .dp, .dp_adjoint, .referent_surete, .cz, .resp_base, .saisie,
  ]

  /// Whether somebody of this role may bring a base from this level to that one.
  package func mayBecome(_ other: AlertLevel, by role: Role) -> Bool {
    if other == self || !Self.raisers.contains(role) { return false }
    return other > self || self < .orange || role == .dp
  }

  /// The level of a base: what its latest change says. A change downwards from orange or red
  /// counts once the Country Director stands behind it; until then the cautious level holds. One that
  /// begins on a later day counts from then, a higher level from now.
  ///
  /// - Parameters:
  ///   - alerts: of any base.
  ///   - directors: ids of the people who are Country Director.
  package static func current(
    of base: Record, alerts: [Record], directors: Set<String>, today: Day
  ) -> AlertLevel {
    let code = base["code"]
    let changes = alerts.filter { alert in
      alert["base_code"] == code && alert.text("level_to") != nil
        && alert.text("status") != "expiree"
    }.sorted { ($0.text("effective_from") ?? "") < ($1.text("effective_from") ?? "") }
    guard !changes.isEmpty else {
      return base.text("alert_level").flatMap(AlertLevel.init) ?? .green
    }
    return changes.reduce(AlertLevel.green) { level, change in
      guard let to = change.text("level_to").flatMap(AlertLevel.init) else { return level }
      let needsDirector = to < level && level >= .orange
      let isLater = change.day("effective_from").map { $0 > today } ?? false
      if to < level && isLater { return level }
      // Who issued it anybody may write; who confirmed it, Bamako alone.
      let isConfirmed = change.text("confirmed_by").map(directors.contains) ?? false
      return needsDirector && !isConfirmed ? level : to
    }
  }
}
