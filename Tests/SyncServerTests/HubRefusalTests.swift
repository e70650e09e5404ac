import Testing

@testable import Shared
@testable import SyncServer

/// What cannot be admitted is refused alone, with a code and a sentence.
@Suite struct HubRefusalTests {
  private let table: HubTable
  private let gao: Visitor
  private let bamako: Visitor

  init() throws {
    table = try HubTable()
    gao = try table.visitor("GAO", .resp_base, Sample.gao)
    bamako = try table.visitor("BKO", .dp)
  }

  @Test func `of a record that a push names again and again two changes are taken`() throws {
    func edit(_ locality: String) -> ChangeGroup {
      .update("contact", 1, ["locality": .text(locality)], gao.stamp(), seen: .never)
    }
    let create = ChangeGroup.create("contact", Sample.id(1), Sample.contact, gao.stamp())
    let answer = try gao.sync(create, edit("Gao"), edit("Ansongo"), create)
    #expect(answer.handles == [1, 0])
    #expect(answer.verdicts.map(\.code) == ["not_understood", "not_understood"])
    #expect(try table.stored("contact", Sample.id(1))?.values["locality"] == "Gao")
    #expect(try gao.sync(edit("Ansongo")).verdicts == [], "the next push says another thing")
  }

  @Test func `how a program names itself is kept to eighty characters`() throws {
    var request = gao.request([])
    request.program = String(repeating: "é", count: 100_000)
    _ = try gao.ask(request)
    #expect(try table.hub.devices().first?.program == String(repeating: "é", count: 80))
  }

  /// What a test pushes, and what the hub must say.
  private struct Case {
    let code: Problem.Code
    let place: String
    let group: ChangeGroup
  }

  private func create(_ type: String, _ values: [String: Value], _ number: UInt64) -> ChangeGroup {
    .create(type, Schema.mission[type: type]?.id(values) ?? Sample.id(number), values, gao.stamp())
  }

  private func contact(_ values: [String: Value], _ number: UInt64) -> ChangeGroup {
    create("contact", Sample.contact.merging(values) { $1 }, number)
  }

  private func cases() throws -> [Case] {
    let handles = try standing()
    func update(_ type: String, _ field: String, _ value: Value) throws -> ChangeGroup {
      let (id, handle) = handles[type]!
      let seen = try #require(try table.stored(type, id)).state(of: field).stamp
      return .update(type, handle, [field: value], gao.stamp(), seen: seen)
    }
    return [
      Case(code: .unknown_type, place: "vehicle", group: create("vehicle", ["plate": "x"], 20)),
      Case(
        code: .unknown_field, place: "blood_group", group: try update("contact", "blood_group", "A")
      ),
      Case(code: .wrong_type, place: "email", group: try update("contact", "email", 5)),
      Case(
        code: .invalid_value, place: "phone_sat", group: try update("contact", "phone_sat", "12")),
      Case(
        code: .invalid_value, place: "last_verified_on",
        group: try update("contact", "last_verified_on", "2026-07-22")),
      Case(
        code: .missing_field, place: "display_name",
        group: try update("contact", "display_name", .null)),
      Case(
        code: .missing_field, place: "function_title",
        group: contact(["function_title": .null], 21)),
      Case(
        code: .bad_id, place: "asaco_value",
        group: .create("asaco_value", Sample.id(22), Sample.value, gao.stamp())),
      Case(code: .scope_not_granted, place: "base:BDG", group: contact(["scope": "base:BDG"], 23)),
      Case(
        code: .scope_not_granted, place: "bamako", group: try update("contact", "scope", "bamako")),
      Case(code: .scope_widened, place: "mission", group: try update("note", "scope", "mission")),
      Case(
        code: .scope_widened, place: "mission",
        group: contact(["contact_type": "communautaire", "scope": "mission"], 24)),
      Case(
        code: .role_not_allowed, place: "cc_member",
        group: create("cc_member", ["scope": "mission"], 25)),
      Case(
        code: .role_not_allowed, place: "security_pack",
        group: .delete(
          "security_pack", handles["security_pack"]!.1, gao.stamp(),
          seen: FieldStamps(record: .never))),
      Case(
        code: .other_base, place: "base_code",
        group: create("alert", Sample.alert.merging(["base_code": "KDL"]) { $1 }, 26)),
      Case(
        code: .role_not_allowed, place: "status",
        group: try update("security_pack", "status", "archive")
      ),
      Case(code: .append_only, place: "title", group: try update("alert", "title", "Autre")),
      Case(
        code: .locked, place: "value_declared",
        group: try update("asaco_value", "value_declared", .real(6))),
      Case(
        code: .going_back, place: "status",
        group: try update("security_pack", "status", "brouillon")),
      Case(
        code: .not_found, place: "contact",
        group: ChangeGroup(
          type: "contact", fields: [],
          records: [
            RecordChange(
              kind: .update, id: Sample.id(900), handle: 0, stamp: gao.stamp(), fields: [])
          ])),
    ]
  }

