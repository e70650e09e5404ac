import Testing

@testable import Shared

/// The mission's schema against the list of what it must hold.
struct SchemaMissionTests {
  static let expected: [(type: String, count: Int, fields: String)] = [
    (
      "base", 14,
      """
      code name kind parent_code region cercle district_sanitaire admin2_pcode \
      pcode_version lat lon alert_level active staff_count
      """
    ),
    (
      "person", 6,
      """
      full_name role base_code audience active has_account
      """
    ),
    (
      "indicator", 11,
      """
      code label_fr grp unit frequency min_value max_value source_tool \
      dhis2_data_element dhis2_coc active
      """
    ),
    (
      "security_pack", 14,
      """
      base_code kind title version_label status prepared_by reviewed_by reviewed_on \
      approved_by approved_on approved_hash review_due_on trigger_incident_id \
      change_summary
      """
    ),
    (
      "pack_section", 8,
      """
      pack_id order_no section_code heading body audience mandatory last_rehearsed_on
      """
    ),
    (
      "emergency_contact", 13,
      """
      pack_id rank tier role_label name_or_service phone_orange phone_malitel \
      phone_sat radio_callsign availability last_tested_on last_test_ok contact_id
      """
    ),
    (
      "signature", 11,
      """
      subject_type subject_id subject_version person_id signer_name signer_org act \
      signed_on method witness base_code
      """
    ),
    (
      "alert", 14,
      """
      kind base_code level_from level_to zone title message instructions \
      effective_from effective_to issued_by confirmed_by status channels
      """
    ),
    (
      "incident", 31,
      """
      ref_no occurred_on occurred_time base_code locality admin2_pcode place_kind \
      exposure nature category severity near_miss targeting actor_type weapon \
      staff_killed staff_injured staff_abducted staff_arrested staff_safe loss_xof \
      program_impact summary immediate_measures report_stage status analysis \
      reported_by verified_by source_type shared_inso
      """
    ),
    (
      "contact", 19,
      """
      display_name organisation function_title contact_type base_code locality \
      phone_orange phone_malitel phone_sat email languages relationship stance \
      focal_person introduced_by last_verified_on consent_basis retention_until status
      """
    ),
    (
      "interaction", 11,
      """
      occurred_on kind contact_id group_label base_code locality perception topic \
      summary follow_up recorded_by
      """
    ),
    (
      "access_assessment", 11,
      """
      kind name base_code purpose assessed_on access_level constraints \
      acceptance_levers adjustment recommendation assessed_by
      """
    ),
    (
      "note", 12,
      """
      kind title period base_code body trend confidence source_types incident_id \
      status author published_on
      """
    ),
    (
      "session", 15,
      """
      kind title starts_on place base_code chaired_by agenda minutes minutes_status \
      participants_f participants_m incident_id asaco_id cost_planned_xof \
      cost_actual_xof
      """
    ),
    (
      "action_item", 12,
      """
      kind origin_type origin_id label owner_person owner_org base_code due_on \
      priority status progress_pct done_on
      """
    ),
    (
      "cc_member", 8,
      """
      organisation org_type seat_holder_id alternate_id committees vote_right \
      joined_on status
      """
    ),
    (
      "roadmap_item", 12,
      """
      code axis title indicator_text baseline target lead_org start_on due_on status \
      validated_session_id budget_xof
      """
    ),
    (
      "roadmap_progress", 7,
      """
      roadmap_code quarter progress_pct rag comment obstacles presented_session_id
      """
    ),
    (
      "asaco", 23,
      """
      code asaco_name cscom_name base_code district_sanitaire commune pilot_status \
      population distance_csref_km cam_signed_on cam_expires_on last_ag_on \
      bureau_elected_on mandate_years members_total members_women separate_accounts \
      fbr_contract infrastructure_state access_state president_contact_id \
      dtc_contact_id dhis2_org_unit
      """
    ),
    (
      "asaco_value", 10,
      """
      asaco_code indicator_code period value_declared value_verified value_counter \
      verification_status data_source entered_by comment
      """
    ),
    (
      "pooled_supply", 15,
      """
      campaign product_dci partner_org destination_base qty_requested qty_approved \
      qty_received unit_label est_cost_xof transport_leg transport_share_pct \
      cold_chain status expected_on received_on
      """
    ),
  ]

  @Test func `every record type is there, in order`() {
    #expect(Schema.mission.types.map(\.name) == Self.expected.map(\.type))
    #expect(Schema.mission.types.count == 21)
  }

  @Test(arguments: expected.map(\.type))
  func `every stored field is there, after the system fields`(name: String) throws {
    let type = try #require(Schema.mission[type: name])
    let row = try #require(Self.expected.first { $0.type == name })
    let names = row.fields.split(separator: " ").map(String.init)
    #expect(names.count == row.count)
    #expect(type.fields.map(\.name) == ["scope", "sensitivity"] + names)
    for (index, field) in type.fields.enumerated() {
      #expect(type.position(of: field.name) == index)
      #expect(type[field: field.name]?.name == field.name)
    }
  }

