package import Shared

/// What can be done with a pack next.
package enum PackStep: String, Sendable, CaseIterable {
  /// The base hands its draft to the area coordinator.
  case review
  /// The area coordinator hands it to the Country Director.
  case submit
  case approve
  /// Back to the base, with what is to be changed.
  case returnToDraft
  case markToRevise
  case newVersion
  case archive
}

extension PackStep {
  private static let bamako: Set<Role> = [.dp, .dp_adjoint, .referent_surete]

  package var roles: Set<Role> {
    switch self {
    case .review: [.dp, .dp_adjoint, .referent_surete, .cz, .resp_base, .saisie]
    case .submit, .returnToDraft, .markToRevise, .newVersion: Self.bamako.union([.cz])
    case .approve: [.dp]
    case .archive: Self.bamako
    }
  }

  /// The states from which it is taken.
  private var from: Set<String> {
    switch self {
    case .review: ["brouillon"]
    case .submit: ["en_revue_cz"]
    case .approve: ["soumis_dp"]
    case .returnToDraft: ["en_revue_cz", "soumis_dp"]
    case .markToRevise: ["valide"]
    case .newVersion: ["valide", "a_reviser"]
    case .archive: ["brouillon", "valide", "a_reviser"]
    }
  }

  private var needsComplete: Bool { self == .submit || self == .approve }

  /// The steps that somebody of this role may take now.
  package static func open(to role: Role, _ state: PackState) -> [PackStep] {
    allCases.filter { $0.roles.contains(role) && $0.from.contains(state.status) }
  }

  /// What stands against a step that the role may take: sections that are missing.
  package func obstacles(_ content: PackContent) -> [String] {
    needsComplete ? content.missing : []
  }
}

extension PackStep {
  /// What the step writes into the pack.
  ///
  /// - Parameters:
  ///   - person: who takes it, where that is known.
  ///   - note: what changed, for a new version.
  package func values(
    _ content: PackContent, by person: RecordID?, today: Day, note: String? = nil
  ) -> [String: Value] {
    let signer = person.map { Value.text($0.description) }
    switch self {
    case .review: return ["status": "en_revue_cz"]
    case .submit:
      return ["status": "soumis_dp", "reviewed_on": .text(today.iso)]
        .merging(signer.map { ["reviewed_by": $0] } ?? [:]) { $1 }
    case .approve: return approval(content, signer, today)
    case .returnToDraft: return ["status": "brouillon"]
    case .markToRevise: return ["status": "a_reviser"]
    case .newVersion:
      return [
        "status": "brouillon", "version_label": .text(content.pack.nextVersion),
        "change_summary": note.map { .text($0) } ?? .null,
      ]
    case .archive: return ["status": "archive"]
    }
  }

  private func approval(
    _ content: PackContent, _ signer: Value?, _ today: Day
  ) -> [String: Value] {
    let months = PackState.reviewMonths(kind: content.pack.text("kind"))
    return [
      "status": "valide", "approved_on": .text(today.iso), "approved_by": signer ?? .null,
      "approved_hash": .text(content.fingerprint),
      "review_due_on": .text(today.adding(months: months).iso),
    ]
  }
}

extension PackStep {
  /// What only steps write: by hand, a pack would be approved without its sections, or without the
  /// fingerprint by which a change of them is noticed.
  package static let fields: Set = [
    "status", "reviewed_on", "reviewed_by", "approved_on", "approved_by", "approved_hash",
  ]
}

extension Record {
  /// `3.1` after `3.0`; the whole number is the authors' to raise.
  package var nextVersion: String {
    let parts = (text("version_label") ?? "0.9").split(separator: ".").map { Int($0) ?? 0 }
    return "\(parts.first ?? 1).\((parts.count > 1 ? parts[1] : 0).adding(1))"
  }
}
