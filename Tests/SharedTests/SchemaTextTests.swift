import Testing

@testable import Shared

/// Typed text in, stored values out, and back.
struct SchemaTextTests {
  static func field(_ path: String) throws -> Field {
    let parts = path.split(separator: ".").map(String.init)
    return try #require(Schema.mission[type: parts[0]]?[field: parts[1]])
  }

  static let readable: [(String, String, Value)] = [
    ("incident.occurred_on", "2026-07-04", "2026-07-04"),
    ("incident.occurred_on", "04/07/2026", "2026-07-04"),
    ("incident.occurred_on", " 4/7/2026 ", "2026-07-04"),
    ("incident.occurred_on", "29/02/2024", "2024-02-29"),
    ("alert.effective_from", "2026-06-12T06:00Z", "2026-06-12T06:00:00Z"),
    ("alert.effective_from", "2026-06-12T06:00:30Z", "2026-06-12T06:00:30Z"),
    ("alert.effective_from", "2026-06-12T06:00:30.250Z", "2026-06-12T06:00:30Z"),
    ("alert.effective_from", "2026-06-12 06:00", "2026-06-12T06:00:00Z"),
    ("alert.effective_from", "12/06/2026 06:00", "2026-06-12T06:00:00Z"),
    ("alert.effective_from", "2026-03-01T00:30+02:00", "2026-02-28T22:30:00Z"),
    ("alert.effective_from", "2026-12-31T23:30:00-0100", "2027-01-01T00:30:00Z"),
    ("incident.near_miss", "oui", 1), ("incident.near_miss", "Vrai", 1),
    ("incident.near_miss", "true", 1), ("incident.near_miss", "1", 1),
    ("incident.near_miss", "non", 0), ("incident.near_miss", "FAUX", 0),
    ("incident.near_miss", "false", 0), ("incident.near_miss", "0", 0),
    ("incident.loss_xof", "350000", 350_000),
    ("incident.loss_xof", "1 200 000", 1_200_000),
    ("incident.loss_xof", "1\u{202F}200\u{A0}000", 1_200_000),
    ("incident.loss_xof", "12,0", 12),
    ("base.lat", "14,53", 14.53), ("base.lat", "14.53", 14.53), ("base.lon", "-4", -4.0),
    ("contact.phone_orange", "+223 00 00 03.01", "+22300000301"),
    ("contact.phone_orange", "0022300000301", "+22300000301"),
    ("contact.phone_sat", "+88 2160-000-010", "+882160000010"),
    ("contact.languages", "anglais+francais", "francais+anglais"),
    ("contact.languages", "dogon + peul + dogon", "peul+dogon"),
    ("contact.display_name", "  Chef de village (fictif) ", "Chef de village (fictif)"),
    ("contact.display_name", "   ", nil), ("incident.loss_xof", "", nil),
    ("contact.stance", "neutre", "neutre"), ("incident.base_code", "GAO", "GAO"),
    ("incident.occurred_time", "≈ 10:40", "≈ 10:40"), ("incident.occurred_time", "≈", "≈"),
  ]

  @Test(arguments: readable)
  func `what people write is read`(path: String, text: String, value: Value) throws {
    #expect(try Self.field(path).parse(text) == value)
  }

  static let unreadable: [(String, String, Problem.Code)] = [
    ("incident.occurred_on", "2026-02-30", .invalid_value),
    ("incident.occurred_on", "29/02/2025", .invalid_value),
    ("incident.occurred_on", "2100-02-29", .invalid_value),
    ("incident.occurred_on", "31/04/2026", .invalid_value),
    ("incident.occurred_on", "2026-13-01", .invalid_value),
    ("incident.occurred_on", "0000-01-01", .invalid_value),
    ("incident.occurred_on", "hier", .wrong_type),
    ("incident.occurred_on", "2026-7-4", .wrong_type),
    ("incident.occurred_on", "04/07/26", .wrong_type),
    ("incident.occurred_on", "2026-07-04T", .wrong_type),
    ("alert.effective_from", "2026-06-31T06:00Z", .invalid_value),
    ("alert.effective_from", "2026-06-12T24:00Z", .invalid_value),
    ("alert.effective_from", "2026-06-12T06:00+99:00", .invalid_value),
    ("alert.effective_from", "0001-01-01T00:00+01:00", .invalid_value),
    ("alert.effective_from", "9999-12-31T23:30-01:00", .invalid_value),
    ("alert.effective_from", "2026-06-12", .wrong_type),
    ("alert.effective_from", "2026-06-12T06:00Zulu", .wrong_type),
    ("incident.near_miss", "peut-être", .wrong_type),
    ("incident.loss_xof", "12,5", .wrong_type), ("incident.loss_xof", "beaucoup", .wrong_type),
    ("incident.loss_xof", "1e30", .wrong_type), ("incident.loss_xof", "-1", .invalid_value),
    ("incident.staff_killed", "100", .invalid_value),
    ("base.lat", "9,9", .invalid_value), ("base.lat", "nan", .wrong_type),
    ("base.lat", "0x10", .wrong_type), ("base.lat", "1.234,5", .wrong_type),
    ("base.lat", "1e999", .invalid_value),
    ("contact.phone_orange", "70123456", .invalid_value),
    ("contact.phone_orange", "+223 7O 12 34 56", .invalid_value),
    ("contact.phone_orange", "+0123456789", .invalid_value),
    ("contact.phone_orange", "+1234567890123456", .invalid_value),
    ("contact.languages", "klingon", .invalid_value), ("contact.languages", "+", .invalid_value),
    ("contact.stance", "amicale", .invalid_value),
    ("base.code", "GA", .invalid_value), ("base.code", "GAOX", .invalid_value),
    ("base.admin2_pcode", "ML٠١٠١", .invalid_value),
    ("incident.occurred_time", "25:00", .invalid_value),
    ("base.name", String(repeating: "a", count: 61), .invalid_value),
  ]

  @Test(arguments: unreadable)
  func `what cannot be read is refused without the value`(
    path: String, text: String, code: Problem.Code
  ) throws {
    let field = try Self.field(path)
    let problem = #expect(throws: Problem.self) { try field.parse(text) }
    #expect(problem == Problem(code, at: field.name))
  }

  static let written: [(String, Value, String)] = [
    ("base.lat", 14.0, "14"), ("base.lat", 14.5, "14.5"), ("base.lat", 0.1, "0.1"),
    ("base.lat", 15, "15"), ("incident.loss_xof", 350_000, "350000"),
    ("incident.near_miss", 1, "true"), ("incident.near_miss", 0, "false"),
    ("incident.occurred_on", "2026-07-04", "2026-07-04"), ("incident.loss_xof", nil, ""),
    ("contact.languages", "francais+peul", "francais+peul"),
  ]

  @Test(arguments: written)
  func `values are written for spreadsheets`(path: String, value: Value, text: String) throws {
    #expect(try Self.field(path).text(value) == text)
  }
}