  /// Records that stand at the hub, by type.
  private func standing() throws -> [String: (RecordID, Int64)] {
    var handles: [String: (RecordID, Int64)] = [:]
    let samples: [(String, [String: Value])] = [
      ("contact", Sample.contact), ("alert", Sample.alert),
      ("asaco_value", Sample.value.merging(["verification_status": "verifie"]) { $1 }),
      ("security_pack", Sample.pack.merging(["status": "soumis_dp"]) { $1 }),
      ("note", Self.note),
    ]
    for (index, (type, values)) in samples.enumerated() {
      let id = Schema.mission[type: type]!.id(values) ?? Sample.id(UInt64(index + 1))
      let answer = try bamako.sync(.create(type, id, values, bamako.stamp()))
      #expect(answer.verdicts == [], "\(type)")
      handles[type] = (id, answer.handles[0])
    }
    return handles
  }

  private static let note: [String: Value] = {
    let type = Schema.mission[type: "note"]!
    var values: [String: Value] = ["scope": "base:GAO", "base_code": "GAO"]
    for field in type.fields where field.required && values[field.name] == nil {
      switch field.kind {
      case .choice(let choices): values[field.name] = .text(choices.last!.value)
      case .choices(let choices): values[field.name] = .text(choices.last!.value)
      case .int, .bool: values[field.name] = .int(Int64(field.minimum ?? 0))
      case .real: values[field.name] = .real(field.minimum ?? 0)
      case .date: values[field.name] = "2026-07-01"
      default: values[field.name] = "texte"
      }
    }
    return values
  }()

