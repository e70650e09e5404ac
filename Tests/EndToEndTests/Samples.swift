/// Records that the mission takes, as the commands and the tables of people give them.
enum Samples {
  /// A contact of the whole mission.
  static func contact(_ name: String) -> [String] {
    [
      "display_name=\(name)", "function_title=Maire", "contact_type=media", "base_code=GAO",
      "relationship=ponctuelle", "consent_basis=accord_oral",
    ]
  }

  /// An incident that belongs to Bamako alone.
  static func kidnapping(reportedBy person: String) -> [String] {
    [
      "occurred_on=2026-07-01", "base_code=GAO", "locality=Exercice", "place_kind=domicile",
      "exposure=zone", "nature=surete", "category=enlevement", "severity=3",
      "targeting=autre_ong", "actor_type=forces_etat", "staff_safe=oui", "program_impact=aucun",
      "summary=Exercice", "reported_by=\(person)", "source_type=equipe",
    ]
  }

  static let contactColumns = [
    "display_name", "function_title", "contact_type", "base_code", "relationship",
    "consent_basis", "last_verified_on",
  ]

  /// A table of such contacts.
  static func contactTable(
    _ names: [String], separator: String = ";", verifiedOn day: String = "2026-06-30"
  ) -> String {
    let rows = names.map { name in
      [name, "Maire", "media", "GAO", "ponctuelle", "accord_oral", day]
    }
    return ([contactColumns] + rows).map { $0.joined(separator: separator) + "\n" }.joined()
  }

  /// The values of a contact for SQL, in the order of `sqlColumns`.
  static func sqlValues(_ name: String, base: String = "GAO", type: String = "media") -> String {
    "('\(name)', 'Maire', '\(type)', '\(base)', 'ponctuelle', 'accord_oral', 'actif')"
  }

  static let sqlColumns = """
    contact(display_name, function_title, contact_type, base_code, relationship, consent_basis,
      status)
    """
}
