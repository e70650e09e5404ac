import Testing

@testable import Shared

/// A small schema that works, and the ways in which one does not.
struct SchemaRefusalTests {
  static let sound = """
    {
      "version": 3,
      "a_key_from_the_future": [1, 2, {"x": null}],
      "role_groups": { "chiefs": ["dp", "cz"] },
      "choice_lists": { "levels": [
        { "value": "low", "fr": "Bas", "en": "Low" }, { "value": "high", "fr": "Haut", "en": "High" }
      ] },
      "system_fields": [
        { "name": "scope", "fr": "Portée", "en": "Scope", "kind": "text", "policy": "last" }
      ],
      "types": [
        { "name": "base", "fr": "Base", "en": "Base", "title": ["code"], "key": ["code"],
          "scope": "mission", "priority": 2,
          "writers": ["chiefs"], "deleters": ["dp"], "wideners": ["dp"],
          "fields": [
            { "name": "code", "fr": "Code", "en": "Code", "kind": "text", "required": true, "policy": "last", "pattern": "[A-Z]{3}" },
            { "name": "level", "fr": "Niveau", "en": "Level", "kind": "choice", "values": "levels", "policy": { "cautious": ["high", "low"] } }
          ] },
        { "name": "visit", "fr": "Visite", "en": "Visit", "title": ["place"],
          "scope": { "base": "base_code" }, "priority": 0,
          "writers": ["chiefs"], "deleters": ["dp"], "wideners": ["dp"],
          "rules": [ { "when": { "field": "level", "in": ["high"] }, "require": ["place"] } ],
          "fields": [
            { "name": "place", "fr": "Lieu", "en": "Place", "kind": "text", "policy": "review" },
            { "name": "base_code", "fr": "Base", "en": "Base", "kind": "reference", "to": "base", "by": "code", "policy": "last" },
            { "name": "level", "fr": "Niveau", "en": "Level", "kind": "choice", "values": "levels", "policy": { "ordered": ["low", "high"], "back": ["chiefs"] }, "initial": "low" },
            { "name": "count", "fr": "Nombre", "en": "Count", "kind": "int", "minimum": 0, "maximum": 9, "policy": { "gated": ["dp"] }, "lock": { "field": "level", "values": ["high"], "unlock": ["dp"] } }
          ] }
      ]
    }
    """

  @Test func `a sound schema is read, and unknown keys are ignored`() throws {
    let schema = try Schema(json: Array(Self.sound.utf8))
    #expect(schema.version == 3)
    #expect(schema.types.map(\.name) == ["base", "visit"])
    #expect(schema.source == Array(Self.sound.utf8))
    #expect(schema[type: "base"]?.writers == [.dp, .cz, .hub])
  }

