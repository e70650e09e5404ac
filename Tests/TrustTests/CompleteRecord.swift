import Testing

@testable import Shared

/// A record with all that the schema asks of one of its type, made from the schema.
struct CompleteRecord {
  let type: RecordType
  /// Tells it from the others of its type.
  let number: Int

  private static let today = "2026-07-15"

  /// Values that may be created in a scope by whoever may write there.
  func values(in scope: Scope) throws -> [String: Value] {
    var values: [String: Value] = ["scope": .text(scope.description)]
    for field in type.fields where field.required { values[field.name] = try value(of: field) }
    while let problem = type.check(values, today: Self.today).first {
      let missing = try #require(problem.place.flatMap { type[field: $0] }, "\(type.name)")
      try #require(values[missing.name] == nil, "\(type.name) \(problem)")
      values[missing.name] = try value(of: missing)
    }
    return values
  }

  /// What its natural key gives, or an id of its own.
  func id(_ values: [String: Value], at milliseconds: Int64) -> RecordID {
    type.id(values)
      ?? .v7(milliseconds: UInt64(milliseconds), random: (UInt64(number), 7))
  }

  /// A text that whoever may write the type may change. One that is only ever written once is empty
  /// before.
  func changed() throws -> (field: Field, before: Value?) {
    let texts = type.fields.filter { field in
      switch field.kind {
      case .text, .longtext:
        field.pattern == nil && field.lock == nil && field.gates.isEmpty && !field.required
          && !type.key.contains(field.name)
      default: false
      }
    }
    let free = texts.first { field in
      switch field.policy {
      case .last, .review, .appendOnly: true
      case .gated(let roles, _): roles.isSuperset(of: type.writers)
      case .cautious, .ordered: false
      }
    }
    let field = try #require(free ?? lastResort(), "\(type.name) has no text to change")
    if case .appendOnly = field.policy { return (field, nil) }
    return (field, "avant")
  }

  /// Where every text is asked for.
  private func lastResort() -> Field? {
    type.fields.first { field in
      guard case .text = field.kind, field.pattern == nil, !type.key.contains(field.name) else {
        return false
      }
      switch field.policy {
      case .last, .review: return true
      case .gated(let roles, _): return roles.isSuperset(of: type.writers)
      default: return false
      }
    }
  }

  private func value(of field: Field) throws -> Value {
    if let initial = field.initial { return initial }
    switch field.kind {
    case .text, .longtext: return .text(try field.pattern.map(text(like:)) ?? "Texte \(number)")
    case .int: return .int(Int64(field.minimum ?? 0))
    case .real: return .real(field.minimum ?? 0)
    case .bool: return 0
    case .date: return "2026-07-01"
    case .datetime: return "2026-07-01T08:00:00Z"
    case .phone: return "+22376000000"
    case .choice(let choices):
      // What anybody may say of a new record.
      return .text(try #require(choices.first { field.gates[$0.value] == nil }).value)
    case .choices(let choices): return .text(choices[0].value)
    case .reference(let type, let key):
      return .text(type == "base" ? "GAO" : key == "id" ? "\(reference)" : "R-\(number)")
    case .anyReference: return .text("\(reference)")
    }
  }

  /// Of a record that is not there.
  private var reference: RecordID { .v7(milliseconds: 1, random: (UInt64(number), 9)) }

  private func text(like pattern: String) throws -> String {
    func letter(_ place: Int) -> String { String(UnicodeScalar(UInt8(65 + place % 26))) }
    let letters = "Q" + letter(number / 26) + letter(number)
    let samples: [String: String] = [
      "[A-Z]{3}": letters, "[A-Z]{3}\\d{2}": letters + "01", "\\d+\\.\\d+": "1.\(number)",
      "[A-Z]{3}-\\d{4}-\\d{3,}": "GAO-2026-\(100 + number)", "FR-\\d+\\.\\d+": "FR-9.\(number)",
      "\\d{4}Q[1-4]": "2026Q1", "AS-[A-Z]{3}-\\d{2}": "AS-GAO-\(10 + number % 90)",
      "\\d{4}(0[1-9]|1[0-2])|\\d{4}Q[1-4]": "202601",
      "\\d{4}-(W(0[1-9]|[1-4]\\d|5[0-3])|0[1-9]|1[0-2])": "2026-W20",
    ]
    return try #require(samples[pattern], "a new pattern needs a sample here: \(pattern)")
  }
}
