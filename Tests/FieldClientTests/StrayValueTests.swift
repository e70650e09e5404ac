import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What another program writes and no field takes.
@Suite struct StrayValueTests {
  /// An expression in SQL and how the refused list shows it.
  private static let strays = [
    ["x'00ff'", "x'00FF'"],
    ["x'476f756e64616d'", "Goundam"],
    ["'a' || char(0) || 'b'", "a\u{FFFD}b"],
    ["CAST(x'61c328' AS TEXT)", "a\u{FFFD}("],
    ["CAST(x'61f09f98' AS TEXT)", "a\u{FFFD}"],
  ]

  @Test(arguments: strays)
  func `is set aside here, and the confirmed value is shown and stays`(stray: [String]) async throws
  {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("A", ["locality": "Gao"])
    _ = try await gao.client.sync()
    try gao.sql("UPDATE contact SET locality = \(stray[0]), email = 'a@x.ml'")
    let report = try await gao.client.sync()
    #expect(report.refused == 1 && report.digestsEqual == true && report.pending == 0)
    let record = try gao.client.record("contact", "\(id)")
    #expect(record["locality"] == "Gao" && record["email"] == "a@x.ml")
    let refusal = try #require(try gao.client.refusals().first)
    #expect(refusal.field == "locality" && refusal.code == "wrong_type")
    #expect(refusal.values == ["locality": .text(stray[1])])
    _ = try await bamako.client.sync()
    try world.expectAgreement([gao, bamako])
    #expect(try world.hubRecords(.mission)[0].contains("Gao"))
  }

  @Test func `a new record that needs the field is set aside whole`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.sql(
      """
      INSERT INTO contact(display_name, function_title, contact_type, base_code, relationship,
        consent_basis, status)
      VALUES (x'00', 'Maire', 'media', 'GAO', 'ponctuelle', 'accord_oral', 'actif')
      """)
    let report = try await gao.client.sync()
    #expect(report.sent == 0 && report.refused == 1)
    let refusal = try #require(try gao.client.refusals().first)
    #expect(refusal.field == nil && refusal.values["display_name"] == "x'00'")
    #expect(refusal.values["function_title"] == "Maire")
    #expect(try gao.contacts() == [] && world.hubContacts() == [])
    try gao.client.correctRefusal(refusal.number, ["display_name": "B"])
    #expect(try await gao.client.sync().admitted == 1)
    try world.expectAgreement([gao])
  }

  @Test func `a new record that can do without the field goes without it`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.addContact("A")
    try gao.sql("UPDATE contact SET locality = x'00'")
    let report = try await gao.client.sync()
    #expect(report.admitted == 1 && report.refused == 1)
    #expect(try gao.client.refusals().map(\.field) == ["locality"])
    try world.expectAgreement([gao])
  }

  @Test func `an edit of a record on its way gives way to what was sent`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.addContact("A")
    gao.link.meanwhile { try gao.sql("UPDATE contact SET display_name = x'00'") }
    _ = try await gao.client.sync()
    _ = try await gao.client.sync()
    #expect(try gao.contacts() == ["A"])
    #expect(try gao.client.refusals().map(\.field) == ["display_name"])
    try world.expectAgreement([gao])
  }

  @Test func `a number without end is set aside`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.sql(
      """
      INSERT INTO asaco_value(asaco_code, indicator_code, period, value_declared, data_source,
        entered_by, verification_status, scope)
      VALUES ('AS-GAO-01', 'FIN01', '202601', 9e999, 'registre', 'P-01', 'declare', 'mission')
      """)
    let report = try await gao.client.sync()
    #expect(report.refused == 1)
    #expect(try gao.client.refusals().contains { $0.values["value_declared"] == "inf" })
    try world.expectAgreement([gao])
  }
}