  @Test func `adding a field to the JSON is all it takes`() throws {
    let place = #"{ "name": "place""#
    let guide =
      #"{ "name": "guide", "fr": "Guide", "en": "Guide", "kind": "phone", "policy": "last" }, "#
    let json = Self.sound.replacing(place, with: guide + place)
    let type = try #require(try Schema(json: Array(json.utf8))[type: "visit"])
    #expect(
      type.fields.map(\.name) == ["scope", "guide", "place", "base_code", "level", "count"])
    #expect(try type[field: "guide"]?.parse("00223 00 00 01 01") == "+22300000101")
  }

  /// What is replaced, by what, and where the refusal points.
  static let broken: [(String, String, String)] = [
    ("\"version\": 3", "\"version\": 0", "version: not a whole number"),
    ("\"version\": 3", "\"version\": 1.5", "version: not a whole number"),
    ("\"version\": 3,", "", "\"version\" is missing"),
    ("\"name\": \"visit\"", "\"name\": \"base\"", "types.base: declared twice"),
    ("\"name\": \"visit\"", "\"name\": \"Visit\"", "types.Visit: not a usable name"),
    ("\"name\": \"visit\"", "\"name\": \"select\"", "types.select: a word of SQL"),
    ("\"name\": \"place\"", "\"name\": \"id\"", "types.visit.fields.id: a word of SQL"),
    ("\"name\": \"place\"", "\"name\": \"_row\"", "types.visit.fields._row: not a usable name"),
    ("\"name\": \"place\"", "\"name\": \"a__b\"", "types.visit.fields.a__b: not a usable name"),
    ("\"name\": \"place\"", "\"name\": \"a\\\"; --\"", "types.visit.fields.a\"; --: not a usable"),
    ("\"name\": \"place\"", "\"name\": \"count\"", "types.visit.fields.count: declared twice"),
    ("\"name\": \"place\"", "\"name\": \"scope\"", "types.visit.fields.scope: declared twice"),
    ("\"fr\": \"Lieu\", ", "", "types.visit.fields.place: \"fr\" is missing"),
    ("\"en\": \"Place\"", "\"en\": \" \"", "types.visit.fields.place: \"en\" is empty"),
    ("\"kind\": \"int\"", "\"kind\": \"float\"", "types.visit.fields.count.kind: \"float\" is no"),
    ("\"policy\": \"review\"", "\"policy\": \"lww\"", "types.visit.fields.place.policy: no such"),
    (", \"policy\": \"review\"", "", "types.visit.fields.place: \"policy\" is missing"),
    ("\"gated\": [\"dp\"]", "\"gated\": [\"boss\"]", "types.visit.fields.count.policy.gated.0"),
    ("\"chiefs\": [\"dp\"", "\"dp\": [\"dp\"", "role_groups.dp: a role has this name"),
    ("\"to\": \"base\"", "\"to\": \"camp\"", "types.visit.fields.base_code.to: no type"),
    ("\"by\": \"code\"", "\"by\": \"level\"", "types.visit.fields.base_code.by: \"level\" is no"),
    ("\"key\": [\"code\"]", "\"key\": [\"cod\"]", "types.base.key: no field"),
    ("\"key\": [\"code\"]", "\"key\": [\"level\"]", "types.base.key: \"level\" is not required"),
    ("\"key\": [\"code\"]", "\"key_if_given\": [\"code\"]", "types.base.key_if_given"),
    ("\"title\": [\"place\"]", "\"title\": []", "types.visit.title: empty"),
    ("\"base\": \"base_code\"", "\"base\": \"camp\"", "types.visit.scope: no field"),
    (
      "\"scope\": \"mission\"", "\"scope\": \"mission\", \"owner\": \"chief\"",
      "types.base.owner: no field"
    ),
    (
      "\"scope\": \"mission\"", "\"scope\": \"mission\", \"owner\": \"code\"",
      "types.base.owner: \"code\" does not"
    ),
    ("\"base\": \"base_code\"", "\"base\": \"place\"", "types.visit.scope: \"place\" does not"),
    ("\"base\": \"base_code\"", "\"same_as\": \"place\"", "types.visit.scope: \"place\" is no"),
    (
      "\"base\": \"base_code\"",
      "\"by\": \"level\", \"values\": { \"mid\": \"mission\" }, \"else\": \"bamako\"",
      "types.visit.scope.values: \"mid\" is no value"
    ),
    ("\"scope\": \"mission\"", "\"scope\": \"world\"", "types.base.scope: no such scope"),
    ("\"value\": \"low\"", "\"value\": \"\"", "choice_lists.levels.0: not a usable value"),
    ("\"value\": \"low\"", "\"value\": \"high\"", "choice_lists.levels.high: there twice"),
    ("\"value\": \"low\"", "\"value\": \"a+b\"", "choice_lists.levels.a+b: not a usable value"),
    ("\"value\": \"low\"", "\"value\": \"a;b\"", "choice_lists.levels.a;b: not a usable value"),
    ("\"values\": \"levels\"", "\"values\": \"steps\"", "types.base.fields.level.values"),
    ("\"values\": \"levels\"", "\"values\": []", "types.base.fields.level.values: empty"),
    ("[\"high\", \"low\"]", "[\"high\", \"mid\"]", "types.base.fields.level.policy: \"mid\" is no"),
    ("[\"high\", \"low\"]", "[\"high\"]", "types.base.fields.level.policy: cautious must name"),
    ("[\"high\", \"low\"]", "[]", "types.base.fields.level.policy: cautious must name"),
    ("[\"low\", \"high\"]", "[\"low\", \"mid\"]", "types.visit.fields.level.policy: \"mid\""),
    (
      "\"lock\": { \"field\": \"level\"", "\"lock\": { \"field\": \"rank\"",
      "types.visit.fields.count.lock: \"rank\" is no choice"
    ),
    ("\"values\": [\"high\"]", "\"values\": [\"mid\"]", "types.visit.fields.count.lock: \"mid\""),
    ("\"require\": [\"place\"]", "\"require\": [\"town\"]", "types.visit.rules: no field"),
    ("\"in\": [\"high\"]", "\"in\": [\"mid\"]", "types.visit.rules: \"mid\" is no value"),
    ("\"in\": [\"high\"]", "\"like\": \"high\"", "types.visit.rules.0.when: no such test"),
    ("\"require\": [\"place\"]", "\"forbid\": []", "types.visit.rules.0: no such rule"),
    ("[A-Z]{3}", "[A-Z", "types.base.fields.code.pattern: not a regular expression"),
    ("\"minimum\": 0", "\"minimum\": 10", "types.visit.fields.count.minimum: above"),
    ("\"initial\": \"low\"", "\"initial\": \"mid\"", "types.visit.fields.level.initial: not a"),
    (
      "\"maximum\": 9", "\"maximum\": 9, \"required\": true",
      "types.visit.fields.count.policy: required, but"
    ),
    ("\"initial\": \"low\"", "\"gates\": { \"mid\": [\"dp\"] }", "types.visit.fields.level.gates"),
    ("\"priority\": 0", "\"priority\": -1", "types.visit.priority: not a whole number"),
    (
      "\"kind\": \"text\", \"policy\": \"review\"",
      "\"kind\": \"text\", \"minimum\": 1, \"policy\": \"review\"",
      "types.visit.fields.place.minimum: only numbers"
    ),
    (
      "\"kind\": \"int\"", "\"kind\": \"int\", \"pattern\": \"x\"",
      "types.visit.fields.count.pattern: only texts"
    ),
    (
      "\"kind\": \"int\"", "\"kind\": \"int\", \"not_future\": true",
      "types.visit.fields.count.not_future: only days"
    ),
    (
      "\"kind\": \"int\"", "\"kind\": \"any_reference\", \"type_field\": \"place\"",
      "types.visit.fields.count.type_field: \"place\" is no choice"
    ),
  ]

  @Test(arguments: broken)
  func `a broken schema is refused with the place`(
    part: String, other: String, place: String
  ) throws {
    try #require(Self.sound.contains(part))
    let json = Self.sound.replacing(part, with: other, maxReplacements: 1)
    let problem = #expect(throws: Problem.self) { try Schema(json: Array(json.utf8)) }
    #expect(problem?.code == .schema_invalid)
    let found = problem?.place ?? ""
    #expect(found.hasPrefix(place), "\(found)")
  }

  static let hopeless: [String] = [
    "", "{", "[]", "nul", "{\"version\": 1,}", "{\"version\": 1}",
    "{\"version\": 1, \"types\": []}", "{\"version\": 1, \"types\": {}}",
    "{\"version\": 1, \"types\": [null, 3, {}]}", "{\"version\": 1e999, \"types\": []}",
    "{\"version\": \"1\"}", "\u{0}",
    String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
  ]

  @Test(arguments: hopeless)
  func `what is no schema at all is refused`(json: String) {
    let problem = #expect(throws: Problem.self) { try Schema(json: Array(json.utf8)) }
    #expect(problem?.code == .schema_invalid)
    #expect(problem?.place?.isEmpty == false)
  }

  @Test func `what is nested beyond any schema is refused`() {
    func nested(_ depth: Int) -> [UInt8] {
      let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      return Array(Self.sound.replacing("[1, 2, {\"x\": null}]", with: lists).utf8)
    }
    #expect(code { () throws(Problem) in try Schema(json: nested(64)) } == nil)
    #expect(code { () throws(Problem) in try Schema(json: nested(65)) } == .schema_invalid)
    #expect(code { () throws(Problem) in try Schema(json: nested(511)) } == .schema_invalid)
  }

  @Test func `broken JSON is refused with its line`() {
    let json = Self.sound.replacing("\"version\": 3,", with: "\"version\": 3")
    let problem = #expect(throws: Problem.self) { try Schema(json: Array(json.utf8)) }
    #expect(problem?.place?.contains("line 3") == true, "\(problem?.place ?? "")")
  }

  @Test func `a schema cut or damaged anywhere is a problem, never a trap`() {
    let bytes = Array(Self.sound.utf8)
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var damaged = bytes
      damaged[index] ^= 0x15
      _ = try? Schema(json: damaged)
      _ = try? Schema(json: Array(bytes.prefix(index)))
    }
  }
}
