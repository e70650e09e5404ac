/// What a device's user may do. The words are the mission's own.
public enum Role: String, Sendable, Hashable, CaseIterable, Codable {
  case dp, dp_adjoint, referent_surete, cz, resp_base, colog, caf, coordo, suivi_evaluation
  case coord_cadre, saisie, lecture
  /// The hub itself, when it loads data or settles a conflict.
  case hub
}