  @Test(arguments: Language.allCases)
  func `each reason has its code, its place and a sentence in the language asked`(
    language: Language
  ) throws {
    for (number, refusal) in try cases().enumerated() {
      let admitted = contact([:], 100 + UInt64(number))
      let answer = try gao.ask(gao.request([refusal.group, admitted]), language)
      let verdict = try #require(answer.verdicts.first, "\(refusal.code) \(refusal.place)")
      #expect(answer.verdicts.count == 1, "\(refusal.place): \(answer.verdicts)")
      #expect(verdict.kind == .refused && verdict.code == refusal.code.rawValue, "\(refusal.place)")
      let sentence = Problem(refusal.code, at: refusal.place).sentence(language)
      #expect(verdict.sentence == sentence)
      #expect(verdict.group == 0 && verdict.record == 0)
      #expect(answer.handles.last != 0, "what stands beside it is admitted")
      if refusal.group.records[0].kind == .create { #expect(answer.handles.first == 0) }
    }
  }

  @Test func `what was refused is counted by device and reason, once, for thirty days`() throws {
    func told() throws -> [String] {
      try table.hub.report().refusals.map { "\($0.device) \($0.code) \($0.count)" }
    }
    try gao.sync(contact([:], 1))
    #expect(try told() == [])
    var first = gao.request([contact(["phone_sat": "12", "unheard_of": 1], 2)])
    first.turn = try gao.ask(gao.request([])).turn
    let lost = try gao.ask(first)
    let all = ["\(gao.device.number) invalid_value 1", "\(gao.device.number) unknown_field 1"]
    #expect(try told() == all)
    // Its answer was lost, and it comes again.
    _ = try gao.ask(first)
    #expect(try told() == all)
    var second = gao.request([contact(["phone_sat": "13"], 3)])
    second.turn = try gao.ask(gao.request([])).turn
    #expect(second.turn != lost.turn)
    _ = try gao.ask(second)
    #expect(try told().first == "\(gao.device.number) invalid_value 2")
    table.time.advance(29 * 86_400_000)
    #expect(try told().count == 2)
    table.time.advance(86_400_000)
    #expect(try told() == [])
  }

  @Test func `a refused field leaves the other fields and records of the push`() throws {
    let known = try gao.sync(contact([:], 1)).handles[0]
    let answer = try gao.sync(
      .update(
        "contact", known,
        ["email": "a@x.ml", "phone_sat": "12", "unheard_of": 1, "locality": "Gao"], gao.stamp(),
        seen: .never),
      contact([:], 2))
    #expect(Set(answer.verdicts.map(\.code)) == ["invalid_value", "unknown_field"])
    let stored = try #require(try table.stored("contact", Sample.id(1)))
    #expect(stored.values["email"] == "a@x.ml" && stored.values["locality"] == "Gao")
    #expect(stored.values["phone_sat"] == nil)
    #expect(try table.stored("contact", Sample.id(2)) != nil)
    #expect(answer.brought.contains { $0.hasPrefix("create contact \(known) ") })
  }

  @Test func `a new record without a field that is not required stands without it`() throws {
    let answer = try gao.sync(contact(["phone_sat": "12", "unheard_of": 1], 1))
    #expect(answer.verdicts.count == 2 && answer.handles[0] != 0)
    #expect(try table.stored("contact", Sample.id(1))?.values["phone_sat"] == nil)
    #expect(answer.brought.count == 1)
  }

  @Test func `a change that breaks a rule with what stands is refused, whichever field it is`()
    throws
  {
    let known = try gao.sync(contact([:], 1)).handles[0]
    let severe = try gao.sync(
      .update(
        "contact", known, ["sensitivity": "severe", "email": "a@x.ml"], gao.stamp(), seen: .never))
    #expect(severe.verdicts.map(\.code) == ["invalid_value"])
    #expect(severe.verdicts[0].field == 1)
    let stored = try #require(try table.stored("contact", Sample.id(1)))
    #expect(stored.values["sensitivity"] == nil && stored.values["email"] == "a@x.ml")
    #expect(try gao.sync().proof(.mission)?.digest == (try table.digest(.mission)))
  }

  @Test func `a handle of what one may not hold and one that never was are answered alike`() throws
  {
    let hidden = try bamako.sync(
      .create(
        "contact", Sample.id(1), Sample.contact.merging(["scope": "bamako"]) { $1 }, bamako.stamp())
    ).handles[0]
    let tries: [(Int64) -> ChangeGroup] = [
      { .update("contact", $0, ["email": "a@x.ml"], gao.stamp(), seen: .never) },
      { .delete("contact", $0, gao.stamp(), seen: FieldStamps(record: .never)) },
    ]
    for make in tries {
      let (there, never) = (try gao.sync(make(hidden)), try gao.sync(make(hidden + 1_000)))
      #expect(there.verdicts.map(\.code) == ["scope_not_granted"])
      #expect(there.verdicts == never.verdicts)
      #expect(there.handles == never.handles && there.brought == never.brought)
    }
    #expect(try table.stored("contact", Sample.id(1))?.isDeleted == false)
  }

  @Test func `who only reads writes nothing`() throws {
    let reader = try table.visitor("GAO", .lecture, Sample.gao)
    let answer = try reader.sync(
      .create("contact", Sample.id(1), Sample.contact, reader.stamp()))
    #expect(answer.verdicts.map(\.code) == ["role_not_allowed"])
    let onlyRead = try table.visitor(
      "GAO", .resp_base, Grant(read: [.mission], write: []))
    let refused = try onlyRead.sync(
      .create("contact", Sample.id(1), Sample.contact, onlyRead.stamp()))
    #expect(refused.verdicts.map(\.code) == ["scope_not_granted"])
    #expect(try table.scopes()[.mission] == nil)
  }

  @Test func `nobody writes in another device's name, nor in the hub's`() throws {
    for number in [bamako.device.number, 0] {
      let stamp = Stamp(clock: gao.stamp().clock, device: number)
      let answer = try gao.sync(.create("contact", Sample.id(1), Sample.contact, stamp))
      #expect(answer.verdicts.map(\.code) == ["forbidden"])
    }
    #expect(try table.scopes()[.mission] == nil)
  }

  @Test func `who may unlock, go back and widen does`() throws {
    let handles = try standing()
    let changes: [(String, String, Value)] = [
      ("asaco_value", "value_declared", .real(6)), ("security_pack", "status", "brouillon"),
      ("note", "scope", "mission"),
    ]
    for (type, field, value) in changes {
      let (id, handle) = handles[type]!
      let seen = try #require(try table.stored(type, id)).state(of: field).stamp
      let answer = try bamako.sync(
        .update(type, handle, [field: value], bamako.stamp(), seen: seen))
      #expect(answer.verdicts == [], "\(type)")
      #expect(try table.stored(type, id)?.values[field] == value)
    }
  }
}
