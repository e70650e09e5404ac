package import Shared

extension ConflictRecord {
  /// Whether somebody has yet to decide.
  package var isOpen: Bool { status == "open" || status == "proposal" }
}

/// Who may settle a conflict: whoever may write the record, and for a field that some roles decide,
/// one of these. A clerk who lost a value asks their coordinator.
package enum ConflictRule {
  private static let coordinators: Set<Role> = [
    .dp, .dp_adjoint, .referent_surete, .cz, .resp_base, .coord_cadre, .suivi_evaluation, .colog,
    .caf,
  ]

  package static func maySettle(
    _ conflict: ConflictRecord, _ sitter: Sitter, _ schema: Schema
  ) -> Bool {
    guard let type = schema[type: conflict.type], sitter.mayWrite(type),
      coordinators.contains(sitter.role)
    else { return false }
    guard let field = type[field: conflict.field] else { return sitter.mayDelete(type) }
    if case .gated(let roles, _) = field.policy { return roles.contains(sitter.role) }
    if let value = conflict.loser.value.text, let roles = field.gates[value] {
      return roles.contains(sitter.role)
    }
    return true
  }
}
