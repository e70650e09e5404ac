import Crypto
package import Shared

// Minutes are signed as they stand: a signature names the text by a short fingerprint, so that a
// correction made afterwards shows who signed the text before it. A signature without one was taken over from paper, and
// holds for the minutes as they came.

/// The minutes of a session and who signed them.
package struct Minutes: Sendable {
  package let session: Record
  /// Those who signed this very text, and those who signed an earlier one.
  package let signed, signedBefore: [Record]
  /// Those who are noted as present.
  package let present: [Record]

  /// - Parameter signatures: of any subject.
  package init(_ session: Record, signatures: [Record]) {
    self.session = session
    let own = signatures.filter {
      $0.text("subject_type") == "session" && $0.refers(by: "subject_id", to: session)
    }
    present = own.filter { $0.text("act") == "present" }
    let version = Self.version(of: session)
    let all = own.filter { $0.text("act") == "signe" }
    signed = all.filter { $0.text("subject_version").map { $0 == version } ?? true }
    signedBefore = all.filter { $0.text("subject_version").map { $0 != version } ?? false }
  }

  /// What a signature of the minutes names them by; nil while there are none.
  package static func version(of session: Record) -> String? {
    guard let text = session.text("minutes"), !text.allSatisfy(\.isWhitespace) else { return nil }
    return "pv-" + SHA256.hash(data: Array(text.utf8)).prefix(4).hexadecimal
  }
}

/// A step in the life of minutes.
package enum MinutesStep: String, Sendable, CaseIterable {
  /// Sends the draft round.
  case share
  /// Takes it back, to correct it.
  case takeBack
  /// Ends the signing.
  case close
}

extension MinutesStep {
  private static let keepers: Set<Role> = [.dp, .dp_adjoint, .coord_cadre, .referent_surete]
  private static let backRoles: Set<Role> = [.dp, .coord_cadre, .referent_surete]

  /// The sessions whose minutes are the Cadre's own.
  package static let cadre: Set = [
    "reunion_cadre", "comite_restreint", "copil", "atelier_lancement", "atelier_restitution",
    "atelier_cloture",
  ]

  /// The steps that somebody of this role, who may write sessions, may take now.
  package static func open(to role: Role, _ minutes: Minutes) -> [MinutesStep] {
    let session = minutes.session
    let isKeeper =
      keepers.contains(role) || !cadre.contains(session.text("kind") ?? "")
    switch session.text("minutes_status") {
    case "a_rediger", "brouillon", "sans_objet":
      return isKeeper && Minutes.version(of: session) != nil ? [.share] : []
    case "diffuse":
      let close: [MinutesStep] = isKeeper && !minutes.signed.isEmpty ? [.close] : []
      return close + (backRoles.contains(role) ? [.takeBack] : [])
    default: return []
    }
  }

  package var values: [String: Value] {
    switch self {
    case .share: ["minutes_status": "diffuse"]
    case .takeBack: ["minutes_status": "brouillon"]
    case .close: ["minutes_status": "signe"]
    }
  }
}