  @Test func `derived fields are listed and not stored`() {
    let derived = Schema.mission.types.flatMap { type in
      type.derived.map { "\(type.name).\($0.name)" }
    }
    #expect(
      derived == [
        "security_pack.freshness", "security_pack.appropriation_pct", "contact.last_contact_on",
        "asaco_value.late",
      ])
    #expect(Schema.mission[type: "contact"]?[field: "last_contact_on"] == nil)
  }

  @Test func `an unknown name finds nothing`() {
    #expect(Schema.mission[type: "patient"] == nil)
    #expect(Schema.mission[type: "contact"]?[field: "diagnosis"] == nil)
    #expect(Schema.mission[type: "contact"]?.position(of: "diagnosis") == nil)
  }

  @Test func `keys are where the ids must be equal on every device`() {
    let keys = Schema.mission.types.filter { !$0.key.isEmpty }.map { [$0.name] + $0.key }
    #expect(
      keys == [
        ["base", "code"], ["indicator", "code"], ["pack_section", "pack_id", "section_code"],
        [
          "signature", "subject_id", "act", "subject_version", "person_id", "signer_name",
        ],
        ["roadmap_item", "code"], ["roadmap_progress", "roadmap_code", "quarter"],
        ["asaco_value", "asaco_code", "indicator_code", "period"],
      ])
  }

  @Test func `alerts and incidents go first, then contacts and packs`() {
    let urgent = Schema.mission.types.filter { $0.priority < 2 }.map { "\($0.name) \($0.priority)" }
    #expect(
      urgent == [
        "security_pack 1", "pack_section 1", "emergency_contact 1", "alert 0", "incident 0",
      ])
  }

  @Test func `the hub may do everything and readers nothing`() {
    for type in Schema.mission.types {
      for roles in [type.writers, type.deleters, type.wideners] {
        #expect(roles.contains(.hub))
        #expect(!roles.contains(.lecture))
      }
    }
    for name in ["security_pack", "incident", "signature"] {
      #expect(
        Schema.mission[type: name]?.deleters == [.dp, .dp_adjoint, .referent_surete, .hub])
    }
  }

  static let policies: [(String, String, Policy)] = [
    ("base", "alert_level", .cautious(["rouge", "orange", "jaune", "vert"])),
    ("incident", "severity", .cautious(["4", "3", "2", "1"])),
    ("incident", "staff_killed", .cautious([])),
    (
      "access_assessment", "access_level",
      .cautious(["inaccessible", "tres_restreint", "restreint", "ouvert"])
    ),
    (
      "access_assessment", "recommendation",
      .cautious(["ne_pas_aller", "reporter", "aller_sous_conditions", "aller"])
    ),
    ("roadmap_progress", "rag", .cautious(["rouge", "jaune", "vert"])),
    ("contact", "phone_sat", .review), ("contact", "stance", .last),
    ("signature", "act", .appendOnly), ("alert", "message", .appendOnly),
    ("security_pack", "approved_on", .gated([.dp, .hub], openAtCreation: false)),
    (
      "person", "full_name",
      .gated([.dp, .dp_adjoint, .referent_surete, .caf, .hub], openAtCreation: true)
    ),
    ("asaco_value", "value_verified", .gated([.suivi_evaluation, .hub], openAtCreation: false)),
    (
      "incident", "status",
      .ordered(
        ["signale", "verifie", "en_analyse", "clos"], back: [.dp, .referent_surete, .hub])
    ),
    (
      "security_pack", "status",
      .ordered(
        ["brouillon", "en_revue_cz", "soumis_dp", "valide", "a_reviser", "archive"],
        back: [.dp, .dp_adjoint, .referent_surete, .cz, .hub])
    ),
  ]

  @Test(arguments: policies)
  func `conflict policies are as agreed`(type: String, field: String, policy: Policy) {
    #expect(Schema.mission[type: type]?[field: field]?.policy == policy)
  }

  @Test func `verified ASACO values are locked`() throws {
    let type = try #require(Schema.mission[type: "asaco_value"])
    let locked = type.fields.filter { $0.lock != nil }
    #expect(locked.map(\.name) == ["asaco_code", "indicator_code", "period", "value_declared"])
    #expect(
      locked[3].lock
        == Lock(
          field: "verification_status", values: ["verifie", "contre_verifie"],
          unlock: [.dp, .suivi_evaluation, .hub]))
    #expect(locked[3].policy == .review)
  }

  @Test func `approval and closing belong to the Country Director`() {
    let pack = Schema.mission[type: "security_pack"]?[field: "status"]
    let incident = Schema.mission[type: "incident"]?[field: "status"]
    #expect(pack?.gates["valide"] == [.dp, .hub])
    #expect(incident?.gates["clos"] == [.dp, .hub])
  }

  @Test func `an alert alone is a base's own affair that everybody reads`() {
    #expect(Schema.mission.types.filter { $0.owner != nil }.map(\.name) == ["alert"])
    #expect(Schema.mission[type: "alert"]?.owner == "base_code")
  }

  @Test func `stance never leaves in an export`() {
    let hidden = Schema.mission.types.flatMap { type in
      type.fields.filter { !$0.exported }.map { "\(type.name).\($0.name)" }
    }
    #expect(hidden == ["contact.stance"])
  }
}
