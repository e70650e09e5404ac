/// What must hold between the fields of one record.
public struct RecordRule: Sendable {
  /// The rule holds only where this does; nil: always.
  public let condition: Condition?
  public let demand: Demand

  /// A statement about one field.
  public struct Condition: Sendable {
    public let field: String
    public let test: Test
  }

  public enum Test: Sendable {
    case isSet
    case isIn(Set<String>)
    case isNotIn(Set<String>)
    case atLeast(Double)
    case atMost(Double)
    case matches(pattern: String)
  }

  public enum Demand: Sendable {
    case all(of: [String])
    case one(of: [String])
    /// The second is after the first, or equal unless strict. Holds while either is empty.
    case order(String, String, strict: Bool)
    /// Holds while the field is empty.
    case expect(Condition)
  }

  /// Compiled from the patterns in `condition` and `demand`.
  let matchers: [String: Matcher]
}

extension RecordRule {
  /// What breaks the rule; nil when nothing does.
  func problem(_ values: [String: Value]) -> Problem? {
    if let condition, !holds(condition, values) { return nil }
    switch demand {
    case .all(let names):
      let missing = names.first { values.lacks($0) }
      return missing.map { Problem(.missing_field, at: $0) }
    case .one(let names):
      guard names.allSatisfy({ values.lacks($0) }) else { return nil }
      let cause = "one of \(names.joined(separator: ", ")) is needed"
      return Problem(.missing_field, at: names.first, cause: cause)
    case .order(let first, let second, let strict):
      return Self.isOrdered(values[first], values[second], strict)
        ? nil : Problem(.invalid_value, at: second, cause: "comes before \(first)")
    case .expect(let expected):
      return values.lacks(expected.field) || holds(expected, values)
        ? nil : Problem(.invalid_value, at: expected.field, cause: expectation)
    }
  }

  private var expectation: String? {
    condition.map { "does not go with the value of \($0.field)" }
  }

  private func holds(_ condition: Condition, _ values: [String: Value]) -> Bool {
    let value = values[condition.field] ?? .null
    switch condition.test {
    case .isSet: return !values.lacks(condition.field)
    case .isIn(let texts): return value.text.map(texts.contains) ?? false
    case .isNotIn(let texts): return !(value.text.map(texts.contains) ?? false)
    case .atLeast(let limit): return value.number.map { $0 >= limit } ?? false
    case .atMost(let limit): return value.number.map { $0 <= limit } ?? false
    case .matches(let pattern):
      guard let text = value.text else { return false }
      return matchers[pattern]?.matches(text) ?? false
    }
  }

  private static func isOrdered(_ first: Value?, _ second: Value?, _ strict: Bool) -> Bool {
    guard let first, let second, !first.isNull, !second.isNull else { return true }
    if let a = first.measure, let b = second.measure { return strict ? a < b : a <= b }
    return strict ? first < second : first <= second
  }
}

extension [String: Value] {
  /// No value, or a text of no characters, as other programs write empty cells.
  func lacks(_ name: String) -> Bool {
    switch self[name] {
    case nil, .null, .text(""): true
    default: false
    }
  }
}

extension Value {
  /// A number, or a choice that reads as one.
  fileprivate var number: Double? { measure ?? text.flatMap { Double($0) } }

  fileprivate var measure: Double? {
    switch self {
    case .int(let number): Double(number)
    case .real(let number): number
    case .null, .text: nil
    }
  }
}
