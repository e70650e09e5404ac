import Testing

@testable import Shared

struct SchemaScopeTests {
  private static let records: [String: [String: Value]] = [
    "base GAO": ["kind": "base", "parent_code": "BKO"],
    "base ANS": ["kind": "sous_base", "parent_code": "GAO"],
    "base SEV": ["kind": "pharmacie", "parent_code": "BKO"],
    "security_pack P": ["scope": "base:KDL"],
    "incident I": ["scope": "bamako"],
    "contact C": ["scope": "mission"],
    "asaco AS-BDG-01": ["scope": "base:BDG"],
  ]

  static let scopes: [(String, [String: Value], String?)] = [
    ("base", ["code": "GAO"], "mission"),
    ("indicator", [:], "mission"), ("alert", ["base_code": "GAO"], "mission"),
    ("cc_member", [:], "mission"), ("roadmap_progress", [:], "mission"),
    ("pooled_supply", ["destination_base": "GAO"], "mission"),
    ("security_pack", ["kind": "capitale", "base_code": "BKO"], "mission"),
    ("security_pack", ["kind": "staff_en_mouvement", "base_code": "BKO"], "mission"),
    ("security_pack", ["kind": "base", "base_code": "GAO"], "base:GAO"),
    ("security_pack", ["kind": "sous_base", "base_code": "ANS"], "base:GAO"),
    ("pack_section", ["pack_id": "P"], "base:KDL"), ("pack_section", ["pack_id": "Q"], nil),
    ("emergency_contact", ["pack_id": "P"], "base:KDL"),
    (
      "signature", ["subject_type": "security_pack", "subject_id": "P", "base_code": "GAO"],
      "base:KDL"
    ),
    ("signature", ["subject_type": "session", "subject_id": "S", "base_code": "GAO"], "base:GAO"),
    ("signature", ["subject_type": "roadmap", "subject_id": "F", "base_code": "BKO"], "mission"),
    ("incident", ["category": "vol_pillage", "base_code": "ANS"], "base:GAO"),
    ("incident", ["category": "vol_pillage", "base_code": "SEV"], "base:SEV"),
    ("incident", ["category": "vol_pillage", "base_code": "ZZZ"], "base:ZZZ"),
    ("incident", ["category": "vol_pillage", "base_code": "../x"], nil),
    ("incident", ["category": "vol_pillage"], nil),
    ("incident", ["category": "violence_sexuelle", "base_code": "GAO"], "bamako"),
    ("incident", ["category": "detournement", "base_code": "GAO"], "bamako"),
    ("incident", ["category": "enlevement", "base_code": "GAO"], "bamako"),
    ("contact", ["contact_type": "bailleur", "base_code": "GAO"], "mission"),
    ("contact", ["contact_type": "autorite_sanitaire", "base_code": "GAO"], "mission"),
    ("contact", ["contact_type": "autre", "base_code": "GAO"], "mission"),
    ("contact", ["contact_type": "fds", "base_code": "GAO"], "base:GAO"),
    ("contact", ["contact_type": "communautaire", "base_code": "ANS"], "base:GAO"),
    ("contact", ["contact_type": "source_veille", "base_code": "GAO"], "bamako"),
    ("interaction", ["contact_id": "C", "base_code": "GAO"], "mission"),
    ("interaction", ["base_code": "GAO"], "base:GAO"),
    ("access_assessment", ["base_code": "GAO"], "base:GAO"),
    ("note", ["kind": "revue_hebdo", "base_code": "BKO"], "mission"),
    ("note", ["kind": "analyse", "base_code": "BKO"], "base:BKO"),
    ("session", ["kind": "copil", "base_code": "BKO"], "mission"),
    ("session", ["kind": "atelier_cloture", "base_code": "BKO"], "mission"),
    ("session", ["kind": "formation", "base_code": "GAO"], "base:GAO"),
    ("action_item", ["origin_type": "incident", "origin_id": "I", "base_code": "GAO"], "bamako"),
    ("action_item", ["origin_type": "note", "origin_id": "N", "base_code": "GAO"], "base:GAO"),
    ("action_item", ["base_code": "GAO"], "base:GAO"),
    ("asaco", ["base_code": "BDG"], "base:BDG"),
    ("asaco_value", ["asaco_code": "AS-BDG-01"], "base:BDG"),
  ]

  @Test(arguments: scopes)
  func `a new record gets its scope`(
    name: String, values: [String: Value], scope: String?
  ) throws {
    let type = try #require(Schema.mission[type: name])
    let found = type.defaultScope(values) { Self.records["\($0) \($1)"] }
    #expect(found?.description == scope)
  }
}
