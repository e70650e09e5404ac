import Testing

@testable import Shared

struct SchemaDemoTests {
  static let today = "2026-07-18"

  @Test(arguments: Schema.mission.types.map(\.name))
  func `every demonstration record parses and is valid`(name: String) throws {
    let type = try #require(Schema.mission[type: name])
    let rows = try Demo.rows(of: name)
    #expect(rows.count == 10)
    for row in rows {
      let values = try Demo.values(row, type)
      #expect(type.check(values, today: Self.today) == [], "line \(row.line)")
    }
  }

  @Test(arguments: Schema.mission.types.map(\.name))
  func `every demonstration value survives text and parse`(name: String) throws {
    let type = try #require(Schema.mission[type: name])
    for row in try Demo.rows(of: name) {
      for (name, value) in try Demo.values(row, type) {
        let field = try #require(type[field: name])
        #expect(try field.parse(field.text(value)) == value)
      }
    }
  }

  @Test func `an old column name is accepted for exposure`() {
    #expect(Schema.mission[type: "incident"]?[field: "exposure"]?.aliases == ["seed_kind"])
  }

  @Test func `every demonstration record gets a scope`() throws {
    let bases = try Demo.rows(of: "base").map(\.cells)
    let packs = ["PK-02": "base:BDG"]
    let others = ["AS-BDG-01", "AS-BDG-02", "AS-BDG-03", "AS-BDG-05"]
    func find(_ type: String, _ reference: String) -> [String: Value]? {
      if type == "base", let base = bases.first(where: { $0["code"] == reference }) {
        return base.mapValues { .text($0) }
      }
      if let scope = packs[reference] { return ["scope": .text(scope)] }
      return others.contains(reference) ? ["scope": "base:BDG"] : nil
    }
    for type in Schema.mission.types {
      for row in try Demo.rows(of: type.name) {
        let values = try Demo.values(row, type)
        #expect(type.defaultScope(values, find: find) != nil, "\(type.name) line \(row.line)")
      }
    }
  }
}
