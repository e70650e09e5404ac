import Testing

@testable import Shared

/// Single values and whole records against the mission's rules.
struct SchemaRuleTests {
  static let today = "2026-07-18"

  static let values: [(String, Value, Problem.Code?)] = [
    ("incident.occurred_on", "2026-07-18", nil),
    ("incident.occurred_on", "2026-07-19", .invalid_value),
    ("incident.occurred_on", "18/07/2026", .invalid_value),
    ("incident.occurred_on", "2026-02-30", .invalid_value),
    ("incident.occurred_on", 20_260_718, .wrong_type),
    ("incident.near_miss", 1, nil), ("incident.near_miss", 2, .invalid_value),
    ("incident.near_miss", "true", .wrong_type), ("incident.near_miss", 1.0, .wrong_type),
    ("incident.loss_xof", 1.5, .wrong_type), ("incident.loss_xof", nil, nil),
    ("base.lat", 15, nil), ("base.lat", 26, .invalid_value), ("base.lat", "15", .wrong_type),
    ("base.lat", .real(.nan), .invalid_value), ("base.lat", .real(.infinity), .invalid_value),
    ("alert.effective_from", "2026-06-12T06:00:00Z", nil),
    ("alert.effective_from", "2026-06-12T06:00Z", .invalid_value),
    ("alert.effective_from", "2026-02-29T06:00:00Z", .invalid_value),
    ("contact.languages", "francais+peul", nil),
    ("contact.languages", "peul+francais", .invalid_value),
    ("contact.languages", "peul+peul", .invalid_value),
    ("contact.languages", "", .invalid_value),
    ("contact.stance", "neutre", nil), ("contact.stance", "Neutre", .invalid_value),
    ("asaco_value.period", "202607", nil), ("asaco_value.period", "202608", .invalid_value),
    ("asaco_value.period", "2026Q3", nil), ("asaco_value.period", "2026Q4", .invalid_value),
    ("asaco_value.period", "202613", .invalid_value),
    ("alert.scope", "base:GAO", nil), ("alert.scope", "base:gao", .invalid_value),
    ("incident.base_code", .text(String(repeating: "x", count: 101)), .invalid_value),
    ("contact.email", .text(String(repeating: "x", count: Limits.text + 1)), .invalid_value),
  ]

  @Test(arguments: values)
  func `one value is checked by itself`(
    path: String, value: Value, code: Problem.Code?
  ) throws {
    #expect(try SchemaTextTests.field(path).check(value, today: Self.today) == code)
  }

  /// A demonstration record, some values of it changed, and what is wrong then.
  static let records: [(String, [String: Value], [String])] = [
    ("base", ["kind": "sous_base", "parent_code": nil], ["missing_field parent_code"]),
    ("base", ["name": nil], ["missing_field name"]),
    ("base", ["name": ""], ["missing_field name"]),
    (
      "security_pack", ["version_label": "2.0", "change_summary": nil],
      ["missing_field change_summary"]
    ),
    ("security_pack", ["version_label": "1.9", "change_summary": nil], []),
    (
      "security_pack", ["approved_on": "2026-03-15", "review_due_on": "2026-03-15"],
      ["invalid_value review_due_on"]
    ),
    (
      "emergency_contact",
      ["phone_orange": nil, "phone_malitel": nil, "phone_sat": nil, "radio_callsign": nil],
      ["missing_field phone_orange"]
    ),
    ("emergency_contact", ["phone_orange": nil, "phone_malitel": nil, "phone_sat": nil], []),
    ("signature", ["subject_version": nil], ["missing_field subject_version"]),
    ("signature", ["person_id": nil, "signer_name": nil], ["missing_field person_id"]),
    ("signature", ["method": "oral_temoin", "witness": nil], ["missing_field witness"]),
    ("alert", ["level_to": nil], ["missing_field level_to"]),
    ("alert", ["effective_to": "2026-06-12T06:00:00Z"], ["invalid_value effective_to"]),
    ("incident", ["near_miss": 1, "staff_injured": 1], ["invalid_value staff_injured"]),
    ("incident", ["staff_abducted": 1], ["invalid_value severity"]),
    ("incident", ["staff_abducted": 1, "severity": "3"], []),
    ("incident", ["occurred_on": "2026-07-19"], ["invalid_value occurred_on"]),
    ("incident", ["sensitivity": "elevee", "scope": "mission"], ["invalid_value scope"]),
    ("incident", ["sensitivity": "severe", "scope": "bamako"], []),
    ("incident", ["sensitivity": "moderee", "scope": "mission"], []),
    ("interaction", ["contact_id": nil, "group_label": nil], ["missing_field contact_id"]),
    ("note", ["kind": "sitrep_mensuel", "period": nil], ["missing_field period"]),
    ("session", ["kind": "rex"], ["missing_field incident_id"]),
    ("session", ["kind": "supervision_asaco"], ["missing_field asaco_id"]),
    ("action_item", ["owner_person": nil, "owner_org": nil], ["missing_field owner_person"]),
    ("action_item", ["kind": "decision", "owner_person": nil, "owner_org": nil], []),
    ("action_item", ["origin_type": nil], ["missing_field origin_type"]),
    ("roadmap_item", ["due_on": "2026-06-15"], ["invalid_value due_on"]),
    ("roadmap_item", ["due_on": "2026-06-16"], []),
    (
      "roadmap_item", ["status": "valide", "validated_session_id": nil],
      ["missing_field validated_session_id"]
    ),
    ("asaco", ["cam_expires_on": "2024-03-12"], ["invalid_value cam_expires_on"]),
    ("asaco", ["members_women": 19], ["invalid_value members_total"]),
    (
      "asaco_value", ["value_declared": nil, "period": "juin"],
      ["invalid_value period", "missing_field value_declared"]
    ),
  ]

  @Test(arguments: records)
  func `a record is checked as a whole`(
    name: String, changes: [String: Value], expected: [String]
  ) throws {
    let type = try #require(Schema.mission[type: name])
    var values = try Demo.values(try #require(Demo.rows(of: name).first), type)
    for (field, value) in changes { values[field] = value.isNull ? nil : value }
    let problems = type.check(values, today: Self.today)
    #expect(problems.map { "\($0.code.rawValue) \($0.place ?? "")" } == expected)
  }

  static let ids: [(String, [String: Value], String?)] = [
    ("base", ["code": "BDG"], "30a333b6-1bfa-5a2f-8a9d-dfab2dc6cb74"),
    (
      "asaco_value",
      ["asaco_code": "AS-BDG-01", "indicator_code": "SRV01", "period": "202605"],
      "accd148c-f055-5372-8d9f-e2e21520dd75"
    ),
    (
      "signature", ["subject_id": "SE-02", "act": "signe", "person_id": "P-07"],
      "4c617c6f-d674-5800-9b56-4f6db3d9bbf1"
    ),
    ("asaco_value", ["asaco_code": "AS-BDG-01", "indicator_code": "SRV01"], nil),
    ("contact", ["display_name": "Chef de village (fictif)"], nil),
  ]

  @Test(arguments: ids)
  func `ids of natural keys never change`(
    name: String, values: [String: Value], id: String?
  ) throws {
    #expect(try #require(Schema.mission[type: name]).id(values)?.description == id)
  }
}
