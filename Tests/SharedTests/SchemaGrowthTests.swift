import Testing

@testable import Shared

/// A field more is a change of the schema's file and of nothing else.
@Suite struct SchemaGrowthTests {
  private func grown(_ field: String) throws -> Schema {
    var text = String(decoding: Schema.mission.source, as: UTF8.self)
    text.replace(
      "\"version\": \(Schema.mission.version),",
      with: "\"version\": \(Schema.mission.version + 1),", maxReplacements: 1)
    let type = try #require(text.ranges(of: "\"name\": \"contact\"").first)
    let list = try #require(text[type.upperBound...].ranges(of: "\"fields\": [").first)
    text.insert(contentsOf: field, at: list.upperBound)
    return try Schema(json: Array(text.utf8))
  }

  private let field = """
    { "name": "blood_group", "fr": "Groupe sanguin", "en": "Blood group", "kind": "text", \
    "policy": "review", "pattern": "(A|B|AB|O)[+-]" },
    """

  @Test func `a field more has its labels, its policy, its check and its text`() throws {
    let schema = try grown(field)
    #expect(schema.version == Schema.mission.version + 1)
    let type = try #require(schema[type: "contact"])
    let before = try #require(Schema.mission[type: "contact"])
    #expect(type.fields.count == before.fields.count + 1)
    let field = try #require(type[field: "blood_group"])
    #expect(field.label == Label(fr: "Groupe sanguin", en: "Blood group"))
    #expect(field.policy == .review)
    #expect(field.check("O+", today: "2026-07-20") == nil)
    #expect(field.check("Z", today: "2026-07-20") == .invalid_value)
    #expect(field.check(1, today: "2026-07-20") == .wrong_type)
    let read = try field.parse(" AB- ")
    #expect(field.text(read) == "AB-")
  }

  @Test func `a record that was written before the field breaks no rule and is unstamped there`()
    throws
  {
    let type = try #require(try grown(field)[type: "contact"])
    let record: [String: Value] = [
      "display_name": "Personne", "function_title": "Maire", "base_code": "GAO",
      "contact_type": "media", "relationship": "reguliere", "consent_basis": "accord_oral",
      "status": "actif", "scope": "mission",
    ]
    #expect(type.check(record, today: "2026-07-20") == [])
    let stamps = FieldStamps(record: Stamp(clock: 9, device: 1))
    #expect(stamps.stamp(of: "blood_group", isEmpty: true) == .never)
  }

  @Test func `a field that is written wrongly is refused with its place`() throws {
    let wrong = field.replacing("\"review\"", with: "\"newest\"")
    do {
      _ = try grown(wrong)
      Issue.record("taken")
    } catch let problem as Problem {
      #expect(problem.code == .schema_invalid)
      #expect(problem.place?.hasPrefix("types.contact.fields.blood_group.policy") == true)
    }
  }
}
